// Counts checks and prints each as it ends.

import { appendFileSync } from "node:fs";

export class Report {
  passed = 0;
  failed = 0;

  chapter(name) {
    console.log(`\n${name}`);
  }

  /** Runs a check; what it throws is the reason of its failure, what it returns is a remark. */
  async check(name, run) {
    try {
      const remark = await run();
      this.note(name, null, remark);
    } catch (error) {
      this.note(name, error?.stack ?? String(error));
    }
  }

  /** Takes over a check that ran elsewhere. */
  note(name, problem, remark) {
    if (problem) {
      this.failed += 1;
      console.log(`  not ok  ${name}\n          ${problem.replaceAll("\n", "\n          ")}`);
    } else {
      this.passed += 1;
      console.log(`  ok      ${name}${remark ? ` (${remark})` : ""}`);
    }
  }

  skip(name, reason) {
    console.log(`  skipped ${name}: ${reason}`);
    if (process.env.HOIST_SKIP_LOG) appendFileSync(process.env.HOIST_SKIP_LOG, `conformance: ${name}\t${reason}\n`);
  }

  closingLine() {
    return `conformance: ${this.passed} passed, ${this.failed} failed`;
  }
}
