"""Sends a case as somebody, checks the answer, counts."""

from collections import Counter, defaultdict

import requests
from schemathesis.core.failures import FailureGroup

from people import ROLES


class Crash(Exception):
    """The server is gone; nothing more can be asked."""


class Tally:
    """What has been called and how it was answered."""

    def __init__(self):
        self.calls = Counter()
        self.kinds = Counter()
        self.statuses = Counter()
        self.by_operation = defaultdict(Counter)
        self.failures = {}

    def of_roles(self):
        return sum(self.calls[role] for role in ROLES)

    def fail(self, operation, title, message, curl):
        key = (operation, title, " ".join(message.split())[:300])
        times, first = self.failures.get(key, (0, curl))
        self.failures[key] = (times + 1, first)


class Driver:
    def __init__(self, site):
        self.site = site
        self.base = site.origin
        self.tally = Tally()

    def send(self, case, caller, kind):
        """One call. Returns the status."""
        name = case.operation.definition.raw["operationId"]
        headers = caller.headers_for(case.operation)
        try:
            response = case.call(base_url=self.base, session=caller.session, headers=headers)
        except requests.Timeout as error:
            self.tally.fail(name, "no answer in time", str(error), self._curl(case, caller, headers))
            return None
        except requests.ConnectionError as error:
            self.tally.fail(name, "the connection broke", str(error), self._curl(case, caller, headers))
            if self.site.is_running():
                return None
            raise Crash(f"the server ended during {name}: {self._curl(case, caller, headers)}") from error
        status = response.status_code
        self.tally.calls[caller.name] += 1
        self.tally.kinds[kind] += 1
        self.tally.statuses[status] += 1
        self.tally.by_operation[name][status] += 1
        try:
            case.validate_response(
                response, headers=headers, transport_kwargs={"headers": headers, "base_url": self.base}
            )
        except FailureGroup as group:
            for failure in group.exceptions:
                message = f"{status}: {failure.message or failure}"
                self.tally.fail(name, failure.title, message, self._curl(case, caller, headers, response))
        return status

    def _curl(self, case, caller, headers, response=None):
        """A line for a shell: `HOIST` is the server's address, `OWNER_SECRET` and the like what the caller sends."""
        line = case.as_curl_command(headers=headers, base_url=self.base).replace(self.base, "HOIST")
        for secret in headers.values():
            if len(secret) > 20:
                line = line.replace(secret.removeprefix("Bearer "), f"{caller.name.upper()}_SECRET")
        if response is None:
            return line
        return f"{line}\n      answered {response.status_code} {response.text_lossy()[:600]}"
