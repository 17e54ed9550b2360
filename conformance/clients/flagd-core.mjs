// flagd's JavaScript core, which evaluates our export by itself: for generated flags and contexts it serves what we
// answer over OFREP.
//
// Left out of the contexts, because flagd's cores disagree among themselves: keys with other letters than ASCII (this
// core hashes UTF-16 units), no value for what a `fractional` hashes, and null for what `missing` asks about.

import assert from "node:assert/strict";
import { FlagdCore } from "@openfeature/flagd-core";
import { drawing } from "../lib/drawing.mjs";

const CONTEXTS = 150;
const FOREIGN = 30;
const NATIVE = 20;
const QUIET = { error() {}, warn() {}, info() {}, debug() {} };
/** What the application serves if the flag leaves it the choice; no variant has this value. */
const OWN = "the application's own";

export async function flagdCore(site, report) {
  const key = await site.admin.key("server", "dev");
  const draw = drawing(4711);
  await report.check("generated flags are imported and made", () => makeFlags(site, draw));
  let flags;
  await report.check("the export is read, and unchanged it is 304", async () => {
    const first = await get(site, key);
    assert.equal(first.status, 200);
    const again = await get(site, key, { "if-none-match": first.headers.get("etag") });
    assert.equal(again.status, 304);
    flags = await first.text();
    const gaps = Number(first.headers.get("hoist-gaps"));
    const named = (await (await get(site, key, {}, "gaps.json")).json()).gaps;
    assert.equal(named.length, gaps);
    const ours = named.filter((gap) => gap.flag.startsWith("flagd."));
    assert.deepEqual(ours, [], "every generated flag can be said in flagd's language");
  });
  await report.check("the core serves what we answer", () => compare(site, key, flags, draw));
  await report.check("a client key is refused", async () => {
    const answer = await get(site, await site.admin.key("client", "dev"));
    assert.equal(answer.status, 403);
  });
}

function get(site, key, headers = {}, name = "flags.json") {
  return fetch(`${site.origin}/flagd/${name}`, { headers: { authorization: `Bearer ${key.secret}`, ...headers } });
}

async function compare(site, key, text, draw) {
  const core = new FlagdCore(undefined, QUIET);
  core.setConfigurations(text);
  const exported = Object.entries(JSON.parse(text).flags).filter(([name]) => name.startsWith("flagd."));
  const counts = new Map();
  let pairs = 0;
  for (let at = 0; at < CONTEXTS; at += 1) {
    const context = someContext(draw);
    const ours = await bulk(site, key, context);
    for (const [name] of exported) {
      const expected = ours.get(name);
      assert.equal(expected.errorCode, undefined, `${name} for ${JSON.stringify(context)}`);
      const theirs = core.resolve("string", name, OWN, context, QUIET);
      const place = `${name} for ${JSON.stringify(context)}: ${JSON.stringify(theirs)}`;
      assert.equal(theirs.errorCode, undefined, place);
      assert.equal(theirs.value, expected.value ?? OWN, place);
      counts.set(theirs.value, (counts.get(theirs.value) ?? 0) + 1);
      pairs += 1;
    }
  }
  assert.ok(pairs >= 5000, `only ${pairs} pairs`);
  const most = Math.max(...counts.values()) / pairs;
  assert.ok(counts.size >= 4 && most <= 0.6, `outcomes are lopsided: ${JSON.stringify([...counts])}`);
  return `${pairs} pairs, the most frequent outcome ${(100 * most).toFixed(0)} %`;
}

async function bulk(site, key, context) {
  const answer = await fetch(`${site.origin}/ofrep/v1/evaluate/flags`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key.secret },
    body: JSON.stringify({ context }),
  });
  assert.equal(answer.status, 200);
  return new Map((await answer.json()).flags.map((flag) => [flag.key, flag]));
}

const COUNTRIES = ["DE", "FR", "NO", "de"];
const TIERS = ["free", "pro", "premium"];
const VERSIONS = ["1.0.0", "1.2.3", "2.0.0-rc.1", "v2.1", "3", "no version"];

function someContext({ below, one }) {
  const context = { targetingKey: `user-${below(100_000)}`, email: one("a@acme.com", "b@other.org", `${below(99)}@acme.com`) };
  if (below(4) > 0) context.country = one(...COUNTRIES);
  if (below(4) > 0) context.tier = one(...TIERS, [one(...TIERS), one(...TIERS)], true, below(3), {});
  if (below(4) > 0) context.version = one(...VERSIONS);
  if (below(4) > 0) context.age = one(below(80), below(80) + 0.5);
  if (below(4) > 0) context.beta = one(true, false, null);
  return context;
}

