"""The real binary on a fresh database and a free port."""

import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from urllib.parse import unquote, urlsplit, urlunsplit

import pg8000.native
import requests

_numbers = itertools.count(1)


class Sqlite:
    """A file in a folder of its own."""

    name = "sqlite"

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="hoist-schemathesis-")
        self.url = f"sqlite://{self.folder}/control.db"

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgres:
    """A database of its own on the server that `HOIST_TEST_POSTGRES_URL` names."""

    name = "postgres"

    def __init__(self, server):
        self.server = urlsplit(server)
        self.database = f"hoist_schemathesis_{os.getpid()}_{next(_numbers)}"
        self._run(f"CREATE DATABASE {self.database}")
        self.url = urlunsplit(self.server._replace(path=f"/{self.database}"))

    def remove(self):
        self._run(f"DROP DATABASE {self.database} WITH (FORCE)")

    def _run(self, sql):
        server = self.server
        connection = pg8000.native.Connection(
            user=unquote(server.username or "postgres"),
            password=unquote(server.password) if server.password else None,
            host=server.hostname,
            port=server.port or 5432,
            database=server.path.lstrip("/") or "postgres",
        )
        try:
            connection.run(sql)
        finally:
            connection.close()


class Site:
    """One server. Its limits are the defaults: nothing is switched off for the test."""

    def __init__(self, program, database):
        self.database = database
        self.folder = tempfile.mkdtemp(prefix="hoist-schemathesis-")
        self.log_path = os.path.join(self.folder, "log")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HOIST_")}
        environment |= {
            "HOIST_LISTEN__ADDRESS": "127.0.0.1:0",
            "HOIST_DATABASE__URL": database.url,
            "HOIST_LOG__FORMAT": "json",
        }
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [program, "serve"], cwd=self.folder, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self.origin = f"http://{self._logged('listening')['address']}"
            link = self._logged("nobody has set this instance up; open the link to do so")["link"]
            self.setup_token = re.search(r"token=([^&]+)", link)[1]
            self._until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.database.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def is_running(self):
        return self.process.poll() is None

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def _logged(self, message, seconds=30):
        """The first log line with this message, as soon as it is there."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.is_running():
            for line in self.log().splitlines():
                fields = json.loads(line) if line.startswith("{") else {}
                if fields.get("message") == message:
                    return fields
            time.sleep(0.05)
        raise RuntimeError(f"the server did not say `{message}`:\n{self.log()[-4000:]}")

    def _until_ready(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.is_running():
            if requests.get(f"{self.origin}/readyz", timeout=5).ok:
                return
            time.sleep(0.05)
        raise RuntimeError(f"the server is not ready:\n{self.log()[-4000:]}")
