-- The control database: documents, the log, member lists, and what must never be in either.
-- {text} compares by bytes, {bytes} is a byte string, {clustered} keeps rows in key order.

-- One row. Its lock numbers the log.
CREATE TABLE head (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    instance {text} NOT NULL,
    epoch {text} NOT NULL,
    revision BIGINT NOT NULL,
    min_writer BIGINT NOT NULL
);

-- Documents as they are now. `scope` is '' for what belongs to the instance.
CREATE TABLE document (
    id {text} NOT NULL PRIMARY KEY,
    kind {text} NOT NULL,
    scope {text} NOT NULL,
    key {text} NOT NULL,
    revision BIGINT NOT NULL,
    v BIGINT NOT NULL,
    body {text} NOT NULL,
    checksum BIGINT NOT NULL,
    UNIQUE (kind, scope, key)
);

-- Subjects of segments. `join_seq` orders joins across all segments.
CREATE TABLE member (
    segment {text} NOT NULL,
    subject {text} NOT NULL,
    join_seq BIGINT NOT NULL,
    checksum BIGINT NOT NULL,
    PRIMARY KEY (segment, subject)
) {clustered};

-- The log. `body` is the whole entry; the other columns only find it.
CREATE TABLE change (
    revision BIGINT NOT NULL PRIMARY KEY,
    change_id {text} NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    actor_kind {text} NOT NULL,
    actor_id {text},
    token_id {text},
    project {text},
    summary {text} NOT NULL,
    note {text} NOT NULL,
    body {text} NOT NULL,
    checksum BIGINT NOT NULL
);
-- Audit of a project.
CREATE INDEX change_by_project ON change (project, revision);
-- What a person did.
CREATE INDEX change_by_actor ON change (actor_id, revision);
-- Audit of a period.
CREATE INDEX change_by_at ON change (at);

-- What an entry is about: role is document, members, kind, environment or correlation.
CREATE TABLE change_ref (
    role {text} NOT NULL,
    id {text} NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (role, id, revision)
) {clustered};

-- Answers to requests that may be repeated.
CREATE TABLE idempotency (
    scope {text} NOT NULL,
    key {text} NOT NULL,
    fingerprint {text} NOT NULL,
    answer {text} NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
) {clustered};
-- Forgetting old answers.
CREATE INDEX idempotency_by_at ON idempotency (at);

-- Password hashes and token digests: never in a document, never in the log.
CREATE TABLE secret (
    owner {text} NOT NULL,
    kind {text} NOT NULL,
    value {bytes} NOT NULL,
    PRIMARY KEY (owner, kind)
) {clustered};
-- Whose token it is.
CREATE INDEX secret_by_value ON secret (kind, value);

-- People who are signed in. `digest` is that of the cookie's token.
CREATE TABLE session (
    digest {bytes} NOT NULL PRIMARY KEY,
    user_id {text} NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    address {text} NOT NULL,
    agent {text} NOT NULL
);
-- Where a person is signed in.
CREATE INDEX session_by_user ON session (user_id);
-- Removing what has ended.
CREATE INDEX session_by_expires ON session (expires);
