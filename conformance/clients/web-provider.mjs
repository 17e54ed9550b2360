// The provider that runs in browsers: bulk answers, entity tags, the stream, a dropped network.

import assert from "node:assert/strict";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
import { EventSource } from "eventsource";
import { BY_COUNTRY, SWITCHED, TYPED, turn } from "../lib/flags.mjs";
import { Network } from "../lib/proxy.mjs";
import { stays, until } from "../lib/wait.mjs";

// Node has no such class yet; browsers do.
globalThis.EventSource ??= EventSource;

/** A provider with its client, and the status of every request it made. */
export class Page {
  statuses = [];
  changes = 0;
  stale = 0;

  static async open(name, origin, key, context) {
    const page = new Page();
    page.name = name;
    page.provider = new OFREPWebProvider({
      baseUrl: origin,
      headers: [["Authorization", `Bearer ${key.secret}`]],
      cacheMode: "disabled",
      fetchImplementation: async (...request) => {
        const answer = await fetch(...request);
        page.statuses.push(answer.status);
        return answer;
      },
    });
    await OpenFeature.setProviderAndWait(name, page.provider, context);
    page.client = OpenFeature.getClient(name);
    page.client.addHandler(ProviderEvents.ConfigurationChanged, () => (page.changes += 1));
    page.client.addHandler(ProviderEvents.Stale, () => (page.stale += 1));
    return page;
  }

  be(context) {
    return OpenFeature.setContext(this.name, context);
  }

  async close() {
    await this.provider.onClose();
  }
}

const WHO = { targetingKey: "u1", country: "FR" };

export async function webProvider(site, report) {
  const { admin } = site;
  const key = await admin.key("client", "dev");
  const network = await Network.before(site.origin);
  const page = await Page.open("web", network.origin, key, WHO);
  const { client } = page;
  const isOn = () => client.getBooleanValue(SWITCHED, false);
  // The stream's connection is made in the background; the first notice shows that it stands.
  const follow = async (variant) => {
    await turn(admin, variant);
    return `${await until("the new value", 1000, () => isOn() === (variant === "on"))} ms`;
  };

  await report.check("a bulk answer with every type", () => {
    for (const [flag, kind, value] of TYPED) assert.deepEqual(get(client, flag, kind), value, flag);
    const details = client.getStringDetails("typed.string", "");
    assert.deepEqual([details.variant, details.reason], ["it", "STATIC"]);
    assert.equal(details.flagMetadata.flagSetId, "default/first/dev");
  });
  await report.check("a flag that clients must not see is unknown", () => {
    assert.equal(client.getBooleanDetails("hidden", false).errorCode, "FLAG_NOT_FOUND");
  });
  await report.check("an attribute other than the key changes the answer", async () => {
    assert.equal(client.getBooleanValue(BY_COUNTRY, false), false);
    await page.be({ ...WHO, country: "DE" });
    assert.equal(page.statuses.at(-1), 200);
    assert.equal(client.getBooleanValue(BY_COUNTRY, false), true);
  });
  await report.check("the same context again is 304", async () => {
    await page.be({ ...WHO, country: "DE" });
    assert.equal(page.statuses.at(-1), 304);
    assert.equal(client.getBooleanValue(BY_COUNTRY, false), true);
  });
  await report.check("a change arrives within a second", () => follow("on"));
  await report.check("and the next one", () => follow("off"));
  await report.check("a change made while the network was down arrives after it", async () => {
    network.cut();
    await turn(admin, "on");
    await stays("nothing arrives over a cut network", 300, () => !isOn());
    network.mend();
    return `${await until("the missed value", 10_000, isOn)} ms`;
  });
  await report.check("the stream works after it", () => follow("off"));
  await report.check("a change of a flag it cannot see is no news", async () => {
    const asked = page.statuses.length;
    const edit = { flag: "hidden", environment: "dev", patch: { default: { serve: { variant: "off" } } } };
    await admin.change({ config: { edit } });
    await stays("no request", 500, () => page.statuses.length === asked);
  });
  await report.check("a revoked key ends the stream, without a storm of requests", async () => {
    const before = page.stale;
    await admin.revoke(key);
    await until("the end of the stream", 1_000, () => page.stale > before);
    await until("a refused request", 10_000, () => page.statuses.at(-1) === 401);
    const asked = page.statuses.length;
    await stays("few requests", 3_000, () => page.statuses.length - asked < 5);
  });
  await page.close();
  network.close();
}

function get(client, flag, kind) {
  switch (kind) {
    case "boolean":
      return client.getBooleanValue(flag, false);
    case "string":
      return client.getStringValue(flag, "");
    case "object":
      return client.getObjectValue(flag, {});
    default:
      return client.getNumberValue(flag, -1);
  }
}
