// Flagsmith's SDK for browsers, in Node: it asks for everything. Its realtime needs a window, so the stream is read
// here with the events and the comparison that it uses.

import assert from "node:assert/strict";
import { createFlagsmithInstance } from "@flagsmith/flagsmith/isomorphic";
import { EventSource } from "eventsource";
import { until } from "../lib/wait.mjs";

const state = (name, value, more = {}) => ({
  feature: { id: name.length, name, type: "STANDARD" },
  enabled: true,
  django_id: 100 + name.length,
  feature_state_value: value,
  multivariate_feature_state_values: [],
  ...more,
});

function environment() {
  const options = ["blue", "green"].map((value, at) => ({
    id: at + 1,
    percentage_allocation: 50,
    multivariate_feature_option: { id: at + 1, value, key: `${value}-key` },
  }));
  const pro = [{ type: "ALL", rules: [], conditions: [{ operator: "EQUAL", property_: "plan", value: "pro" }] }];
  return {
    api_key: "jskey",
    name: "Shop",
    project: {
      server_key_only_feature_ids: ["hidden".length],
      segments: [{ id: 1, name: "pros", rules: pro, feature_states: [state("title", "for pros", { feature_segment: { priority: 0 } })] }],
    },
    feature_states: [state("title", "for all"), state("hidden", "no"), state("colour-of-it", "red", { multivariate_feature_state_values: options })],
    identity_overrides: [{ identifier: "ann", identity_features: [state("title", "for ann")] }],
  };
}

export async function flagsmithJs(site, report) {
  const admin = await site.admin.inProject("flagsmith-js");
  const answer = await admin.import("flagsmith", "dev", JSON.stringify(environment()));
  assert.equal(answer.outcome, "applied", JSON.stringify(answer).slice(0, 2000));
  const key = await admin.key("client", "dev");
  const api = `${site.origin}/flagsmith/api/v1/`;
  const flagsmith = createFlagsmithInstance();
  const errors = [];
  const onError = (error) => errors.push(String(error));
  await report.check("flags of the environment, without those for servers", async () => {
    await flagsmith.init({ environmentID: key.secret, api, fetch, onError, enableAnalytics: true });
    assert.equal(flagsmith.getValue("title"), "for all");
    assert.deepEqual(Object.keys(flagsmith.getAllFlags()).sort(), ["colour-of-it", "title"]);
  });
  await report.check("identities, traits and logging out", async () => {
    await flagsmith.identify("ann");
    assert.equal(flagsmith.getValue("title"), "for ann");
    await flagsmith.identify("bob", { plan: "pro" });
    assert.equal(flagsmith.getValue("title"), "for pros");
    assert.equal(flagsmith.getTrait("plan"), "pro");
    await flagsmith.setTrait("plan", "free");
    assert.equal(flagsmith.getValue("title"), "for all");
    await flagsmith.setTraits({ plan: "pro", age: 1.5 });
    assert.equal(flagsmith.getValue("title"), "for pros");
    await flagsmith.logout();
    assert.equal(flagsmith.getValue("title"), "for all");
  });
  await report.check("an option comes with its key", async () => {
    await flagsmith.identify("carl");
    const { value, variant } = flagsmith.getAllFlags()["colour-of-it"];
    assert.equal(variant, `${value}-key`);
    return value;
  });
  await report.check("the stream tells of a change", () => stream(site, admin, key, api));
  await report.check("there were no errors", () => assert.deepEqual(errors, []));
}

async function stream(site, admin, key, api) {
  const updatedAt = async () => {
    const answer = await fetch(`${api}flags/`, { headers: { "x-environment-key": key.secret } });
    return Number(answer.headers.get("x-flagsmith-document-updated-at"));
  };
  const source = new EventSource(`${site.origin}/flagsmith/sse/environments/${key.secret}/stream`);
  let told = 0;
  source.addEventListener("environment_updated", (event) => (told = JSON.parse(event.data).updated_at));
  try {
    await until("the first word", 5000, () => told > 0);
    assert.equal(await updatedAt(), told, "who has the latest does not ask again");
    const before = told;
    await admin.change({ config: { switch: { flag: "title", environment: "dev", on: false } } });
    const took = await until("the change", 2000, () => told > before);
    assert.equal(await updatedAt(), told);
    return `${took} ms`;
  } finally {
    source.close();
  }
}