const variant = ({ one }) => one("a", "b", "c");
const VALUES = { a: "A", b: "B", c: "C" };

/** Flags as flagd's users write them. */
function foreignFlag(draw) {
  const flag = { state: "ENABLED", variants: VALUES, targeting: expression(draw, 2) };
  if (draw.below(4) > 0) flag.defaultVariant = variant(draw);
  return flag;
}

function expression(draw, depth) {
  const leaf = () => (depth > 0 && draw.below(2) ? expression(draw, depth - 1) : variant(draw));
  if (draw.below(2)) return fractional(draw, [leaf(), draw.below(50)], [leaf(), 1 + draw.below(50)], [variant(draw)]);
  const rule = [condition(draw, depth), leaf(), condition(draw, depth), leaf()];
  if (draw.below(2)) rule.push(leaf());
  return { if: rule };
}

function fractional(draw, ...arms) {
  const by = draw.one([], [{ cat: [{ var: "$flagd.flagKey" }, { var: "email" }] }], [{ var: "targetingKey" }]);
  return { fractional: [...by, ...arms] };
}

function condition(draw, depth) {
  const of = (name) => ({ var: name });
  const simple = [
    () => ({ "==": [of("country"), draw.one(...COUNTRIES)] }),
    () => ({ "!==": [of("country"), draw.one(...COUNTRIES)] }),
    () => ({ in: [of("country"), COUNTRIES.slice(draw.below(3))] }),
    () => ({ ends_with: [of("email"), "@acme.com"] }),
    () => ({ starts_with: [of("email"), draw.one("a", "1", "b@")] }),
    () => ({ sem_ver: [of("version"), draw.one("=", "!=", "<", "<=", ">", ">=", "~", "^"), draw.one("1.2.0", "2.0.0", "3.0")] }),
    () => ({ [draw.one("<", "<=", ">", ">=")]: [of("age"), draw.below(80)] }),
    () => ({ "<": [10, of("age"), 60] }),
    () => ({ "==": [{ "%": [{ "+": [of("age"), 1] }, 2] }, 0] }),
    () => ({ "!!": [of("beta")] }),
    () => ({ "!": [{ missing: ["tier", "age"] }] }),
    () => fractional(draw, [true, 1 + draw.below(9)], [false, 1 + draw.below(9)]),
  ];
  if (depth === 0 || draw.below(3)) return draw.one(...simple)();
  const inner = () => condition(draw, depth - 1);
  return draw.one({ and: [inner(), inner()] }, { or: [inner(), inner()] }, { "!": [inner()] });
}

const serve = (key) => ({ serve: { variant: key } });

/** Conditions of ours that flagd's language has. */
function nativeCondition(draw, depth) {
  const test = (attribute, op, ...values) => ({ test: { attribute, op, values, negate: draw.below(4) === 0 } });
  if (depth > 0 && draw.below(3) === 0) {
    const inner = () => nativeCondition(draw, depth - 1);
    return draw.one({ all: [inner(), inner()] }, { any: [inner(), inner()] }, { not: inner() });
  }
  return draw.one(
    test("country", "in", ...COUNTRIES.slice(draw.below(3))),
    test("tier", "equals", draw.one(...TIERS, true, 1)),
    test("tier", "contains", draw.one("r", "pre", "ee")),
    test("tier", "exists"),
    test("email", "starts_with", "a", "1"),
    test("email", "ends_with", "@acme.com"),
    test("beta", "equals", true),
    test("age", "in", 1, 2, 3, 4.5, 20, 30, 40),
  );
}

async function makeFlags(site, draw) {
  const foreign = {};
  for (let at = 0; at < FOREIGN; at += 1) foreign[`flagd.foreign-${at}`] = foreignFlag(draw);
  foreign["flagd.off"] = { ...foreignFlag(draw), state: "DISABLED" };
  const answer = await site.admin.import("flagd", "dev", JSON.stringify({ flags: foreign }));
  assert.equal(answer.outcome, "applied", JSON.stringify(answer).slice(0, 2000));
  assert.deepEqual(answer.gaps, []);
  const variants = Object.entries(VALUES).map(([key, value]) => ({ key, value }));
  for (let at = 0; at < NATIVE; at += 1) {
    const key = `flagd.native-${at}`;
    const rules = ["1", "2"].map((id) => ({ id, name: id, condition: nativeCondition(draw, 2), serve: serve(variant(draw)) }));
    const patch = { enabled: at !== 0, off: serve("b"), rules, default: serve(variant(draw)) };
    const create = { key, kind: "string", variants };
    await site.admin.change({ flag: { create } }, { config: { edit: { flag: key, environment: "dev", patch } } });
  }
  return `${FOREIGN + 1} imported, ${NATIVE} made here`;
}
