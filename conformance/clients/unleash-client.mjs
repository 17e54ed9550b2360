// Unleash's SDK for Node, which evaluates our features document by itself: for generated flags and contexts it gives
// what our frontend API answers.
//
// Left out of flags and contexts, because Unleash's own clients disagree among themselves: what is drawn anew for each
// request, ids of other letters than ASCII, fractions of a percent, dates in fields of one's own, blanks around values,
// subjects without any id, addresses of IPv6 in the strategy `remoteAddress`.

import assert from "node:assert/strict";
import { Unleash } from "unleash-client";
import { drawing } from "../lib/drawing.mjs";
import { until } from "../lib/wait.mjs";

const CONTEXTS = 500;
const FOREIGN = 40;
const NATIVE = 20;
export const API = "/unleash/api";

/** An SDK that polls often, with what happened to it. */
export class Sdk {
  unchanged = 0;
  sent = 0;
  errors = [];

  static async start(site, key, more = {}) {
    const sdk = new Sdk();
    sdk.unleash = new Unleash({
      appName: `conformance-${Math.random()}`,
      url: `${site.origin}${API}/`,
      customHeaders: { Authorization: key.secret },
      refreshInterval: 100,
      disableMetrics: true,
      backupPath: site.folder,
      skipInstanceCountWarning: true,
      disableAutoStart: true,
      ...more,
    });
    sdk.unleash.on("unchanged", () => (sdk.unchanged += 1));
    sdk.unleash.on("sent", () => (sdk.sent += 1));
    sdk.unleash.on("error", (error) => sdk.errors.push(String(error)));
    sdk.unleash.on("warn", (warning) => sdk.errors.push(String(warning)));
    await sdk.unleash.start();
    await until("the SDK has its features", 5000, () => sdk.unleash.isSynchronized());
    return sdk;
  }
}

export async function unleashClient(site, report) {
  const admin = await site.admin.inProject("unleash-sdk");
  const key = await admin.key("server", "dev");
  const draw = drawing(815);
  await report.check("generated flags are imported and made", () => makeFlags(admin, draw));
  let sdk;
  await report.check("the SDK reads its features", async () => {
    sdk = await Sdk.start(site, key);
    return `${sdk.unleash.getFeatureToggleDefinitions().length} features`;
  });
  await report.check("unchanged it is 304", () => until("a 304", 5000, () => sdk.unchanged > 1));
  await report.check("every generated flag can be said in Unleash's language", async () => {
    const gaps = await fetch(`${site.origin}${API}/client/gaps.json`, { headers: { authorization: key.secret } });
    const flags = (await gaps.json()).gaps.filter((gap) => gap.left_out === "flag");
    assert.ok(flags.length <= NATIVE / 4, JSON.stringify(flags).slice(0, 2000));
    return `${flags.length} of ${FOREIGN + NATIVE} left out: ${flags.map((gap) => gap.text).join("; ")}`;
  });
  await report.check("the SDK evaluates to what we answer", () => compare(site, key, sdk.unleash, draw));
  await report.check("a change is followed", async () => {
    const before = sdk.unleash.isEnabled("switched", {});
    await admin.change({ config: { switch: { flag: "switched", environment: "dev", on: !before } } });
    const took = await until("the change", 3000, () => sdk.unleash.isEnabled("switched", {}) !== before);
    return `${took} ms, polling every 100 ms`;
  });
  for (const [name, experimentalMode] of [["delta", { type: "polling", format: "delta" }], ["streaming", { type: "streaming" }]]) {
    await report.check(`${name}: the same features, and a change is followed`, () => changes(site, admin, key, sdk, experimentalMode));
  }
  await report.check("there were no errors", () => assert.deepEqual(sdk.errors, []));
  sdk.unleash.destroy();
  await report.check("metrics arrive once", () => metrics(site, key));
  await report.check("a client key is refused", async () => {
    const client = await admin.key("client", "dev");
    const answer = await fetch(`${site.origin}${API}/client/features`, { headers: { authorization: client.secret } });
    assert.equal(answer.status, 403);
  });
}

