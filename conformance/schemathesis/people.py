"""Who calls: accounts with their roles, and how each shows who it is."""

import requests

PASSWORD = "correct horse battery"
OPERATOR = "operator@example.org"
ROLES = ("owner", "editor", "viewer")
ORGANIZATION = "default"


class Caller:
    """Somebody or something that sends requests."""

    def __init__(self, name, headers, key=None):
        self.name = name
        self.headers = headers
        # A key of software for the operations that ask for one.
        self.key = key
        self.session = requests.Session()

    def headers_for(self, operation):
        wants_key = operation.definition.raw.get("x-permission") == "credential"
        if wants_key:
            return {"X-API-Key": self.key} if self.key else {}
        return dict(self.headers)


class People:
    """The operator, one member for each role, and who is let go at the end."""

    def __init__(self, api):
        self.api = api
        self.operator = self._with_token("operator", OPERATOR, PASSWORD)
        api.operator = self.operator
        self.members = {role: self._member(role) for role in ROLES}
        self.nobody = Caller("nobody", {})

    def _member(self, role):
        email = f"{role}@example.org"
        body = {"email": email, "role": role}
        made = self.api.post(f"/organizations/{ORGANIZATION}/members", body)
        return self._with_token(role, email, made["secrets"][0]["secret"])

    def _with_token(self, name, email, password):
        caller = self.with_cookie(name, email, password)
        made = self.api.post("/tokens", {"name": "schemathesis"}, caller)
        return Caller(name, {"Authorization": f"Bearer {made['secrets'][0]['secret']}"})

    def with_cookie(self, name, email, password):
        """Signed in as in a browser."""
        answer = requests.post(
            f"{self.api.base}/session",
            json={"email": email, "password": password},
            headers={"Hoist-Csrf": "1"},
            timeout=30,
        )
        answer.raise_for_status()
        cookie = answer.headers["set-cookie"].split(";")[0]
        return Caller(name, {"Cookie": cookie, "Hoist-Csrf": "1"})

    def passing(self, name):
        """An account with a session that a test may end."""
        email = f"{name}@example.org"
        made = self.api.post("/users", {"email": email})
        password = made["secrets"][0]["secret"]
        return self.with_cookie(name, email, password), email, password
