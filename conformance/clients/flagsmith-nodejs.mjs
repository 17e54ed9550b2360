// Flagsmith's SDK for Node, asking us and evaluating our environment document by itself: for generated features and
// identities both give the same.
//
// Flagsmith's engines disagree among themselves about some conditions (what counts for us is the Python engine). They
// are drawn like all others and left out by the filters below, which say how often they did.

import assert from "node:assert/strict";
import { Flagsmith } from "flagsmith-nodejs";
import { drawing } from "../lib/drawing.mjs";
import { until } from "../lib/wait.mjs";

const IDENTITIES = 260;
const FOREIGN = 24;
const NATIVE = 8;
const SEGMENTS = 40;

const OPERATORS = [
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
];
const TEXTS = ["free", "pro", "premium", "a,b", "größe", "7", "true", ""];
const VERSIONS = ["1.2.3", "1.10.0", "2.0.0-rc.1", "v1.2.3"];
/** What an identity may have, by name. */
const TRAITS = { plan: TEXTS, version: VERSIONS, age: [0, 7, 18, 30, 65], score: [0.5, 1.5], beta: [true, false] };
const PATHS = ["$.identity.identifier", "$.environment.name", "$.identity.traits.plan"];

/** Of identities with overrides this SDK forgets traits that are false, and keeps the others for the next question. */
const OVERRIDDEN = 5;
const FORGOTTEN = "traits of identities with overrides that are false or left out";

/** Conditions about which Flagsmith's engines disagree. */
const FILTERS = {
  "regular expressions that are not anchored": ({ operator, value }) => operator === "REGEX" && !value.startsWith("^"),
  "text that spells a number or nothing": ({ operator, value }) =>
    ["EQUAL", "NOT_EQUAL", "CONTAINS", "NOT_CONTAINS", "IN"].includes(operator) && /^(\d+|)$/.test(value),
  "values of another type than the trait's": ({ operator, property, value }) => {
    if (!/EQUAL|THAN|CONTAINS|MODULO|REGEX|IN$/.test(operator)) return false;
    const kind = { age: /^\d+$|\|/, score: /^\d+(\.\d+)?$|\|/, beta: /^(true|false)$/, version: /:semver$/ }[property];
    return kind ? !kind.test(value) : /:semver$|^true$|\|/.test(value);
  },
  "booleans beside anything but equality": ({ operator, property }) =>
    property === "beta" && !/^(EQUAL|NOT_EQUAL|IS_SET|IS_NOT_SET)$/.test(operator),
  "numbers as text": ({ operator, property }) =>
    ["age", "score"].includes(property) && /CONTAINS|REGEX|^IN$/.test(operator),
  "versions with a leading v, and unequal ones": ({ operator, value }) =>
    /^v.*:semver$/.test(value) || (operator === "NOT_EQUAL" && /:semver$/.test(value)),
  "versions beside anything but order and equality": ({ operator, value }) =>
    /CONTAINS|^IN$/.test(operator) && /:semver$/.test(value),
  "remainders of anything but whole numbers": ({ operator, property, value }) =>
    operator === "MODULO" && (property !== "age" || !value.includes("|") || value.startsWith("0")),
  "shares by a trait without a path": ({ operator, property }) =>
    operator === "PERCENTAGE_SPLIT" && property !== "" && !property.startsWith("$."),
};

