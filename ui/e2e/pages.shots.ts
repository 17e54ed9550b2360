import { test } from '@playwright/test';
import * as data from './fixtures/data';
import { fake } from './fixtures/server';

/** Where the pictures go. */
const folder = process.env.HOIST_SHOTS_DIR ?? 'shots';
const schemes = ['light', 'dark'] as const;
const sizes = [
  { name: '1280', width: 1280, height: 800 },
  { name: '390', width: 390, height: 844 },
] as const;

const prodPlan = () =>
  data.plan({
    sentences: [
      { text: 'Rule 2 “Beta, not EU”: condition added, NOT country is one of (27 values)' },
      { text: 'Rule 2 “Beta, not EU”: split true/false 50/50 → 60/40' },
    ],
    grade: 2,
    impact: {
      environments: [{ key: 'prod', name: 'Production', protected: true }],
      flags: 1,
      segments: 0,
      used_by: [{ flag: 'checkout-upsell', environment: 'prod', where: 'prerequisite' }],
    },
    warnings: [{ code: 'dialect_gap', text: 'One dialect in use cannot express rule 2' }],
  });

for (const scheme of schemes) {
  for (const size of sizes) {
    test.describe(`${scheme} ${size.name}`, () => {
      test.use({ colorScheme: scheme, viewport: { width: size.width, height: size.height } });
      const shot = (name: string) => ({ path: `${folder}/${name}-${scheme}-${size.name}.png` });

      test('pages', async ({ page }) => {
        await fake(page);
        const pages = {
          projects: '/o/acme',
          members: '/o/acme/members',
          roles: '/o/acme/roles',
          audit: '/o/acme/audit',
          account: '/account',
          general: '/o/acme/p/shop/settings/general',
          environments: '/o/acme/p/shop/settings/environments',
          credentials: '/o/acme/p/shop/settings/credentials',
          import: '/o/acme/p/shop/settings/import-export',
        };
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(path);
          await page.waitForTimeout(300);
          await page.screenshot(shot(name));
        }
      });

      test('outside', async ({ page }) => {
        await fake(page, { signedIn: false, setup: true });
        await page.goto('/setup?token=abc');
        await page.waitForTimeout(300);
        await page.screenshot(shot('setup'));
        await page.goto('/login');
        await page.waitForTimeout(300);
        await page.screenshot(shot('login'));
      });

      test('dialogs', async ({ page }) => {
        await fake(page, {
          plan: (body) => (JSON.stringify(body).includes('prod') ? prodPlan() : data.plan()),
        });
        await page.goto('/o/acme/p/shop/flags');
        await page.getByText('1–50 of 120').waitFor();
        await page.keyboard.press('c');
        await page.getByLabel('Name', { exact: true }).fill('New checkout');
        await page.waitForTimeout(500);
        await page.screenshot(shot('new-flag'));
        await page.keyboard.press('Escape');
        await page.locator('[data-cell="prod"]').first().click();
        await page.waitForTimeout(400);
        await page.screenshot(shot('cell-panel'));
        await page.getByRole('dialog').getByRole('switch').press('Space');
        await page.waitForTimeout(500);
        await page.screenshot(shot('plan'));
      });

      test('query', async ({ page }) => {
        await fake(page);
        await page.goto('/o/acme/p/shop/flags?q=stauts:on tag:billing');
        await page.getByLabel('Find flags').click();
        await page.keyboard.press('End');
        await page.keyboard.type(' sta');
        await page.waitForTimeout(300);
        await page.screenshot(shot('query'));
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
        await page.keyboard.press('j');
        await page.keyboard.press('x');
        await page.keyboard.press('j');
        await page.keyboard.press('x');
        await page.waitForTimeout(200);
        await page.screenshot(shot('selection'));
        await page.keyboard.press('Escape');
        await page.keyboard.press('?');
        await page.waitForTimeout(300);
        await page.screenshot(shot('keys'));
      });
    });
  }
}
