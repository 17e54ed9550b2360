"""Plain requests that make what a test needs; they are neither checked nor counted."""

import requests


class Api:
    def __init__(self, origin):
        self.base = f"{origin}/hoist/v1"
        self.operator = None
        self.session = requests.Session()

    def get(self, path, caller=None):
        return self._send("GET", path, None, caller)

    def post(self, path, body=None, caller=None):
        return self._send("POST", path, body, caller)

    def patch(self, path, body, caller=None):
        return self._send("PATCH", path, body, caller)

    def _send(self, method, path, body, caller):
        headers = (caller or self.operator).headers
        answer = self.session.request(method, self.base + path, json=body, headers=headers, timeout=30)
        if not answer.ok:
            raise RuntimeError(f"preparing: {method} {path} {body}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else None


def made(answer, kind):
    """Id of the document of this kind that a change has made."""
    effects = answer["plan"]["effects"]
    return next(effect["document"] for effect in effects if effect["kind"] == kind and effect["op"] == "put")
