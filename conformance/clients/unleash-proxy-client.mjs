// Unleash's SDK for browsers, which asks the frontend API.

import assert from "node:assert/strict";
import { InMemoryStorageProvider, UnleashClient } from "unleash-proxy-client";
import { drawing } from "../lib/drawing.mjs";
import { until } from "../lib/wait.mjs";
import { API, document, evaluations, frontend, someContext } from "./unleash-client.mjs";

const CONTEXTS = 100;

export async function unleashProxyClient(site, report) {
  const admin = await site.admin.inProject("unleash-proxy");
  const answer = await admin.import("unleash", "dev", JSON.stringify(document(drawing(31))));
  assert.equal(answer.outcome, "applied", JSON.stringify(answer).slice(0, 2000));
  const key = await admin.key("client", "dev");
  for (const [name, path, usePOSTrequests] of [["GET", "/frontend", false], ["POST", "/frontend", true], ["GET of Edge's path", "/proxy", false]]) {
    await report.check(`${name}: what it sees is what we answer`, () => follow(site, key, path, usePOSTrequests));
  }
  await report.check("a change is followed, 304 until then", () => change(site, admin, key));
  await report.check("metrics arrive once", () => metrics(site, key));
}

async function open(site, key, path, more = {}) {
  const page = { statuses: [], errors: [] };
  page.client = new UnleashClient({
    url: `${site.origin}${API}${path}`,
    clientKey: key.secret,
    appName: "conformance",
    storageProvider: new InMemoryStorageProvider(),
    disableMetrics: true,
    disableRefresh: true,
    fetch: async (...request) => {
      const answer = await fetch(...request);
      page.statuses.push(answer.status);
      return answer;
    },
    ...more,
  });
  page.client.on("error", (error) => page.errors.push(JSON.stringify(error)));
  await page.client.start();
  return page;
}

async function follow(site, key, path, usePOSTrequests) {
  const draw = drawing(5);
  const { client, errors } = await open(site, key, path, { usePOSTrequests });
  let seen = 0;
  for (let at = 0; at < CONTEXTS; at += 1) {
    const context = someContext(draw);
    await client.updateContext(context);
    const expected = await frontend(site, key, context);
    assert.ok(expected.size > 40);
    for (const [name, toggle] of expected) {
      const place = `${name} for ${JSON.stringify(context)}`;
      assert.equal(client.isEnabled(name), toggle.enabled, place);
      const variant = client.getVariant(name);
      assert.equal(variant.name, toggle.variant.name, place);
      assert.deepEqual(variant.payload, toggle.variant.payload, place);
      seen += 1;
    }
  }
  client.stop();
  assert.deepEqual(errors, []);
  return `${seen} answers`;
}

async function change(site, admin, key) {
  const { client, statuses, errors } = await open(site, key, "/frontend", { disableRefresh: false, refreshInterval: 0.1, context: { userId: "u", sessionId: "s" } });
  assert.equal(client.isEnabled("switched"), true);
  await until("a 304", 5000, () => statuses.includes(304));
  await admin.change({ config: { switch: { flag: "switched", environment: "dev", on: false } } });
  const took = await until("the change", 5000, () => !client.isEnabled("switched"));
  client.stop();
  assert.deepEqual(errors, []);
  return `${took} ms`;
}

async function metrics(site, key) {
  const page = await open(site, key, "/frontend", { disableMetrics: false, metricsInterval: 600, metricsIntervalInitial: 600 });
  const before = await evaluations(site);
  for (let at = 0; at < 5; at += 1) page.client.isEnabled("switched");
  await page.client.sendMetrics();
  page.client.stop();
  assert.equal((await evaluations(site)) - before, 5);
  return "5 evaluations";
}