export async function flagsmithNodejs(site, report) {
  const admin = await site.admin.inProject("flagsmith-sdk");
  const draw = drawing(4242);
  const drawn = { conditions: 0, operators: new Map(), left: new Map(Object.keys(FILTERS).map((name) => [name, 0])) };
  await report.check("a generated environment is imported, flags of ours are made", () => makeFlags(admin, draw, drawn));
  const server = await admin.key("server", "dev");
  const client = await admin.key("client", "dev");
  const apiUrl = `${site.origin}/flagsmith/api/v1/`;
  const remote = new Flagsmith({ environmentKey: client.secret, apiUrl });
  const local = new Flagsmith({
    environmentKey: `ser.${server.secret}`,
    apiUrl,
    enableLocalEvaluation: true,
    environmentRefreshIntervalSeconds: 1,
  });
  try {
    await report.check("every generated feature can be said", async () => {
      const headers = { "x-environment-key": server.secret };
      const answer = await fetch(`${apiUrl}environment-document/gaps/`, { headers });
      const gaps = (await answer.json()).gaps;
      assert.deepEqual(gaps.filter((gap) => !gap.flag?.startsWith("ours")), []);
      return `${gaps.length} of ${FOREIGN + NATIVE} left out: ${gaps.map((gap) => gap.text).join("; ")}`;
    });
    await report.check("flags of the environment are the same, asked and evaluated", async () => {
      const [asked, evaluated] = [await remote.getEnvironmentFlags(), await local.getEnvironmentFlags()];
      return `${same(asked, evaluated, "nobody")} flags`;
    });
    await report.check("identities get the same, asked and evaluated", () => compare(remote, local, draw, drawn));
    await report.check("traits count, transient ones too, and nothing is kept", () => traits(remote));
    await report.check("a change is followed by local evaluation", () => follow(admin, local));
    await report.check("analytics arrive", () => analytics(site, client, apiUrl));
    await report.check("a client key gets no document, and a revoked one nothing", async () => {
      const headers = { "x-environment-key": client.secret };
      assert.equal((await fetch(`${apiUrl}environment-document/`, { headers })).status, 403);
      await admin.revoke(client);
      assert.equal((await fetch(`${apiUrl}flags/`, { headers })).status, 401);
      await assert.rejects(() => remote.getEnvironmentFlags());
    });
  } finally {
    await local.close();
  }
}

/** How many flags both have; they must be equal. */
function same(asked, evaluated, whose) {
  const names = evaluated.allFlags().map((flag) => flag.featureName);
  for (const name of names) {
    const [theirs, ours] = [evaluated.getFlag(name), asked.getFlag(name)];
    const place = `${name} for ${whose}`;
    assert.deepEqual([theirs.enabled, theirs.value ?? null], [ours.enabled, ours.value ?? null], place);
  }
  return names.length;
}

