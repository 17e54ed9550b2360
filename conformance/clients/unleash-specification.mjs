// Unleash's client specification by way of our server: every state is imported into a project of its own, its cases are
// asked of Unleash's SDK for Node and of our frontend API.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Sdk, frontend } from "./unleash-client.mjs";

export async function unleashSpecification(site, report) {
  const folder = process.env.HOIST_CONFORMANCE_DIR;
  if (!folder) return report.skip("Unleash's client specification", "HOIST_CONFORMANCE_DIR names no folder");
  const names = (await readdir(join(folder, "unleash"))).filter((name) => /^\d.*\.json$/.test(name)).sort();
  let cases = 0;
  for (const name of names) {
    const specification = JSON.parse(await readFile(join(folder, "unleash", name), "utf8"));
    await report.check(name, async () => {
      const count = await ask(site, `unleash-${name.slice(0, 2)}`, specification);
      cases += count;
      return `${count} cases`;
    });
  }
  await report.check("all cases of all files", () => {
    assert.ok(names.length > 0 && cases > 0, "there are none");
    return `${cases} cases in ${names.length} files`;
  });
}

async function ask(site, project, { state, tests = [], variantTests = [] }) {
  const admin = await site.admin.inProject(project);
  const answer = await admin.import("unleash", "dev", JSON.stringify(state));
  assert.equal(answer.outcome, "applied", JSON.stringify(answer).slice(0, 2000));
  const key = await admin.key("server", "dev");
  const sdk = await Sdk.start(site, key, { refreshInterval: 60_000 });
  try {
    for (const { description, context, toggleName, expectedResult } of tests) {
      const told = await frontend(site, key, asSent(context));
      assert.equal(sdk.unleash.isEnabled(toggleName, asRead(context)), expectedResult, `SDK: ${description}`);
      assert.equal(told.get(toggleName)?.enabled ?? false, expectedResult, `frontend: ${description}`);
    }
    for (const { description, context, toggleName, expectedResult } of variantTests) {
      const { featureEnabled, ...variant } = sdk.unleash.getVariant(toggleName, asRead(context));
      assert.equal(featureEnabled, expectedResult.feature_enabled, `SDK: ${description}`);
      assert.deepEqual(plain(variant), plain(expectedResult), `SDK: ${description}`);
    }
  } finally {
    sdk.unleash.destroy();
  }
  return tests.length + variantTests.length;
}

const plain = (value) => JSON.parse(JSON.stringify(value));

/** The SDK takes a moment as a date. */
const asRead = (context) => (context.currentTime ? { ...context, currentTime: new Date(context.currentTime) } : context);

/** Who says nothing of an address has none here either. */
const asSent = (context) => ({ remoteAddress: "", ...context });
