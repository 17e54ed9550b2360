import { defineConfig } from '@playwright/test';
import { freePort } from './e2e/fixtures/port';

// Told to the workers, which read this file again.
process.env.HOIST_UI_PORT ??= String(await freePort());
const port = Number(process.env.HOIST_UI_PORT);

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // The fixtures share nothing, so that both cores may be used.
  workers: 2,
  fullyParallel: true,
  // None of these tests measures time: the limits are for a cold and busy machine.
  timeout: 240_000,
  expect: { timeout: 20_000 },
  // In CI a test is tried again, and the closing report names it as flaky; elsewhere it fails at once.
  retries: process.env.CI ? 1 : 0,
  reporter: [['list']],
  use: {
    actionTimeout: 20_000,
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [{ name: 'e2e', testMatch: /.*\.e2e\.ts/ }],
  webServer: {
    command: `npx vite preview --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}`,
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