async function compare(remote, local, draw, drawn) {
  const outcomes = new Map();
  let pairs = 0;
  for (let at = 0; at < IDENTITIES; at += 1) {
    const isOverridden = at % 8 === 0;
    const identifier = isOverridden ? `overridden-${draw.below(OVERRIDDEN)}` : `user-${draw.below(100_000)}`;
    let traits = someTraits(draw);
    if (isOverridden) {
      const known = { plan: "pro", version: "1.2.3", age: 30, score: 0.5, ...traits, beta: true };
      if (Object.keys(known).length !== Object.keys(traits).length || !traits.beta) {
        drawn.left.set(FORGOTTEN, (drawn.left.get(FORGOTTEN) ?? 0) + 1);
      }
      traits = known;
    }
    const asked = await remote.getIdentityFlags(identifier, traits);
    const evaluated = await local.getIdentityFlags(identifier, traits);
    pairs += same(asked, evaluated, JSON.stringify({ identifier, traits }));
    for (const { enabled, value } of evaluated.allFlags()) {
      const outcome = `${enabled} ${value}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  const most = Math.max(...outcomes.values()) / pairs;
  assert.ok(pairs >= 5000, `only ${pairs} pairs`);
  assert.ok(outcomes.size >= 8 && most <= 0.6, `outcomes are lopsided: ${JSON.stringify([...outcomes])}`);
  const least = Math.min(...OPERATORS.map((operator) => drawn.operators.get(operator) ?? 0));
  assert.ok(least >= 5, `operators are scarce: ${JSON.stringify([...drawn.operators])}`);
  const counts = (map) => [...map].map(([name, count]) => `${name}: ${count}`).join(", ");
  return (
    `${pairs} pairs, ${outcomes.size} outcomes, the most frequent ${(100 * most).toFixed(0)} %; ` +
    `operators ${counts(drawn.operators)}; left out ${counts(drawn.left)}`
  );
}

async function traits(remote) {
  const value = (flags) => flags.getFeatureValue("by-plan");
  assert.equal(value(await remote.getIdentityFlags("tess", { plan: "gold" })), "for gold");
  const passing = { plan: { value: "gold", transient: true } };
  assert.equal(value(await remote.getIdentityFlags("tess", passing, true)), "for gold");
  assert.equal(value(await remote.getIdentityFlags("tess", {})), "for all");
}

async function follow(admin, local) {
  const enabled = async () => (await local.getEnvironmentFlags()).isFeatureEnabled("ours-switched");
  const before = await enabled();
  await admin.change({ config: { switch: { flag: "ours-switched", environment: "dev", on: !before } } });
  const took = await until("the change", 5000, async () => (await enabled()) !== before);
  return `${took} ms, polling every second`;
}

async function analytics(site, client, apiUrl) {
  const counted = async () => {
    const text = await (await fetch(`${site.origin}/metrics`)).text();
    return Number(/^hoist_reported_evaluations_total (\d+)/m.exec(text)[1]);
  };
  const flagsmith = new Flagsmith({ environmentKey: client.secret, apiUrl, enableAnalytics: true });
  const flags = await flagsmith.getEnvironmentFlags();
  const before = await counted();
  for (let at = 0; at < 7; at += 1) flags.isFeatureEnabled("by-plan");
  flags.isFeatureEnabled("ours-switched");
  await flagsmith.analyticsProcessor.flush();
  await until("eight counts", 5000, async () => (await counted()) === before + 8);
  await flagsmith.close();
}

function someTraits(draw) {
  const traits = {};
  for (const [name, values] of Object.entries(TRAITS)) {
    const usable = values.filter((value) => !["", "7", "true", 0].includes(value) && !String(value).startsWith("v"));
    if (draw.below(4) > 0) traits[name] = draw.one(...usable);
  }
  return traits;
}

/** A condition about which the engines agree; the others are counted. */
function condition(draw, drawn) {
  // Each in turn, however often its conditions are left out.
  const operator = OPERATORS[drawn.conditions++ % OPERATORS.length];
  for (;;) {
    let property = draw.below(6) === 0 ? draw.one(...PATHS) : draw.one(...Object.keys(TRAITS));
    const fitting = draw.below(4) > 0 && TRAITS[property];
    let value = String(draw.one(...(fitting || Object.values(TRAITS).flat())));
    if (property === "version" || draw.below(9) === 0) value = `${draw.one(...VERSIONS)}:semver`;
    if (operator === "REGEX") value = draw.one("^p", "^pr", "r", "^[a-f]", "pro$", "^.*r.*e");
    if (operator === "MODULO") {
      property = draw.one("age", "age", property);
      value = draw.one("2|0", "3|1", "5|0", "0|1", "x");
    }
    if (operator === "IN") value = draw.one("free,pro", "premium", '["pro","a,b"]', "user-1,overridden-1");
    if (operator === "PERCENTAGE_SPLIT") {
      property = draw.one("", "", property);
      value = draw.one("10", "33.3", "50", "66.66", "90");
    }
    if (operator.endsWith("SET")) value = null;
    const made = { operator, property, value: value ?? "" };
    const left = Object.entries(FILTERS).find(([, holds]) => holds(made));
    if (left) {
      drawn.left.set(left[0], drawn.left.get(left[0]) + 1);
    } else {
      drawn.operators.set(operator, (drawn.operators.get(operator) ?? 0) + 1);
      return { operator, property_: property, value };
    }
  }
}

function rule(draw, drawn, depth) {
  const several = (most, make) => Array.from({ length: 1 + draw.below(most) }, make);
  return {
    type: draw.one("ALL", "ANY", "ANY", "NONE"),
    conditions: several(2, () => condition(draw, drawn)),
    rules: depth > 0 && draw.below(3) === 0 ? several(2, () => rule(draw, drawn, depth - 1)) : [],
  };
}

function state(draw, at, more = {}) {
  const options = [];
  let left = 100;
  for (const [place, name] of ["x", "y", "z"].slice(0, draw.below(4)).entries()) {
    const part = Math.min(left, draw.one(10, 12.5, 33.3, 33.34, 25, 50));
    left -= part;
    options.push({
      id: 100 * at + place,
      percentage_allocation: part,
      multivariate_feature_option: { id: 10 * at + place, value: `${name}${at}`, key: `${name}-key` },
    });
  }
  return {
    feature: { id: at, name: `f${at}`, type: options.length ? "MULTIVARIATE" : "STANDARD" },
    enabled: draw.below(2) === 0,
    django_id: 1000 + draw.below(90_000),
    feature_state_value: draw.one(`v${draw.below(9)}`, draw.below(5), draw.below(2) === 0, null),
    multivariate_feature_state_values: options,
    ...more,
  };
}

const plain = (draw, at) => ({ ...state(draw, at), multivariate_feature_state_values: [] });

function environment(draw, drawn) {
  const numbers = Array.from({ length: FOREIGN }, (_, at) => at + 1);
  const named = (name, value, more) => ({
    ...plain(draw, 99),
    ...more,
    enabled: true,
    feature: { id: 99, name, type: "STANDARD" },
    feature_state_value: value,
  });
  const segments = Array.from({ length: SEGMENTS }, (_, at) => ({
    id: 500 + at,
    name: `segment ${at}`,
    rules: [rule(draw, drawn, 2)],
    feature_states: numbers
      .filter(() => draw.below(9) === 0)
      .map((number) => state(draw, number, { feature_segment: { priority: draw.below(9) } })),
  }));
  segments.push({
    id: 900,
    name: "gold",
    rules: [{ type: "ALL", rules: [], conditions: [{ operator: "EQUAL", property_: "plan", value: "gold" }] }],
    feature_states: [named("by-plan", "for gold", { feature_segment: { priority: 0 } })],
  });
  return {
    id: 1,
    api_key: "n9fbf9",
    name: "Shop live",
    project: { id: 1, name: "shop", server_key_only_feature_ids: [], segments },
    feature_states: [...numbers.map((number) => state(draw, number)), named("by-plan", "for all")],
    identity_overrides: Array.from({ length: OVERRIDDEN }, (_, at) => ({
      identifier: `overridden-${at}`,
      identity_features: numbers.filter(() => draw.below(4) === 0).map((number) => plain(draw, number)),
    })),
  };
}

/** Conditions of ours that Flagsmith's language has. */
function ours(draw, depth) {
  const test = (attribute, op, ...values) => ({ test: { attribute, op, values } });
  if (depth > 0 && draw.below(2) === 0) {
    const inner = () => ours(draw, depth - 1);
    return draw.one({ all: [inner(), inner()] }, { any: [inner(), inner()] });
  }
  return draw.one(
    test("plan", "in", "free", "pro"),
    test("plan", "equals", draw.one("free", "pro", "premium")),
    test("plan", "contains", draw.one("r", "pre", "ee")),
    test("version", "exists"),
    test("beta", "exists"),
  );
}

async function makeFlags(admin, draw, drawn) {
  const answer = await admin.import("flagsmith", "dev", JSON.stringify(environment(draw, drawn)));
  assert.equal(answer.outcome, "applied", JSON.stringify(answer).slice(0, 2000));
  const serve = (key) => ({ serve: { variant: key } });
  for (let at = 0; at < NATIVE; at += 1) {
    const key = `ours-${at}`;
    const kind = at % 2 ? "string" : "boolean";
    const variants = at % 2 ? ["a", "b"].map((own) => ({ key: own, value: own })) : undefined;
    const [first, last] = at % 2 ? ["a", "b"] : ["on", "off"];
    const rules = [{ id: "1", name: "first", condition: ours(draw, 2), serve: serve(first) }];
    const create = { key, kind, client_visible: true, ...(variants && { variants }) };
    const patch = { enabled: at !== 0, rules, default: serve(last) };
    await admin.change({ flag: { create } }, { config: { edit: { flag: key, environment: "dev", patch } } });
  }
  await admin.change({ flag: { create: { key: "ours-switched", kind: "boolean", client_visible: true } } });
  return `${FOREIGN + 1} imported, ${NATIVE + 1} made here`;
}
