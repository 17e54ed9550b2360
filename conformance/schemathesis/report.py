"""What a run has shown, in lines; and whether that is enough."""

import os

from people import ROLES


class Report:
    def __init__(self, options, excluded, upgrading):
        self.options = options
        self.upgrading = upgrading.keys()
        self.failed = 0
        self.ran = 0
        self.skips = []
        self.succeeded = set()
        self.refused = set()
        self.operations = set()
        for name, reason in (excluded | upgrading).items():
            print(f"not checked: {name}: {reason}")

    def skipped(self, name, reason):
        print(f"skipped: {name}: {reason}")
        self.skips.append(name)

    def database(self, name, tally, operations, seconds):
        self.ran += 1
        self.operations |= operations
        roles = ", ".join(f"{role} {tally.calls[role]}" for role in ROLES)
        others = {caller: count for caller, count in tally.calls.items() if caller not in ROLES}
        print(f"\n{name}: {tally.of_roles()} calls of three roles ({roles}) in {seconds:.0f} s")
        print(f"  besides: {self._counts(others)}")
        print(f"  kinds: {self._counts(tally.kinds)}")
        print(f"  statuses: {self._counts(dict(sorted(tally.statuses.items())))}")
        for operation, statuses in sorted(tally.by_operation.items()):
            if any(200 <= status < 300 for status in statuses):
                self.succeeded.add(operation)
            if any(400 <= status < 500 for status in statuses):
                self.refused.add(operation)
        for (operation, title, message), (times, curl) in sorted(tally.failures.items()):
            print(f"  FAILED {operation}: {title} ({times} times): {message}\n    {curl}")
        self.failed += len(tally.failures)
        if not self.options.operation and tally.of_roles() < self.options.calls:
            print(f"  FAILED: fewer than {self.options.calls} calls")
            self.failed += 1

    @staticmethod
    def _counts(counts):
        return ", ".join(f"{name} {count}" for name, count in counts.items())

    def verdict(self):
        """The exit code."""
        if not self.options.operation:
            for word, seen in (("2xx", self.succeeded | self.upgrading), ("4xx", self.refused)):
                for operation in sorted(self.operations - seen):
                    print(f"FAILED {operation}: never answered {word}")
                    self.failed += 1
        if self.skips and os.environ.get("STRICT") == "1":
            self.failed += 1
        print(f"\nschemathesis: seed {self.options.seed}, {self.ran} databases, {self.failed} failures")
        return 1 if self.failed or not self.ran else 0
