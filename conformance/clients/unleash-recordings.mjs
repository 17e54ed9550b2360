// What unleash-server 8.2.0 was recorded to answer, asked of us: the same, but for the listed differences.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { API } from "./unleash-client.mjs";

const RECORDINGS = new URL("../data/unleash-8.2.0-wire.jsonl", import.meta.url);

/** By label: what we do instead, and the status that comes with it. */
const DIFFERENT = new Map([
  ["features project-scoped production token", [200, "only segments that a feature refers to are told"]],
  ["features admin token", [401, "there are no tokens of administrators: this one is unknown"]],
  ["features?tag=simple:foo", [200, "features have no tags, so tags keep nothing out"]],
  ["features?project=nope", [200, "only segments that a feature refers to are told"]],
  ["delta (OSS)", [200, "served"]],
  ["metrics text/plain", [415, "in words of our own"]],
  ["metrics bad date", [400, "one line per fault"]],
  ["frontend backend token", [200, "a server key may ask as well"]],
  ["GET /api/proxy", [200, "served"]],
]);
/** Never ends here: it is served. The SDKs show that. */
const SKIPPED = "streaming (OSS)";

export async function unleashRecordings(site, report) {
  const admin = await site.admin.inProject("unleash-recordings");
  const lines = (await readFile(RECORDINGS, "utf8")).trim().split("\n");
  const all = lines.map((line) => JSON.parse(line)).filter(({ label }) => label !== SKIPPED);
  const state = (label) => JSON.stringify(all.find((pair) => pair.label === label).response.body);
  const keys = new Map();
  for (const [environment, label, secret] of [
    ["production", "features project-scoped production token", "backend-secret-0002"],
    ["development", "features with spec header", "backend-secret-0001"],
  ]) {
    await admin.change({ environment: { create: { key: environment } } });
    const answer = await admin.import("unleash", environment, state(label));
    assert.equal(answer.outcome, "applied", JSON.stringify(answer).slice(0, 2000));
    keys.set(secret, (await admin.key("server", environment)).secret);
  }
  keys.set("frontend-secret-0001", (await admin.key("client", "development")).secret);
  const tags = new Map();
  for (const pair of all) await report.check(pair.label, () => replay(site, pair, keys, tags));
  await report.check("every listed difference is one", () => {
    const labels = all.map(({ label }) => label);
    assert.deepEqual([...DIFFERENT.keys()].filter((label) => !labels.includes(label)), []);
    return `${all.length} exchanges, ${DIFFERENT.size} differences`;
  });
}

async function replay(site, { label, request, response }, keys, tags) {
  const headers = {};
  for (const [name, value] of Object.entries(request.headers)) {
    let own = value;
    for (const [recorded, key] of keys) own = own.replace(recorded, key);
    // The tag that we gave where that one was given.
    headers[name] = own.replace(/"[^"]*"/, (tag) => tags.get(tag) ?? tag);
  }
  const body = request.body === null || typeof request.body === "string" ? request.body : JSON.stringify(request.body);
  const path = request.path.replace("/api", API);
  const answer = await fetch(site.origin + path, { method: request.method, headers, body });
  const text = await answer.text();
  const theirs = response.headers.ETag;
  const bare = (tag) => tag.replace("W/", "");
  if (theirs && answer.headers.get("etag")) tags.set(bare(theirs), bare(answer.headers.get("etag")));
  const [status, reason] = DIFFERENT.get(label) ?? [response.status];
  assert.equal(answer.status, status, text.slice(0, 500));
  const own = plain(text.startsWith("{") ? JSON.parse(text) : text);
  const recorded = plain(response.body);
  if (reason) {
    assert.notDeepEqual({ status: answer.status, body: own }, { status: response.status, body: recorded }, "listed, but the same");
    return reason;
  }
  assert.deepEqual(own, recorded);
  for (const name of ["X-Unleash-Version", "Cache-control", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"]) {
    if (response.headers[name]) assert.equal(answer.headers.get(name), response.headers[name], name);
  }
}

/** Without what is different in every answer: our documents have no `meta`, our refusals no id, ids of segments are ours,
 *  and both spellings of impression data are there. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const left = Object.entries(value).filter(([name]) => !["meta", "id", "impression_data"].includes(name));
  return Object.fromEntries(left.map(([name, inner]) => [name, plain(inner)]));
}
