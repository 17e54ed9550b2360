// Clients in other languages: programs that print `ok NAME` or `not ok NAME: REASON` per check.

import { spawn } from "node:child_process";

const here = (path) => new URL(path, import.meta.url).pathname;

export const pythonProvider = (site, report) =>
  program(site, report, here("../.venv/bin/python"), [here("python/provider.py")]);

export const flagsmithEngine = (site, report) =>
  program(site, report, here("../.venv/bin/python"), [here("python/flagsmith_engine.py")]);

export const unleashPython = (site, report) =>
  program(site, report, here("../.venv/bin/python"), [here("python/unleash.py")]);

export const rustProvider = (site, report) =>
  program(site, report, here("rust/target/debug/hoist-conformance-rust"), []);

async function program(site, report, path, options) {
  const key = await site.admin.key("server", "dev");
  const env = { ...process.env, OFREP_URL: site.origin, OFREP_KEY: key.secret };
  const { text, code } = await run(path, options, env);
  const checks = text.split("\n").map((line) => /^(not )?ok ([^:]+)(?:: (.*))?$/.exec(line));
  const read = checks.filter(Boolean);
  for (const [, failed, name, why] of read) report.note(name, failed ? (why ?? "failed") : null);
  if (code !== 0 || read.length === 0) throw new Error(`ended with ${code}:\n${text.slice(-4000)}`);
}

function run(path, options, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(path, options, { env, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (text += piece));
    child.once("error", reject);
    child.once("close", (code) => resolve({ text, code }));
  });
}
