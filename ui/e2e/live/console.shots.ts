import { still } from '../fixtures/a11y';
import { root, signIn, test } from './hoist';
import { seed } from './seed';

/** Where the pictures go. */
const folder = process.env.HOIST_SHOTS_DIR ?? 'shots';
const context = Buffer.from(
  JSON.stringify({ targetingKey: 'user-8812', country: 'NO', plan: 'beta', 'app.version': '4.3.1' }),
).toString('base64url');
const flag = `${root}/flags/checkout-v2`;

type Size = '1280' | '390';
const heights: Record<Size, number> = { '1280': 800, '390': 844 };

const shots: {
  name: string;
  path: string;
  scheme: 'light' | 'dark';
  size: Size;
  plan?: true;
  typed?: string;
}[] = [
  { name: 'flags', path: `${root}/flags`, scheme: 'light', size: '1280' },
  { name: 'flags', path: `${root}/flags`, scheme: 'dark', size: '1280' },
  { name: 'flags', path: `${root}/flags`, scheme: 'light', size: '390' },
  { name: 'flag', path: flag, scheme: 'light', size: '1280' },
  { name: 'environment', path: `${flag}/e/prod`, scheme: 'light', size: '1280' },
  { name: 'environment', path: `${flag}/e/prod`, scheme: 'dark', size: '390' },
  { name: 'rule', path: `${flag}/e/prod#rule-beta`, scheme: 'dark', size: '1280' },
  { name: 'plan', path: `${flag}/e/prod`, scheme: 'light', size: '1280', plan: true },
  { name: 'plan', path: `${flag}/e/prod`, scheme: 'dark', size: '390', plan: true },
  {
    name: 'tester',
    path: `${root}/tester?flag=checkout-v2&env=dev,prod#ctx=${context}`,
    scheme: 'light',
    size: '1280',
  },
  { name: 'history', path: `${root}/history`, scheme: 'dark', size: '1280' },
  { name: 'segment', path: `${root}/segments/beta`, scheme: 'light', size: '1280' },
  { name: 'ramp', path: `${root}/flags/fast-search/e/prod`, scheme: 'light', size: '1280' },
  { name: 'start', path: `${root}/start`, scheme: 'light', size: '1280' },
  { name: 'palette', path: `${root}/flags`, scheme: 'light', size: '1280', typed: 'kill checkout' },
];

test.beforeAll(async ({ browser, hoist }) => {
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await seed(page);
  await page.close();
});

for (const { name, path, scheme, size, plan, typed } of shots) {
  test.describe(`${name} ${scheme} ${size}`, () => {
    test.use({ colorScheme: scheme, viewport: { width: Number(size), height: heights[size] } });
    test('shot', async ({ anna: page }) => {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText(/^Live · rev/).waitFor({ state: 'attached' });
      if (plan) {
        await page.getByRole('button', { name: 'Move Old apps up' }).click();
        await page.getByRole('button', { name: 'Review…' }).click();
        await page.getByRole('button', { name: /Apply to prod/ }).waitFor();
      }
      if (typed) {
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: /Flags, segments/ }).fill(typed);
        await page.getByRole('option', { name: /^Kill/ }).first().waitFor();
      }
      await page.waitForLoadState('networkidle');
      await still(page);
      await page.screenshot({ path: `${folder}/${name}-${scheme}-${size}.png` });
    });
  });
}
