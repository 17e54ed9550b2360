// The main job on real input: files of other systems go in through the API, a flag is changed through the API, and
// the web provider follows.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../lib/wait.mjs";
import { Page } from "./web-provider.mjs";

/** File, format, environment it goes to. */
const FILES = [
  ["unleash-hosted-features.json", "unleash", "dev"],
  ["unleash-example-features.json", "unleash", "staging"],
  ["otel-demo.flagd.json", "flagd", "prod"],
];

export async function realInput(site, report) {
  const folder = process.env.HOIST_CONFORMANCE_DIR;
  if (!folder) return report.skip("imported files", "HOIST_CONFORMANCE_DIR names no folder");
  for (const [name, format, environment] of FILES) {
    const text = await readFile(join(folder, "real", name), "utf8");
    await report.check(`${name} is imported`, () => imported(site, format, environment, text));
    await report.check(`${name}: every flag is answered`, () => answered(site, environment, keysIn(format, text)));
    await report.check(`${name}: the web provider follows a change`, () => followed(site, environment, keysIn(format, text)));
  }
}

function keysIn(format, text) {
  const json = JSON.parse(text);
  return format === "flagd" ? Object.keys(json.flags) : json.features.map((feature) => feature.name);
}

async function imported(site, format, environment, text) {
  const answer = await site.admin.import(format, environment, text);
  assert.equal(answer.outcome, "applied", JSON.stringify(answer).slice(0, 2000));
  return `${answer.gaps?.length ?? 0} gaps reported`;
}

async function answered(site, environment, keys) {
  const flags = await bulk(site, environment, await site.admin.key("server", environment));
  const missing = keys.filter((key) => !flags.has(key));
  assert.deepEqual(missing, [], "flags of the file that are not answered");
  const broken = keys.filter((key) => flags.get(key).errorCode);
  assert.deepEqual(broken, [], "flags of the file that fail");
  return `${keys.length} flags`;
}

/** Flips a boolean flag by its switch, or by its default if it is off by value, and waits for the provider. */
async function followed(site, environment, keys) {
  const key = await site.admin.key("client", environment);
  const page = await Page.open(`real-${environment}`, site.origin, key, { targetingKey: "u1" });
  try {
    const flags = await bulk(site, environment, key);
    const on = keys.find((name) => flags.get(name)?.value === true);
    const off = keys.find((name) => flags.get(name)?.value === false && flags.get(name).variant === "off");
    const flag = on ?? off;
    assert.ok(flag, "a boolean flag that clients may see");
    const change = on
      ? { switch: { flag, environment, on: false } }
      : { edit: { flag, environment, patch: { enabled: true, rules: [], default: { serve: { variant: "on" } } } } };
    const before = page.client.getBooleanValue(flag, !on);
    await site.admin.change({ config: change });
    const took = await until("the new value", 1000, () => page.client.getBooleanValue(flag, before) !== before);
    return `${flag}, ${took} ms`;
  } finally {
    await page.close();
  }
}

async function bulk(site, environment, key) {
  const answer = await fetch(`${site.origin}/ofrep/v1/evaluate/flags`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key.secret },
    body: JSON.stringify({ context: { targetingKey: "u1" } }),
  });
  assert.equal(answer.status, 200, `flags of ${environment}`);
  return new Map((await answer.json()).flags.map((flag) => [flag.key, flag]));
}