/** Another SDK with the same key in another mode. */
async function changes(site, admin, key, polling, experimentalMode) {
  const sdk = await Sdk.start(site, key, { experimentalMode });
  const features = ({ unleash }) => new Map(unleash.getFeatureToggleDefinitions().map((feature) => [feature.name, feature]));
  try {
    assert.deepEqual(features(sdk), features(polling));
    const took = [];
    for (let at = 0; at < 4; at += 1) {
      const before = sdk.unleash.isEnabled("switched", {});
      await admin.change({ config: { switch: { flag: "switched", environment: "dev", on: !before } } });
      took.push(await until("the change", 2000, () => sdk.unleash.isEnabled("switched", {}) !== before));
    }
    await until("both have it", 2000, () => polling.unleash.isEnabled("switched", {}) === sdk.unleash.isEnabled("switched", {}));
    assert.deepEqual(features(sdk), features(polling));
    assert.deepEqual(sdk.errors, []);
    return `${features(sdk).size} features, changes after ${took.join(", ")} ms`;
  } finally {
    sdk.unleash.destroy();
  }
}

/** How many evaluations clients reported since the server began. */
export async function evaluations(site) {
  const text = await (await fetch(`${site.origin}/metrics`)).text();
  return Number(/^hoist_reported_evaluations_total (\S+)$/m.exec(text)[1]);
}

async function metrics(site, key) {
  const sdk = await Sdk.start(site, key, { disableMetrics: false, metricsInterval: 60_000, metricsJitter: 0 });
  const before = await evaluations(site);
  for (let at = 0; at < 7; at += 1) sdk.unleash.isEnabled("switched", {});
  sdk.unleash.getVariant("foreign-1", { userId: "u" });
  await sdk.unleash.flushMetrics();
  await until("the report", 5000, () => sdk.sent > 0);
  sdk.unleash.destroy();
  assert.deepEqual(sdk.errors, []);
  assert.equal((await evaluations(site)) - before, 8);
  return "8 evaluations";
}

/** What the frontend API says to this context, by name. */
export async function frontend(site, key, context) {
  const answer = await fetch(`${site.origin}${API}/frontend/all`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: key.secret },
    body: JSON.stringify({ context }),
  });
  assert.equal(answer.status, 200);
  return new Map((await answer.json()).toggles.map((toggle) => [toggle.name, toggle]));
}

async function compare(site, key, unleash, draw) {
  const names = unleash.getFeatureToggleDefinitions().map((feature) => feature.name);
  const counts = new Map();
  let pairs = 0;
  for (let at = 0; at < CONTEXTS; at += 1) {
    const context = someContext(draw);
    const ours = await frontend(site, key, context);
    for (const name of names) {
      const expected = ours.get(name);
      const place = `${name} for ${JSON.stringify(context)}: ${JSON.stringify(unleash.getFeatureToggleDefinition(name))}`;
      assert.equal(unleash.isEnabled(name, context), expected.enabled, place);
      const { name: variant, enabled, payload, feature_enabled } = unleash.getVariant(name, context);
      const theirs = { name: variant, enabled, payload, feature_enabled };
      const { name: own, enabled: has, payload: carried, feature_enabled: on } = expected.variant;
      assert.deepEqual(theirs, { name: own, enabled: has, payload: carried, feature_enabled: on }, place);
      const outcome = expected.enabled ? own : "off";
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      pairs += 1;
    }
  }
  const most = Math.max(...counts.values()) / pairs;
  assert.ok(pairs >= 20_000, `only ${pairs} pairs`);
  assert.ok(counts.size >= 5 && most <= 0.7, `outcomes are lopsided: ${JSON.stringify([...counts])}`);
  return `${pairs} pairs, ${counts.size} outcomes, the most frequent ${(100 * most).toFixed(0)} %`;
}

