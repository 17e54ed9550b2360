"""Requests that Schemathesis makes up: valid by their form, and invalid in one respect.

A made-up key leads nowhere, so most path parameters are replaced by existing ones; a made-up plan token or revision is
refused each time, so most of them are left out. What is replaced is chosen by a seed: the same run asks the same.
"""

import random
import warnings

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation

# Of all requests to an operation: invalid, at the edges; the rest is valid.
SHARES = {"negative": 0.25, "boundary": 0.3}
# Of ten requests, how many ask for something that exists, and how many drop a condition that cannot hold.
EXISTING = 9
UNCONDITIONAL = 8
CONDITIONS = ("If-Match", "plan")
# Parts of a change that take something away: they keep their made-up keys, so that there is something left to ask.
ENDING_ACTS = ("archive", "delete", "remove", "revoke")

QUIET = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)


class Generator:
    def __init__(self, driver, have, seed):
        self.driver = driver
        self.have = have
        self.seed = seed
        self.edges = {}
        self.round = 0

    def operation(self, name, operation, caller, count):
        """About this many requests to an operation."""
        calls = self.driver.tally.calls
        before = calls[caller.name]
        self.boundaries(name, operation, caller, round(count * SHARES["boundary"]))
        self.random(name, operation, caller, GenerationMode.NEGATIVE, round(count * SHARES["negative"]))
        rest = count - (calls[caller.name] - before)
        self.random(name, operation, caller, GenerationMode.POSITIVE, max(rest, 1))

    def boundaries(self, name, operation, caller, count):
        """Schemathesis's own list of edges: too long, too short, another type, a method that is not there."""
        source = random.Random(f"{self.seed} {self.round} {name} {caller.name}")
        if name not in self.edges:
            self.edges[name] = edges_of(operation)
        edges = self.edges[name]
        for case in source.sample(edges, min(count, len(edges))):
            self._send(case.derive(), name, caller, source, "boundary")

    def random(self, name, operation, caller, mode, count):
        """Requests of one operation."""
        if count == 0 or (mode == GenerationMode.NEGATIVE and only_texts_in_path(operation)):
            # Any text has the right form; edges has what can still be wrong.
            return
        source = random.Random(f"{self.seed} {self.round} {name} {caller.name} {mode.name}")

        @hypothesis.seed(source.getrandbits(64))
        @settings(QUIET, max_examples=count)
        @given(case=operation.as_strategy(generation_mode=mode))
        def each(case):
            self._send(case, name, caller, source, mode.name.lower())

        try:
            each()
        except hypothesis.errors.Unsatisfiable:
            # Nothing about this request can be wrong: it has no parameters and no body.
            if mode != GenerationMode.NEGATIVE:
                raise

    def _send(self, case, name, caller, source, kind):
        if case.path_parameters and source.randrange(10) < EXISTING:
            case.path_parameters = dict(case.path_parameters) | self.have.path(name, caller, source.choice)
        if case.meta.generation.mode.is_positive and source.randrange(10) < UNCONDITIONAL:
            for condition in CONDITIONS:
                case.headers.pop(condition, None)
                if case.query:
                    case.query.pop(condition, None)
        if isinstance(case.body, (dict, list)):
            case.body = planned_only_if_project_goes(self._with_keys(case.body, source))
        self.driver.send(case, caller, kind)

    def _with_keys(self, value, source):
        """Texts that name a flag, an environment or a segment name one that there is."""
        have = self.have
        known = {
            "flag": have.flags, "flags": have.flags, "segment": have.segments, "environment": ("dev", "staging"),
            "environments": ("dev", "staging"), "variant": ("on", "off"), "rest": ("on", "off"),
            "credential": have.credentials, "member": have.members, "revision": have.revisions,
        }
        if isinstance(value, list):
            return [self._with_keys(item, source) for item in value]
        if not isinstance(value, dict):
            return value
        filled = {}
        for name, item in value.items():
            if name in ENDING_ACTS:
                filled[name] = item
            elif name in known and isinstance(item, str) and source.randrange(10) < EXISTING:
                filled[name] = source.choice(known[name])
            elif name in known and isinstance(item, list) and all(isinstance(each, str) for each in item):
                filled[name] = [source.choice(known[name]) for _ in item]
            else:
                filled[name] = self._with_keys(item, source)
        return filled


def planned_only_if_project_goes(body):
    """A batch that deletes the project in which everybody asks is only planned."""
    changes = body.get("changes") if isinstance(body, dict) else None
    for change in changes if isinstance(changes, list) else ():
        about = change.get("project") if isinstance(change, dict) else None
        if isinstance(about, dict) and "delete" in about:
            return body | {"dry_run": True}
    return body


def only_texts_in_path(operation):
    return not operation.body and all(
        parameter.location == ParameterLocation.PATH and parameter.definition["schema"].get("type") == "string"
        for parameter in operation.iter_parameters()
    )


def edges_of(operation):
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    config = operation.schema.config.generation_for(operation=operation, phase="coverage")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(operation.schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=config))
