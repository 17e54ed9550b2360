import { defineConfig } from '@playwright/test';
import browser from './playwright.config';

/** Against the real binary (`HOIST_BIN`), which each test file starts on a fresh directory and a free port. */
export default defineConfig({
  ...browser,
  webServer: undefined,
  // Each file has one server, and its tests follow one another.
  workers: 1,
  fullyParallel: false,
  use: { ...browser.use, actionTimeout: 10_000 },
  projects: [
    { name: 'live', testMatch: /.*\.live\.ts/ },
    { name: 'shots', testMatch: /.*\.shots\.ts/ },
  ],
});