const COUNTRIES = ["DE", "FR", "NO", "SE"];
const PLANS = ["free", "pro", "premium"];
const VERSIONS = ["1.0.0", "1.2.3", "2.0.0-rc.1", "3.1.0", "v2.1.0", "no version"];

export function someContext({ below, one }) {
  const properties = {};
  if (below(4) > 0) properties.country = one(...COUNTRIES);
  if (below(4) > 0) properties.plan = one(...PLANS, "PREMIUM");
  if (below(4) > 0) properties.version = one(...VERSIONS);
  if (below(4) > 0) properties.age = one(below(80), String(below(80)), 20.5);
  const context = { sessionId: `s-${below(1000)}`, remoteAddress: one("10.1.2.3", "192.168.7.9", "8.8.8.8"), properties };
  if (below(5) > 0) context.userId = `user-${below(100_000)}`;
  return context;
}

const some = (draw, list) => list.filter(() => draw.below(2)).concat(draw.one(...list));

function constraint(draw) {
  const more = { inverted: draw.below(4) === 0 };
  const folded = { ...more, caseInsensitive: draw.below(2) === 0 };
  const of = (contextName, operator, rest) => ({ contextName, operator, ...rest });
  return draw.one(
    () => of("country", draw.one("IN", "NOT_IN"), { ...more, values: some(draw, COUNTRIES) }),
    () => of("plan", draw.one("STR_CONTAINS", "STR_STARTS_WITH", "STR_ENDS_WITH"), { ...folded, values: some(draw, ["pr", "ree", "PREM"]) }),
    () => of("age", draw.one("NUM_EQ", "NUM_GT", "NUM_GTE", "NUM_LT", "NUM_LTE"), { ...more, value: String(draw.below(80)) }),
    () => of("version", draw.one("SEMVER_EQ", "SEMVER_GT", "SEMVER_GTE", "SEMVER_LT", "SEMVER_LTE"), { ...more, value: draw.one("1.2.3", "2.0.0", "2.0.0-rc.1") }),
    () => of("currentTime", draw.one("DATE_AFTER", "DATE_BEFORE"), { ...more, value: draw.one("2020-01-01T00:00:00.000Z", "2090-01-01T00:00:00.000Z") }),
    () => of("plan", "REGEX", { ...folded, value: draw.one("^p", "e{2}", "(free|premium)$") }),
    () => of("remoteAddress", "IN_CIDR", { ...more, values: some(draw, ["10.0.0.0/8", "192.168.7.9", "8.8.0.0/16"]) }),
    () => of("userId", "IN", { ...more, values: ["user-1", "user-2"] }),
  )();
}

const VARIANTS = ["red", "blue", "green"];

function variants(draw, stickiness, more = () => ({})) {
  const payload = { type: draw.one("string", "json", "number", "csv"), value: String(draw.below(9)) };
  const all = VARIANTS.map((name) => ({ name, weight: draw.below(900), weightType: "variable", stickiness, ...more(name) }));
  if (draw.below(2)) all[0].payload = payload;
  all[1].weight += 1;
  return all;
}

function strategy(draw, name) {
  const common = { constraints: Array.from({ length: draw.below(3) }, () => constraint(draw)), variants: [] };
  if (draw.below(4) === 0) common.segments = draw.one([1], [2], [1, 2]);
  const stickiness = draw.one("default", "userId", "sessionId", "country");
  const groupId = draw.one(name, "shared");
  const flexible = { groupId, rollout: String(draw.below(101)), stickiness };
  const own = draw.below(3) ? [] : variants(draw, stickiness);
  return draw.one(
    { ...common, name: "flexibleRollout", parameters: flexible, variants: own },
    { ...common, name: "flexibleRollout", parameters: flexible, variants: own },
    { ...common, name: "default", parameters: {} },
    { ...common, name: "userWithId", parameters: { userIds: "user-1, user-2" } },
    { ...common, name: "gradualRolloutUserId", parameters: { groupId, percentage: String(draw.below(101)) } },
    { ...common, name: "gradualRolloutSessionId", parameters: { groupId, percentage: String(draw.below(101)) } },
    { ...common, name: "remoteAddress", parameters: { IPs: "10.0.0.0/8, 8.8.8.8" } },
  );
}

