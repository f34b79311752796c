CREATE TABLE shop.orders (
    id BIGINT NOT NULL,
    item STRING,
    amount DECIMAL(10, 2),
    at TIMESTAMP(3) WITH LOCAL TIME ZONE,
    day DATE NOT NULL,
    PRIMARY KEY (id, day) NOT ENFORCED
) COMMENT 'Orders of the shop'
PARTITIONED BY (day)
WITH ('bucket' = '1');
