"""What there is to be asked about: things that stay, and things that are made to be spent.

Generated requests find existing keys here. Whoever deletes, archives, revokes or undoes gets a thing of its own, so
that one test takes nothing away from another.
"""

from api import made
from people import ORGANIZATION

ENVIRONMENTS = ("dev", "staging", "prod")


class Furniture:
    """One project with flags, segments, keys of software and members."""

    def __init__(self, api, project, prefix):
        self.api = api
        self.project = project
        self.prefix = prefix
        self.number = 0
        self.at = f"/organizations/{ORGANIZATION}/projects/{project}"
        if project != "first":
            api.post(f"/organizations/{ORGANIZATION}/projects", {"key": project})
            for key in ENVIRONMENTS:
                api.post(f"{self.at}/environments", {"key": key})
        self.flags = [self.flag() for _ in range(4)] + [self.text_flag()]
        self.segments = [self.segment() for _ in range(3)]
        self.credentials = [self.credential()[0] for _ in range(3)]
        self.members = [self.member("organization") for _ in range(2)]
        self.project_members = [self.member("project") for _ in range(2)]
        self.users = [self.user() for _ in range(3)]
        self.revisions = self._history()

    def fresh(self, word="x"):
        self.number += 1
        return f"{self.prefix}-{word}-{self.number}"

    def _history(self):
        changes = [self.api.patch(f"{self.at}/flags/{key}", {"name": self.fresh("name")}) for key in self.flags]
        return [change["revision"] for change in changes]

    # Things that are made

    def flag(self, state="live"):
        key = self.fresh("flag")
        self.api.post(f"{self.at}/flags", {"key": key, "kind": "boolean"})
        setting = {
            "enabled": True,
            "rules": [{"condition": {"test": {"attribute": "country", "op": "equals", "values": ["NO"]}},
                       "serve": {"serve": {"variant": "on"}}}],
            "default": {"serve": {"split": {"arms": [{"variant": "on", "weight": 1}, {"variant": "off", "weight": 3}]}}},
        }
        self.api.patch(f"{self.at}/flags/{key}/environments/dev", setting)
        if state == "archived":
            self.api.post(f"{self.at}/flags/{key}/archive")
        if state == "killed":
            self.api.post(f"{self.at}/flags/{key}/environments/dev/kill", {"reason": "test"})
        return key

    def text_flag(self):
        key = self.fresh("text")
        variants = [{"key": "a", "value": "A"}, {"key": "b", "value": "B"}]
        self.api.post(f"{self.at}/flags", {"key": key, "kind": "string", "variants": variants})
        return key

    def segment(self, state="live"):
        key = self.fresh("segment")
        self.api.post(f"{self.at}/segments", {"key": key, "members": ["user-1", "user-2", "user-3"]})
        if state == "archived":
            self.api.post(f"{self.at}/segments/{key}/archive")
        return key

    def credential(self, kind="server"):
        body = {"name": self.fresh("key"), "kind": kind, "environment": "dev"}
        [secret] = self.api.post(f"{self.at}/credentials", body)["secrets"]
        return secret["document"], secret["secret"]

    def member(self, of):
        at = self.at if of == "project" else f"/organizations/{ORGANIZATION}"
        body = {"email": f"{self.fresh('member')}@example.org", "role": "viewer"}
        return made(self.api.post(f"{at}/members", body), "member")

    def user(self):
        return made(self.api.post("/users", {"email": f"{self.fresh('user')}@example.org"}), "user")

    def environment(self):
        key = self.fresh("environment")
        self.api.post(f"{self.at}/environments", {"key": key})
        return key

    def other_project(self):
        key = self.fresh("project")
        self.api.post(f"/organizations/{ORGANIZATION}/projects", {"key": key})
        return key

    def token(self, caller):
        [secret] = self.api.post("/tokens", {"name": self.fresh("token")}, caller)["secrets"]
        return secret["document"]

    def revision_to_undo(self):
        key = self.flag()
        return self.api.patch(f"{self.at}/flags/{key}", {"name": "undone soon"})["revision"]

    # What stands in a path

    def path(self, operation, caller, choose):
        """Values of an operation's path parameters; `choose` picks one of several."""
        return {name: self._value(operation, name, caller, choose) for name in names_in(operation)}

    def _value(self, operation, name, caller, choose):
        spent = SPENT.get((operation, name))
        if spent:
            return spent(self, caller)
        stay = {
            "organization": [ORGANIZATION],
            "project": [self.project],
            "environment": ENVIRONMENTS,
            "flag": self.flags,
            "segment": self.segments,
            "credential": self.credentials,
            "member": self.project_members if operation.startswith(("patch_project", "delete_project")) else self.members,
            "user": self.users,
            "revision": self.revisions,
        }
        return choose(stay[name])


# Which operation takes which thing away, by path parameter.
SPENT = {
    ("delete_project", "project"): lambda have, _: have.other_project(),
    ("delete_project_environments_environment", "environment"): lambda have, _: have.environment(),
    ("delete_project_flags_flag", "flag"): lambda have, _: have.flag("archived"),
    ("post_project_flags_flag_archive", "flag"): lambda have, _: have.flag(),
    ("post_project_flags_flag_restore", "flag"): lambda have, _: have.flag("archived"),
    ("delete_project_segments_segment", "segment"): lambda have, _: have.segment("archived"),
    ("post_project_segments_segment_archive", "segment"): lambda have, _: have.segment(),
    ("post_project_segments_segment_restore", "segment"): lambda have, _: have.segment("archived"),
    ("delete_project_credentials_credential", "credential"): lambda have, _: have.credential()[0],
    ("delete_organization_members_member", "member"): lambda have, _: have.member("organization"),
    ("delete_project_members_member", "member"): lambda have, _: have.member("project"),
    ("delete_tokens_token", "token"): lambda have, caller: have.token(caller),
    ("post_project_history_revision_undo", "revision"): lambda have, _: have.revision_to_undo(),
}

_NAMES = {}


def remember_names(operation, names):
    """The path parameters of an operation, as its description has them."""
    _NAMES[operation] = names


def names_in(operation):
    return _NAMES[operation]
