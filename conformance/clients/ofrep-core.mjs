// The library below the JavaScript providers, called directly: what each status becomes.

import assert from "node:assert/strict";
import { OFREPApi, OFREPApiUnauthorizedError } from "@openfeature/ofrep-core";
import { BY_COUNTRY, SPLIT, TYPED } from "../lib/flags.mjs";

export async function ofrepCore(site, report) {
  const key = await site.admin.key("server", "dev");
  const api = new OFREPApi({ baseUrl: site.origin, headers: [["X-API-Key", key.secret]] });
  const one = (flag, context = {}) => api.postEvaluateFlag(flag, { context });

  await report.check("one flag of every type", async () => {
    for (const [flag, , value] of TYPED) {
      const { httpStatus, value: answer } = await one(flag, { targetingKey: "u1" });
      assert.equal(httpStatus, 200);
      assert.deepEqual(answer.value, value, flag);
      assert.equal(answer.metadata.flagSetId, "default/first/dev");
    }
  });
  await report.check("a rule, by an attribute", async () => {
    assert.equal((await one(BY_COUNTRY, { country: "DE" })).value.reason, "TARGETING_MATCH");
    assert.equal((await one(BY_COUNTRY, { country: "FR" })).value.value, false);
  });
  await report.check("an unknown flag is not found", async () => {
    const { httpStatus, value } = await one("no such flag");
    assert.deepEqual([httpStatus, value.errorCode], [404, "FLAG_NOT_FOUND"]);
  });
  await report.check("a split without a targeting key says so, and escaped keys arrive", async () => {
    const { httpStatus, value } = await one(SPLIT);
    assert.deepEqual([httpStatus, value.key, value.errorCode], [400, SPLIT, "TARGETING_KEY_MISSING"]);
    assert.equal((await one(SPLIT, { targetingKey: "u1" })).value.reason, "SPLIT");
  });
  await report.check("an unchanged bulk answer is 304, a changed context is not", async () => {
    const context = { targetingKey: "u1", country: "DE" };
    const first = await api.postBulkEvaluateFlags({ context });
    const tag = first.httpResponse.headers.get("etag");
    assert.equal((await api.postBulkEvaluateFlags({ context }, tag)).httpStatus, 304);
    const moved = await api.postBulkEvaluateFlags({ context: { ...context, country: "FR" } }, tag);
    assert.equal(moved.httpStatus, 200);
  });
  await report.check("an unknown key is unauthorized", async () => {
    const stranger = new OFREPApi({ baseUrl: site.origin, headers: [["X-API-Key", "nonsense"]] });
    await assert.rejects(stranger.postBulkEvaluateFlags({ context: {} }), OFREPApiUnauthorizedError);
    await assert.rejects(stranger.postEvaluateFlag("typed.boolean", { context: {} }), OFREPApiUnauthorizedError);
  });
}
