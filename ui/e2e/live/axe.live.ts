import type { Page } from '@playwright/test';
import { addresses, ofOne, outside, type Place } from '../addresses';
import { expectAccessible, expectNoSidewaysScroll } from '../fixtures/a11y';
import { change, changeOrganization, signIn, test } from './hoist';
import { seed } from './seed';

/** Everything is set here. */
const filled: Place = {
  org: 'default',
  project: 'first',
  flag: 'checkout-v2',
  env: 'prod',
  segment: 'beta',
  revision: 7,
};
/** A project with nothing in it, and a flag and a segment that were only just made. */
const bare: Place = { ...filled, project: 'unused' };
const fresh: Place = { ...filled, flag: 'fresh', segment: 'fresh', env: 'dev' };

test.beforeAll(async ({ browser, hoist }) => {
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await seed(page);
  await change(page, { flag: { create: { key: 'fresh', kind: 'boolean' } } });
  await change(page, { segment: { create: { key: 'fresh' } } });
  await changeOrganization(page, { project: { create: { key: 'unused', name: 'Unused' } } });
  await page.close();
});

const routes = Object.entries(addresses).filter(([route]) => !outside.includes(route));

async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.getByLabel('Loading', { exact: false }).first().waitFor({ state: 'detached' });
}

/** Both themes with one load: the page follows the system. */
async function bothThemes(page: Page, address: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page, `${address}, ${colorScheme}`);
  }
}

const groups: [name: string, place: Place, wanted: (route: string) => boolean][] = [
  ['filled, flags', filled, (route) => route.includes('/flags')],
  ['filled, others', filled, (route) => !route.includes('/flags')],
  ['empty, lists', bare, (route) => route.includes('$project') && !ofOne(route)],
  ['empty, of one', fresh, ofOne],
];
for (const [name, place, wanted] of groups) {
  test(`every address is accessible in both themes: ${name}`, async ({ anna: page }) => {
    test.setTimeout(300_000);
    for (const [route, make] of routes) {
      if (!wanted(route)) continue;
      for (const address of make(place)) {
        await page.goto(address);
        await settled(page);
        await bothThemes(page, address);
        await page.setViewportSize({ width: 390, height: 844 });
        await expectNoSidewaysScroll(page, `${address} at 390 px`);
        await page.setViewportSize({ width: 1280, height: 800 });
      }
    }
  });
}

test('pages outside the frame are accessible in both themes', async ({ page }) => {
  for (const route of outside) {
    for (const address of addresses[route]?.(filled) ?? []) {
      await page.goto(address);
      await settled(page);
      await bothThemes(page, address);
    }
  }
});
