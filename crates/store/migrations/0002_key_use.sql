-- The minute (since 1970) in which a key of software or an access token was used last. Written in
-- batches off the way of requests; losing rows loses no more than that.
CREATE TABLE key_use (
    id {text} NOT NULL PRIMARY KEY,
    minute BIGINT NOT NULL
) {clustered};
