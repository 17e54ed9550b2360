"""The Python provider: every value type, and what each refusal becomes."""

import os
import traceback

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode


def client(key, domain):
    headers = {"Authorization": f"Bearer {key}"}
    provider = OFREPProvider(os.environ["OFREP_URL"], headers_factory=lambda: headers)
    api.set_provider(provider, domain)
    return api.get_client(domain)


ours = client(os.environ["OFREP_KEY"], "ours")
WHO = EvaluationContext("u1", {"country": "DE", "age": 30, "ratio": 0.5, "tags": ["a"], "nested": {"a": 1}})


def equal(actual, expected):
    if actual != expected or type(actual) is not type(expected):
        raise AssertionError(f"{actual!r} instead of {expected!r}")


def fine(details, value):
    equal(details.error_code, None)
    equal(details.value, value)


def boolean():
    details = ours.get_boolean_details("typed.boolean", False, WHO)
    fine(details, True)
    equal(details.variant, "on")
    equal(details.flag_metadata["flagSetId"], "default/first/dev")


def string():
    fine(ours.get_string_details("typed.string", "", WHO), 'dark "mode" ü')


def integer():
    fine(ours.get_integer_details("typed.integer", 0, WHO), 10)


def floats():
    fine(ours.get_float_details("typed.float", 0.0, WHO), 10.0)
    fine(ours.get_float_details("typed.fraction", 0.0, WHO), 0.25)


def structure():
    value = {"theme": {"name": "dark"}, "sizes": [1, 2.5, None]}
    fine(ours.get_object_details("typed.object", {}, WHO), value)


def rule():
    details = ours.get_boolean_details("by-country", False, WHO)
    fine(details, True)
    equal(str(details.reason), "TARGETING_MATCH")


def wrong_type():
    equal(ours.get_integer_details("typed.float", 1, WHO).error_code, ErrorCode.TYPE_MISMATCH)
    equal(ours.get_float_details("typed.integer", 1.0, WHO).error_code, ErrorCode.TYPE_MISMATCH)


def refusals():
    equal(ours.get_boolean_details("nope", False, WHO).error_code, ErrorCode.FLAG_NOT_FOUND)
    alone = ours.get_boolean_details("split:half@2", False, EvaluationContext())
    equal(alone.error_code, ErrorCode.TARGETING_KEY_MISSING)
    fine(ours.get_boolean_details("split:half@2", False, WHO), alone_value())


def alone_value():
    return ours.get_boolean_value("split:half@2", False, WHO)


def unknown_key():
    details = client("nonsense", "theirs").get_boolean_details("typed.boolean", False, WHO)
    equal(details.error_code, ErrorCode.GENERAL)
    equal(details.value, False)


CHECKS = [
    ("booleans", boolean),
    ("strings", string),
    ("integers", integer),
    ("floats, whole ones too", floats),
    ("objects", structure),
    ("a rule, with attributes of every type", rule),
    ("integers are no floats and floats no integers", wrong_type),
    ("unknown flags and missing targeting keys", refusals),
    ("an unknown key", unknown_key),
]

for name, check in CHECKS:
    try:
        check()
        print(f"ok {name}", flush=True)
    except Exception as error:  # every failure is one line
        traceback.print_exc()
        print(f"not ok {name}: {type(error).__name__} {error}".replace("\n", " "), flush=True)