/** Features as Unleash has them. */
export function document(draw) {
  const features = [];
  const feature = (name, more) => ({ name, type: "release", project: "default", enabled: true, stale: false, description: "", impressionData: false, variants: [], strategies: [], ...more });
  for (let at = 0; at < FOREIGN; at += 1) {
    const name = `foreign-${at}`;
    const strategies = Array.from({ length: draw.below(4) }, () => strategy(draw, name));
    const overrides = (variant) => (variant === "green" ? { overrides: [{ contextName: "country", values: ["NO"] }] } : {});
    const own = draw.below(2) ? variants(draw, draw.one("default", "sessionId"), overrides) : [];
    features.push(feature(name, { enabled: draw.below(9) > 0, strategies, variants: own }));
  }
  for (let at = 0; at < 6; at += 1) {
    const parent = { feature: `foreign-${draw.below(FOREIGN)}`, enabled: draw.below(3) > 0 };
    if (parent.enabled && draw.below(2)) parent.variants = ["red", "green"];
    features.push(feature(`child-${at}`, { strategies: [strategy(draw, `child-${at}`)], dependencies: [parent] }));
  }
  features.push(feature("switched", { strategies: [{ name: "default", parameters: {}, constraints: [], variants: [] }] }));
  const segments = [1, 2].map((id) => ({ id, name: `segment ${id}`, constraints: [constraint(draw)] }));
  return { version: 2, features, segments };
}

const serve = (key) => ({ serve: { variant: key } });

/** Conditions of ours that Unleash's language has. */
function nativeCondition(draw, depth) {
  const test = (attribute, op, ...values) => ({ test: { attribute, op, values, negate: draw.below(4) === 0 } });
  if (depth > 0 && draw.below(3) === 0) {
    const inner = () => nativeCondition(draw, depth - 1);
    return draw.one({ all: [inner(), inner()] }, { any: [inner(), inner()] }, { not: inner() });
  }
  return draw.one(
    test("country", "in", ...COUNTRIES.slice(draw.below(3))),
    test("plan", "equals", draw.one(...PLANS)),
    test("plan", "contains", draw.one("r", "pre", "ee")),
    test("plan", "starts_with", "p", "f"),
    test("plan", "ends_with", "ium"),
    test("plan", "matches", "^p.*m$"),
    test("version", "semver_gte", "1.2.3"),
    test("remoteAddress", "cidr", "10.0.0.0/8"),
    test("targetingKey", "in", "user-1", "user-2"),
  );
}

async function makeFlags(admin, draw) {
  const answer = await admin.import("unleash", "dev", JSON.stringify(document(draw)));
  assert.equal(answer.outcome, "applied", JSON.stringify(answer).slice(0, 2000));
  const texts = { a: "A", b: "B", c: "C" };
  const kinds = [
    ["boolean", undefined, () => draw.one("on", "on", "off")],
    ["string", Object.entries(texts).map(([key, value]) => ({ key, value })), () => draw.one("a", "b", "c")],
  ];
  for (let at = 0; at < NATIVE; at += 1) {
    const key = `native-${at}`;
    const [kind, variants, variant] = kinds[at % 2];
    const rules = ["1", "2"].map((id) => ({ id, name: id, condition: nativeCondition(draw, 2), serve: serve(variant()) }));
    const patch = { enabled: at !== 0, rules, default: serve(variant()) };
    await admin.change(
      { flag: { create: { key, kind, variants, client_visible: true } } },
      { config: { edit: { flag: key, environment: "dev", patch } } },
    );
  }
  return `${answer.gaps?.length ?? 0} gaps of the import`;
}
