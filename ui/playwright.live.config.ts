import { readdirSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import browser from './playwright.config';

const files = readdirSync(new URL('./e2e/live', import.meta.url)).filter((file) => file.endsWith('.live.ts'));

/** Against the real binary (`HOIST_BIN`), which each test file starts on a fresh directory and a free port. */
export default defineConfig({
  ...browser,
  webServer: undefined,
  // Each file is a project of its own, since a project has a server of its own: what one file leaves behind, such as
  // ten thousand flags, is not met by the next. Its tests follow one another.
  workers: 1,
  fullyParallel: false,
  projects: [
    ...files.map((file) => ({ name: `live ${file.replace('.live.ts', '')}`, testMatch: `**/${file}` })),
    { name: 'shots', testMatch: /.*\.shots\.ts/ },
  ],
});
