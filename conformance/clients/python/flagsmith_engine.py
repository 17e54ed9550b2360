"""Flagsmith's own engine against `hoist eval`, on generated evaluation contexts.

Both are asked the same; every answer must be equal as a whole. Contexts for which the reference engine fails itself
are counted by the kind of failure. Prints `ok NAME` or `not ok NAME: REASON`, as every program here.

Variables: HOIST_BIN, HOIST_PAIRS (pairs of flag and context, 5000), HOIST_PAIRS_SEED (1).
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter

from flag_engine.engine import get_evaluation_result

OPERATORS = [
    "EQUAL",
    "NOT_EQUAL",
    "GREATER_THAN",
    "GREATER_THAN_INCLUSIVE",
    "LESS_THAN",
    "LESS_THAN_INCLUSIVE",
    "CONTAINS",
    "NOT_CONTAINS",
    "REGEX",
    "MODULO",
    "IN",
    "IS_SET",
    "IS_NOT_SET",
    "PERCENTAGE_SPLIT",
]
TEXTS = [
    "", "a", "b", "abc", "ABC", "Abc def", "true", "True", "false", "False", "7", "-7", "007", "7.0", "1.10", "1.1",
    "12345678901234567890", "1e3", " 7", "1_000", "1.2.3", "1.2.3-rc.1", "1.10.0+build", "v1.2.3", "größe", "日本", "😀",
    "a,b", "[1]", "None", "nan", "inf", "0", "-0", "x.y",
]
NUMBERS = [0, 1, 2, 7, -7, 10, 100, 2**31, 2**53 + 1, -1, 0.0, 1.0, 1.1, 2.5, -0.5, 1e-5, 1e16, 1e17, 3.0, 0.1]
NAMES = ["age", "plan", "größe", "a.b", "$.odd", "version", "Age", "userId"]
PATHS = ["$.identity.identifier", "$.identity.key", "$.environment.name", "$.environment.key", "$.identity",
         "$.identity.traits.plan", "$.identity.traits['a.b']", "$.nowhere"]
PATTERNS = ["a", "^a", "bc$", r"\d+", "[A-Z]", "a|b", ".", "x*", r"\.", "(7|1)", "b.", r"^-?\d"]


class Case:
    """One generated context, with what it is about."""

    def __init__(self, number, dice):
        self.dice = dice
        self.operators = Counter()
        self.traits = {name: self.value() for name in NAMES if dice.random() < 0.6}
        self.context = {
            "environment": {"key": dice.choice(["env", "n9fbf9", "ключ"]), "name": dice.choice(TEXTS)},
            "features": {},
            "segments": {},
        }
        if dice.random() < 0.92:
            self.context["identity"] = self.identity(number)
        for at in range(dice.randint(1, 5)):
            self.context["features"][f"f{at}"] = self.feature(f"f{at}")
        for at in range(dice.randint(1, 4)):
            self.context["segments"][f"{at + 7}"] = self.segment(at)

    def value(self):
        dice = self.dice
        return dice.choice([dice.choice(TEXTS), dice.choice(TEXTS), dice.choice(NUMBERS), dice.random() < 0.5, None])

    def identity(self, number):
        identifier = self.dice.choice([f"user-{number}", str(number), f"nutzer-ö-{number}", f"{number}@example.com"])
        identity = {"identifier": identifier, "traits": self.traits}
        if self.dice.random() < 0.2:
            identity["key"] = self.dice.choice([str(number * 31), "", f"k{number}"])
        return identity

    def feature(self, name):
        dice = self.dice
        feature = {"key": str(dice.randint(1, 99999)), "name": name, "enabled": dice.random() < 0.5,
                   "value": dice.choice([dice.choice(TEXTS), dice.choice([1, 0, -5]), True, None])}
        if dice.random() < 0.6:
            left = 100
            variants = []
            for at in range(dice.randint(1, 4)):
                weight = dice.choice([0, 10, 12.5, 33.3, 33.34, 25, 50, 50.0, 100])
                weight = min(weight, left)
                left -= weight
                variant = {"value": f"v{at}", "weight": weight, "priority": dice.choice([at, 9 - at, 5])}
                if dice.random() < 0.5:
                    variant["key"] = f"key-{at}"
                variants.append(variant)
            feature["variants"] = variants
        if dice.random() < 0.2:
            feature["metadata"] = {"id": dice.randint(1, 9)}
        return feature

    def segment(self, at):
        dice = self.dice
        segment = {"key": str(at + 7), "name": f"segment {at}", "rules": [self.rule(2) for _ in range(dice.choice([1, 1, 1, 1, 1, 2, 0]))]}
        names = list(self.context["features"])
        overrides = []
        for name in dice.sample(names, dice.randint(0, len(names))):
            override = self.feature(name)
            if dice.random() < 0.7:
                override["priority"] = dice.choice([0, 1, 2, -1, 0.5])
            overrides.append(override)
        if overrides:
            segment["overrides"] = overrides
        return segment

    def rule(self, depth):
        dice = self.dice
        rule = {"type": dice.choice(["ALL", "ANY", "ANY", "NONE"])}
        if dice.random() < 0.9:
            rule["conditions"] = [self.condition() for _ in range(dice.randint(0, 2))]
        if depth and dice.random() < 0.3:
            rule["rules"] = [self.rule(depth - 1) for _ in range(dice.randint(0, 2))]
        return rule

    def condition(self):
        dice = self.dice
        operator = dice.choice(OPERATORS)
        self.operators[operator] += 1
        name = dice.choice(PATHS) if dice.random() < 0.12 else dice.choice(NAMES)
        known = self.traits.get(name)
        if operator == "PERCENTAGE_SPLIT":
            limit = dice.choice(["0", "10", "33.3", "50", "50.0", "66.66", "99.99", "100", "150", "-1", "x", ""])
            return {"operator": operator, "property": dice.choice(["", "", name]), "value": limit}
        if operator == "MODULO":
            value = dice.choice(["2|0", "2|1", "3|1", "2.5|0", "-3|-1", "7|0", "1|0", "2", "x|y", "", "10|7"])
        elif operator == "REGEX":
            value = dice.choice(PATTERNS)
        elif operator == "IN":
            items = dice.sample(TEXTS, 4) + ([str(known)] if dice.random() < 0.6 else [])
            value = dice.choice([items, ",".join(items), json.dumps(items), json.dumps([1, True, None, 7, "a"])])
        elif dice.random() < 0.5 and known is not None:
            value = str(known) if dice.random() < 0.7 else str(known).lower()
        else:
            value = dice.choice(TEXTS + [str(number) for number in NUMBERS])
        if operator in ("EQUAL", "NOT_EQUAL", "LESS_THAN", "GREATER_THAN_INCLUSIVE") and dice.random() < 0.15:
            value += ":semver"
        return {"operator": operator, "property": name, "value": value}


def ours(contexts):
    """What `hoist eval` answers, by context."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        for context in contexts:
            file.write(json.dumps(context) + "\n")
        file.flush()
        done = subprocess.run([os.environ["HOIST_BIN"], "eval", "--from", "flagsmith-context", file.name],
                              capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"hoist eval ended with {done.returncode}: {done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def same(one, other):
    """Equal as JSON: 1, 1.0 and true differ."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def main():
    pairs = int(os.environ.get("HOIST_PAIRS", "5000"))
    seed = int(os.environ.get("HOIST_PAIRS_SEED", "1"))
    dice = random.Random(seed)
    cases, flags = [], 0
    while flags < pairs:
        case = Case(len(cases), dice)
        cases.append(case)
        flags += len(case.context["features"])
    operators, reasons, segments = Counter(), Counter(), Counter()
    differences, failures, first = [], Counter(), None
    for case, got in zip(cases, ours([case.context for case in cases]), strict=True):
        operators += case.operators
        try:
            wanted = get_evaluation_result(case.context)
        except Exception as error:  # The reference engine fails: there is nothing to be equal to.
            failures[type(error).__name__] += 1
            continue
        matched = len(wanted["segments"])
        segments["matched"] += matched
        segments["not matched"] += len(case.context["segments"]) - matched
        for flag in wanted["flags"].values():
            reasons[flag["reason"].split(";")[0]] += 1
        if not same(got, wanted):
            differences.append(case)
            first = first or f"wanted {json.dumps(wanted)}\n got {json.dumps(got)}\n for {json.dumps(case.context)}"
    print(f"seed {seed}: {flags} pairs, {len(cases)} contexts; operators {dict(operators)}")
    print(f"outcomes {dict(reasons)}; segments {dict(segments)}; the reference engine failed {dict(failures)}")
    told = f"{len(differences)} contexts differ; the first: {first}" if differences else None
    checks = [
        check("flagsmith-flag-engine 10.2.0 answers the same", told),
        check("every operator was asked", scarce(operators, pairs)),
        check("outcomes are mixed", one_sided(reasons) or one_sided(segments)),
    ]
    return all(checks)


def scarce(operators, pairs):
    """Operators that came too seldom: less than 500 times where there is room for that."""
    least = min(500, pairs // 20)
    few = {name: operators[name] for name in OPERATORS if operators[name] < least}
    return f"too seldom: {few}" if few else None


def one_sided(outcomes):
    """An outcome with more than 60 %."""
    name, most = outcomes.most_common(1)[0]
    return f"{name}: {most} of {outcomes.total()}" if most > 0.6 * outcomes.total() else None


def check(name, problem):
    """Says how a check ended, on one line, and gives back whether it went well."""
    print(f"not ok {name}: {problem}".replace("\n", " ") if problem else f"ok {name}")
    return not problem


sys.exit(0 if main() else 1)
