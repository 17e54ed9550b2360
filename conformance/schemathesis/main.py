"""Schemathesis against the binary, on SQLite and on PostgreSQL.

Prints what was asked and answered; ends with 1 when something is not as the OpenAPI document says.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import requests
import schemathesis
from schemathesis import GenerationMode

from api import Api
from checks import EXCLUDED, UPGRADING, configuration
from driver import Driver
from examples import LAST, Examples, chooser, set_up
from furniture import Furniture, remember_names
from generated import Generator
from people import Caller, People
from report import Report
from server import Postgres, Site, Sqlite

# Rounds of requests at most: more would only repeat what is known.
MOST_ROUNDS = 10


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=3000, help="calls of the three roles, for each database")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--database", choices=("sqlite", "postgres"), action="append", help="both unless given")
    parser.add_argument("--operation", action="append", help="only these operation ids, for a closer look")
    return parser.parse_args()


def operations_of(site):
    """By operation id, from the document that the server itself hands out."""
    document = requests.get(f"{site.origin}/hoist/v1/openapi.json", timeout=30).json()
    config = schemathesis.Config.from_dict(configuration())
    schema = schemathesis.openapi.from_dict(document, config=config)
    found = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        name = operation.definition.raw["operationId"]
        found[name] = operation
        remember_names(name, [parameter.name for parameter in operation.path_parameters])
    return found


def run(site, options):
    """Everything on one database."""
    driver = Driver(site)
    operations = operations_of(site)
    set_up(driver, operations, site.setup_token, Caller("nobody", {}))
    api = Api(site.origin)
    people = People(api)
    kept = Furniture(api, "first", "kept")
    people.members["owner"].key = kept.credential("server")[1]
    people.members["editor"].key = kept.credential("client")[1]
    examples = Examples(driver, kept, people, operations, chooser(options.seed))
    chosen = {name: operations[name] for name in options.operation or operations}
    if not options.operation:
        examples.run()
    generate(driver, Generator(driver, Furniture(api, "playground", "made"), options.seed), people, chosen, options)
    if not options.operation:
        examples.end()
        generate_last(Generator(driver, kept, options.seed), people, operations)
    return driver.tally, set(operations)


def generate(driver, generator, people, operations, options):
    """The same number of requests for each role and operation; again, since some know few different ones."""
    operations = {name: each for name, each in operations.items() if name not in LAST and name != "post_setup"}
    callers = list(people.members.values())
    for round_ in range(MOST_ROUNDS):
        missing = options.calls - driver.tally.of_roles()
        if missing <= 0:
            return
        each = -(-missing // (len(operations) * len(callers)))
        generator.round = round_
        for name, operation in operations.items():
            others = [people.operator] if operation.definition.raw["x-permission"] == "operator" else []
            for caller in callers + others:
                generator.operation(name, operation, caller, each)


def generate_last(generator, people, operations):
    """What ends sessions: few requests, since the limit of attempts answers most of them."""
    callers = {name: people.passing(f"last-{name}")[0] for name in LAST[1:]}
    for name in ("post_setup", *LAST):
        for mode in (GenerationMode.NEGATIVE, GenerationMode.POSITIVE):
            generator.random(name, operations[name], callers.get(name, people.nobody), mode, 8)


def main():
    options = arguments()
    program = os.environ["HOIST_BIN"]
    server = os.environ.get("HOIST_TEST_POSTGRES_URL")
    wanted = options.database or ["sqlite", "postgres"]
    report = Report(options, EXCLUDED, UPGRADING)
    if "postgres" in wanted and not server:
        report.skipped("postgres", "HOIST_TEST_POSTGRES_URL is not set")
        wanted.remove("postgres")
    # Making requests up is most of the work, so each database gets a processor.
    with ProcessPoolExecutor() as pool:
        running = {name: pool.submit(on_database, name, program, server, options) for name in wanted}
        for name, future in running.items():
            report.database(name, *future.result())
    return report.verdict()


def on_database(name, program, server, options):
    """A server of its own; how it went and how long it took."""
    start = time.monotonic()
    site = Site(program, Postgres(server) if name == "postgres" else Sqlite())
    try:
        tally, operations = run(site, options)
    except BaseException:
        print(f"{name}: the server said:\n{site.log()[-4000:]}", flush=True)
        raise
    finally:
        site.stop()
    return tally, operations, time.monotonic() - start


if __name__ == "__main__":
    sys.exit(main())
