//! Where the files of a table are (format digest 1).
