-- What lists tell of an entry of the log, for entries too large to be read for a list. The checksum
-- binds it to the entry's checksum and length. Without a row the entry itself is read.
CREATE TABLE change_brief (
    revision BIGINT NOT NULL PRIMARY KEY,
    body {text} NOT NULL,
    checksum BIGINT NOT NULL
);
