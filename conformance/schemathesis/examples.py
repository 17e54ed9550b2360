"""One request per operation that must succeed, and the refusals that generation does not find.

Bodies are the examples of the OpenAPI document, with keys of this run in the places of its keys.
"""

import copy
import random

from people import OPERATOR, PASSWORD

# Operations that only an operator of the instance may use.
OF_OPERATORS = {
    "get_audit", "get_users", "post_users", "patch_users_user", "post_users_user_password", "post_organizations",
}
# Operations that end sessions, and the one whose limit of attempts would refuse what others need: they come last,
# with accounts of their own.
LAST = ("post_session", "post_session_password", "delete_session")


def body_of(operation):
    """The document's example of a request body."""
    content = operation.definition.raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    return copy.deepcopy(content.get("example"))


def fill(name, body, have):
    """Puts keys of this run into an example."""
    fresh = have.fresh
    if name in ("post_organizations", "post_organization_projects", "post_project_environments",
                "post_project_flags", "post_project_segments"):
        body["key"] = fresh()
    elif name in ("post_organization_members", "post_project_members", "post_users"):
        body["email"] = f"{fresh()}@example.org"
    elif name == "post_changes":
        body["changes"][0]["user"]["create"]["email"] = f"{fresh()}@example.org"
    elif name == "post_organization_changes":
        body["changes"][0]["member"]["add"]["email"] = f"{fresh()}@example.org"
    elif name == "post_project_changes":
        key = fresh()
        body["changes"][0]["flag"]["create"]["key"] = key
        body["changes"][1]["config"]["switch"]["flag"] = key
    elif name in ("post_project_explain", "post_evaluate"):
        body["flags"] = have.flags[:2]
    elif name == "put_project_environment_order":
        listed = have.api.get(f"{have.at}/environments")["items"]
        body["environments"] = [environment["key"] for environment in reversed(listed)]
    return body


class Examples:
    def __init__(self, driver, have, people, operations, choose):
        self.driver = driver
        self.have = have
        self.people = people
        self.operations = operations
        self.choose = choose

    def run(self):
        """Each operation by everybody: one of them must be let in, and nobody may be let in without an account."""
        owner = self.people.members["owner"]
        for name, operation in self.operations.items():
            if name in LAST or name == "post_setup":
                continue
            for caller in (self.people.operator, *self.people.members.values(), self.people.nobody):
                self.driver.send(self.valid(name, operation, caller), caller, "example")
            self.driver.send(self.misspelt(name, operation), owner, "example")
            if "{" in operation.path:
                self.driver.send(self.elsewhere(name, operation), owner, "example")

    def valid(self, name, operation, caller):
        have = self.have
        path = have.path(name, caller if caller.headers else self.people.operator, self.choose)
        if name == "delete_project_flags_flag_environments_environment_kill":
            path |= {"flag": have.flag("killed"), "environment": "dev"}
        body = body_of(operation)
        arguments = {"path_parameters": path}
        if body is not None:
            arguments |= {"body": fill(name, body, have), "media_type": "application/json"}
        if name == "post_project_import":
            arguments["query"] = {"from": "hoist", "environment": "dev"}
        if name == "post_organization_import":
            arguments["query"] = {"from": "hoist"}
        return operation.Case(**arguments)

    def misspelt(self, name, operation):
        """A query parameter that no operation has: the only refusal that some of them know."""
        case = self.valid(name, operation, self.people.members["owner"])
        case.query = dict(case.query or {}) | {"limt": "5"}
        return case

    def elsewhere(self, name, operation):
        """A thing that is not there."""
        case = self.valid(name, operation, self.people.members["owner"])
        last = list(case.path_parameters)[-1]
        missing = 999_999_999 if last == "revision" else "not-there"
        case.path_parameters = dict(case.path_parameters) | {last: missing}
        return case

    def end(self):
        """What ends sessions, with accounts that are there for it."""
        send, nobody = self.driver.send, self.people.nobody
        sign_in, password, sign_out = (self.operations[name] for name in LAST)
        _, email, secret = self.people.passing("signs-in")
        csrf = {"Hoist-Csrf": "1"}
        for attempt in (secret, "not the password"):
            body = {"email": email, "password": attempt}
            send(sign_in.Case(headers=csrf, body=body, media_type="application/json"), nobody, "example")
        caller, _, secret = self.people.passing("changes-password")
        for body in ({"current": "not the password", "new": PASSWORD}, {"current": secret, "new": PASSWORD}):
            send(password.Case(body=body, media_type="application/json"), caller, "example")
        caller, _, _ = self.people.passing("signs-out")
        send(sign_out.Case(), caller, "example")
        send(sign_out.Case(), caller, "example")


def set_up(driver, operations, token, nobody):
    """The first requests of all."""
    operation = operations["post_setup"]
    body = body_of(operation) | {"token": token, "email": OPERATOR, "password": PASSWORD}
    for attempt in (body | {"token": "wrong"}, body):
        case = operation.Case(headers={"Hoist-Csrf": "1"}, body=attempt, media_type="application/json")
        driver.send(case, nobody, "example")


def chooser(seed):
    """Picks one of several, the same in each run."""
    source = random.Random(seed)
    return lambda several: source.choice(list(several))
