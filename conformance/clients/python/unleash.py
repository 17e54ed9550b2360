"""Unleash's client for Python: polls our features, evaluates them by itself, reports what it was asked."""

import json
import os
import time
import traceback
import urllib.request
import uuid

from UnleashClient import UnleashClient
from UnleashClient.utils import InstanceAllowType

ADDRESS = f"{os.environ['OFREP_URL']}/unleash/api"
KEY = os.environ["OFREP_KEY"]
NAME = f"conformance-{uuid.uuid4()}"


def frontend(context):
    body = json.dumps({"context": context}).encode()
    headers = {"Authorization": KEY, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{ADDRESS}/frontend/all", body, headers)
    with urllib.request.urlopen(request) as answer:
        return {toggle["name"]: toggle for toggle in json.load(answer)["toggles"]}


def evaluations():
    with urllib.request.urlopen(f"{os.environ['OFREP_URL']}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("hoist_reported_evaluations_total "))


client = UnleashClient(
    url=ADDRESS,
    app_name=NAME,
    refresh_interval=1,
    metrics_interval=600,
    custom_headers={"Authorization": KEY},
    disable_registration=False,
)


def starts():
    client.initialize_client()
    for _ in range(100):
        if client.is_initialized and client.feature_definitions():
            return
        time.sleep(0.05)
    raise AssertionError("no features")


asked = 0


def agrees():
    """Flags of ours that Unleash can say: by-country, switched, typed.*."""
    global asked
    names = sorted(client.feature_definitions())
    assert len(names) >= 8, names
    for country in ("DE", "FR", None):
        for user in ("u1", "u2"):
            properties = {"country": country} if country else {}
            context = {"userId": user, "sessionId": "s", "remoteAddress": "10.0.0.1", "properties": properties}
            expected = frontend(context)
            for name in names:
                actual = client.is_enabled(name, context)
                assert actual == expected[name]["enabled"], (name, context, actual)
                variant = client.get_variant(name, context)
                asked += 2
                shown = expected[name]["variant"]
                assert variant["name"] == shown["name"], (name, context, variant)
                assert variant.get("payload") == shown.get("payload"), (name, context, variant)


def reports():
    before = evaluations()
    client.destroy()
    assert evaluations() - before == asked > 0, (evaluations() - before, asked)


def streams():
    streaming = UnleashClient(
        url=ADDRESS,
        app_name=f"{NAME}-streaming",
        disable_metrics=True,
        custom_headers={"Authorization": KEY},
        experimental_mode={"type": "streaming"},
        multiple_instance_mode=InstanceAllowType.SILENTLY_ALLOW,
    )
    streaming.initialize_client()
    try:
        wanted = sorted(client.feature_definitions())
        for _ in range(200):
            if sorted(streaming.feature_definitions()) == wanted:
                return
            time.sleep(0.05)
        raise AssertionError((sorted(streaming.feature_definitions()), wanted))
    finally:
        streaming.destroy()


for check in (starts, agrees, streams, reports):
    try:
        check()
        print(f"ok python {check.__name__}")
    except Exception as error:  # each check is told by itself
        traceback.print_exc()
        print(f"not ok python {check.__name__}: {error!r}".replace("\n", " "))
