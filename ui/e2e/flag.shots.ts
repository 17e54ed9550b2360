import { test } from '@playwright/test';
import { fakeFlag } from './fixtures/flag';
import { fake } from './fixtures/server';

const schemes = ['light', 'dark'] as const;
const sizes = [
  { name: '1280', width: 1280, height: 900 },
  { name: '390', width: 390, height: 844 },
] as const;
const root = '/o/acme/p/shop';
const context = Buffer.from(
  JSON.stringify({ targetingKey: 'user-8812', country: 'NO', 'app.version': '4.3.1', vip: true }),
).toString('base64url');

const pages = {
  'flag-overview': '/flags/checkout-v2',
  'flag-env': `/flags/checkout-v2/e/prod#ctx=${context}`,
  'flag-rule': `/flags/checkout-v2/e/prod#rule-r-beta&ctx=${context}`,
  'flag-killed': '/flags/checkout-v2/e/staging',
  'flag-variants': '/flags/checkout-v2/variants',
  'flag-settings': '/flags/checkout-v2/settings',
  'flag-history': '/flags/checkout-v2/history',
  'flag-compare': '/flags/checkout-v2/compare?a=dev&b=prod',
  'flag-at': '/flags/checkout-v2/at/1040',
  tester: `/tester?flag=checkout-v2&env=dev,prod#ctx=${context}`,
  'tester-all': `/tester?env=dev,prod#ctx=${context}`,
  history: '/history',
  segments: '/segments',
  segment: '/segments/beta',
  'segment-members': '/segments/beta/members',
  'segment-used': '/segments/beta/used-by',
};

for (const scheme of schemes) {
  for (const size of sizes) {
    test.describe(`${scheme} ${size.name}`, () => {
      test.use({ colorScheme: scheme, viewport: { width: size.width, height: size.height } });
      test('flag pages', async ({ page }) => {
        await fake(page);
        await fakeFlag(page);
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(root + path);
          await page.waitForTimeout(600);
          await page.screenshot({ path: `shots/${name}-${scheme}-${size.name}.png`, fullPage: true });
        }
      });
      test('draft', async ({ page }) => {
        await fake(page);
        await fakeFlag(page);
        await page.goto(`${root}/flags/checkout-v2/e/prod`);
        await page.getByRole('button', { name: 'Move Old apps up' }).click();
        await page.getByRole('button', { name: 'Open Beta, not EU' }).click();
        await page.getByLabel('Share of on in percent').fill('60');
        await page.getByRole('button', { name: 'Done', exact: true }).click();
        await page.getByRole('button', { name: /edits in prod/ }).click();
        await page.waitForTimeout(300);
        await page.screenshot({ path: `shots/flag-draft-${scheme}-${size.name}.png` });
        await page.getByRole('button', { name: 'Kill…' }).click();
        await page.waitForTimeout(300);
        await page.screenshot({ path: `shots/flag-kill-${scheme}-${size.name}.png` });
      });
    });
  }
}
