CREATE DATABASE IF NOT EXISTS demo;
USE demo;

CREATE TABLE flights (
    year INT NOT NULL,
    month INT NOT NULL,
    day INT NOT NULL,
    dep_time INT COMMENT 'actual departure, HHMM local time; null until the flight left',
    sched_dep_time INT COMMENT 'scheduled departure, HHMM local time',
    dep_delay INT COMMENT 'minutes, negative when early',
    arr_time INT COMMENT 'actual arrival, HHMM local time; null until the flight landed',
    sched_arr_time INT COMMENT 'scheduled arrival, HHMM local time',
    arr_delay INT COMMENT 'minutes, negative when early',
    carrier STRING NOT NULL COMMENT 'see demo.airlines',
    flight INT NOT NULL COMMENT 'flight number',
    tailnum STRING COMMENT 'see demo.planes',
    origin STRING NOT NULL COMMENT 'EWR, JFK or LGA',
    dest STRING COMMENT 'see demo.airports',
    air_time INT COMMENT 'minutes',
    distance INT COMMENT 'miles',
    hour INT COMMENT 'hour of the scheduled departure',
    minute INT COMMENT 'minute of the scheduled departure',
    time_hour TIMESTAMP(3) WITH LOCAL TIME ZONE COMMENT 'scheduled departure, rounded down to the hour',
    PRIMARY KEY (year, month, day, carrier, flight, origin) NOT ENFORCED
) COMMENT 'Flights that left New York in 2013: scheduled, departed, landed or cancelled'
PARTITIONED BY (month)
WITH ('bucket' = '2');

CREATE TABLE weather (
    origin STRING,
    year INT,
    month INT,
    day INT,
    hour INT,
    temp DOUBLE COMMENT 'Fahrenheit',
    dewp DOUBLE COMMENT 'Fahrenheit',
    humid DOUBLE COMMENT 'percent',
    wind_dir DOUBLE COMMENT 'degrees',
    wind_speed DOUBLE COMMENT 'miles an hour',
    precip DOUBLE COMMENT 'inches',
    pressure DOUBLE COMMENT 'millibars',
    visib DOUBLE COMMENT 'miles',
    time_hour TIMESTAMP(3) WITH LOCAL TIME ZONE
) COMMENT 'Hourly weather at the three airports; wind_gust is measured since July'
PARTITIONED BY (month);

CREATE TABLE airlines (
    carrier STRING NOT NULL,
    name STRING,
    PRIMARY KEY (carrier) NOT ENFORCED
) COMMENT 'Names of the carriers' WITH ('bucket' = '1');

CREATE TABLE airports (
    faa STRING NOT NULL,
    name STRING,
    lat DOUBLE,
    lon DOUBLE,
    alt INT COMMENT 'feet',
    tz INT COMMENT 'hours from UTC',
    dst STRING,
    tzone STRING,
    PRIMARY KEY (faa) NOT ENFORCED
) COMMENT 'Airports of the United States' WITH ('bucket' = '1');

CREATE TABLE planes (
    tailnum STRING NOT NULL,
    year INT COMMENT 'year of manufacture',
    type STRING,
    manufacturer STRING,
    model STRING,
    engines INT,
    seats INT,
    speed INT COMMENT 'miles an hour',
    engine STRING,
    PRIMARY KEY (tailnum) NOT ENFORCED
) COMMENT 'Planes by tail number' WITH ('bucket' = '1');
