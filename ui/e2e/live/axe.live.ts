import { addresses, ofOne, outside, type Place } from '../addresses';
import { expectAccessibleInBothThemes, expectNoSidewaysScroll, settled } from '../fixtures/a11y';
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
        await expectAccessibleInBothThemes(page, address);
        // A phone, and what 1280 px are at a zoom of 400 %.
        for (const width of [390, 320]) {
          await page.setViewportSize({ width, height: 640 });
          await expectNoSidewaysScroll(page, `${address} at ${width} px`);
        }
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
      await expectAccessibleInBothThemes(page, address);
    }
  }
});
