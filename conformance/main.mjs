// Starts the server on a folder of its own, sets it up over HTTP, runs every client, says how it went.
//
// How to add a client: a file under `clients` with a function that takes a `Site` and a `Report`, and a line below.

import { flagdCore } from "./clients/flagd-core.mjs";
import { flagsmithJs } from "./clients/flagsmith-js.mjs";
import { flagsmithNodejs } from "./clients/flagsmith-nodejs.mjs";
import { ofrepCore } from "./clients/ofrep-core.mjs";
import { flagsmithEngine, pythonProvider, rustProvider, unleashPython } from "./clients/programs.mjs";
import { realInput } from "./clients/real-input.mjs";
import { unleashClient } from "./clients/unleash-client.mjs";
import { unleashRecordings } from "./clients/unleash-recordings.mjs";
import { unleashProxyClient } from "./clients/unleash-proxy-client.mjs";
import { unleashSpecification } from "./clients/unleash-specification.mjs";
import { webProvider } from "./clients/web-provider.mjs";
import { addFlags } from "./lib/flags.mjs";
import { Report } from "./lib/report.mjs";
import { Site } from "./lib/site.mjs";

const CLIENTS = [
  ["@openfeature/ofrep-core", ofrepCore],
  ["@openfeature/ofrep-web-provider", webProvider],
  ["openfeature-provider-ofrep (PyPI)", pythonProvider],
  ["open-feature-ofrep (crate)", rustProvider],
  ["@openfeature/flagd-core", flagdCore],
  ["flagsmith-flag-engine (PyPI), 5,000 pairs", flagsmithEngine],
  ["flagsmith-nodejs", flagsmithNodejs],
  ["@flagsmith/flagsmith", flagsmithJs],
  ["unleash-client", unleashClient],
  ["unleash-client, Unleash's client specification", unleashSpecification],
  ["recordings of unleash-server 8.2.0", unleashRecordings],
  ["unleash-proxy-client", unleashProxyClient],
  ["UnleashClient (PyPI)", unleashPython],
  ["real input", realInput],
];

const report = new Report();
const site = await Site.start(process.env.HOIST_BIN);
try {
  await addFlags(site.admin);
  for (const [name, run] of CLIENTS) {
    report.chapter(name);
    await report.check("runs to its end", () => run(site, report));
  }
} finally {
  await site.stop();
}
if (report.failed > 0) console.log(`the server said:\n${site.log.slice(-8000)}`);
console.log(report.closingLine());
// Clients keep timers and streams; the work is done.
process.exit(report.failed > 0 ? 1 : 0);
