"""What every answer is held against. All of Schemathesis's checks but those below; each of these says why."""

EXCLUDED = {
    # A body of the right form may still be refused: a key that is taken, a variant that is not there, a cycle. That
    # such a refusal is documented and is a problem document is checked; that valid requests are accepted is what the
    # examples show, one per operation.
    "positive_data_acceptance": "the form alone does not make a change valid",
    # Both compare a request with earlier ones of the same resource and need Schemathesis's own sequences; what is
    # deleted here was made for it, and `crates/api/tests` show that it is gone.
    "use_after_free": "needs sequences of requests",
    "ensure_resource_availability": "needs sequences of requests",
    # Needs the resources of two identities; `crates/api/tests/it/permissions.rs` walks every route with every role
    # and with foreign ids.
    "object_level_authorization": "the Rust tests walk every route with every role",
}

# Operations whose success is no 2xx.
UPGRADING = {
    "get_ws": "it succeeds with 101 and leaves HTTP; the Rust tests open the WebSocket",
}

# Far above what any answer takes, also in a debug build on a busy machine: for requests that hang.
SLOWEST_S = 20

# What a forbidden request may be answered. 412 is no default of Schemathesis: a precondition that does not hold is
# told before the content is processed (RFC 9110, 13.2.1), so a body that is wrong, too, is not looked at.
REFUSALS = [400, 401, 403, 404, 405, 409, 412, 413, 422, 429]


def configuration():
    """Schemathesis's own configuration."""
    return {
        "generation": {"with-security-parameters": False},
        "request-timeout": SLOWEST_S,
        # Event streams do not end: they are read up to their first event.
        "max-stream-events": 1,
        "output": {"sanitization": {"enabled": False}},
        "checks": {name: {"enabled": False} for name in EXCLUDED}
        | {"negative_data_rejection": {"expected-statuses": REFUSALS}},
    }
