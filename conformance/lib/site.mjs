// The real binary on a temporary folder and a free port.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Admin } from "./admin.mjs";
import { until } from "./wait.mjs";

const OPERATOR = { email: "conformance@example.com", password: "a long enough password 1" };

/** Mounts can only be set in a file. */
const MOUNTS = [
  ["ofrep", "/ofrep/v1"],
  ["flagd", "/flagd"],
  ["flagsmith", "/flagsmith"],
  ["unleash", "/unleash"],
]
  .map(([dialect, path]) => `[[mounts]]\ndialect = "${dialect}"\npath = "${path}"\n`)
  .join("");

export class Site {
  log = "";

  static async start(program) {
    const site = new Site();
    site.folder = await mkdtemp(join(tmpdir(), "hoist-conformance-"));
    const port = await freePort();
    site.origin = `http://127.0.0.1:${port}`;
    const config = join(site.folder, "hoist.toml");
    await writeFile(config, MOUNTS);
    site.process = spawn(program, ["serve", "--config", config], {
      cwd: site.folder,
      env: {
        ...process.env,
        HOIST_LISTEN__ADDRESS: `127.0.0.1:${port}`,
        HOIST_DATABASE__URL: `sqlite://${join(site.folder, "control.db")}`,
        HOIST_LOG__FORMAT: "json",
        HOIST_ADMIN_EMAIL: OPERATOR.email,
        HOIST_ADMIN_PASSWORD: OPERATOR.password,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [site.process.stdout, site.process.stderr]) {
      stream.on("data", (text) => (site.log += text));
    }
    try {
      await until("the server is ready", 20_000, () => site.isReady());
      site.admin = await Admin.signIn(site.origin, OPERATOR);
    } catch (error) {
      await site.stop();
      throw new Error(`the server did not start: ${error.message}\n${site.log}`);
    }
    return site;
  }

  async isReady() {
    if (this.process.exitCode !== null) throw new Error(`it ended with ${this.process.exitCode}`);
    return fetch(`${this.origin}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
  }

  async stop() {
    if (this.process.exitCode === null) {
      const ended = new Promise((resolve) => this.process.once("exit", resolve));
      this.process.kill("SIGTERM");
      const late = setTimeout(() => this.process.kill("SIGKILL"), 15_000);
      await ended;
      clearTimeout(late);
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
