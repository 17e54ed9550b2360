import { expect, test } from '@playwright/test';
import { expectAccessibleInBothThemes, settled, still } from './fixtures/a11y';
import * as data from './fixtures/data';
import { fake, type Story } from './fixtures/server';

const routes = {
  flags: '/o/acme/p/shop/flags',
  filtered: '/o/acme/p/shop/flags?q=tag:billing stauts:on',
  activity: '/o/acme/p/shop/activity',
  start: '/o/acme/p/shop/start',
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
/** What each story of the list says when it has come to rest. */
const stories: [Story, RegExp][] = [
  ['empty', /No flags yet/],
  ['error', /req-4711/],
  ['forbidden', /Nothing here/],
];

/** The narrow width is held by the routes with the most to fit in. */
const narrow = ['flags', 'activity', 'members', 'environments', 'import'];

for (const [width, height] of [
  [1440, 900],
  [390, 844],
] as const) {
  test.describe(`${width}`, () => {
    test.use({ viewport: { width, height }, contextOptions: { reducedMotion: 'reduce' } });

    for (const [name, path] of Object.entries(routes)) {
      if (width === 390 && !narrow.includes(name)) continue;
      test(`${name} is accessible in both themes`, async ({ page }) => {
        await fake(page);
        await page.goto(path);
        await settled(page);
        await expectAccessibleInBothThemes(page, name);
      });
    }

    for (const path of ['/setup?token=abc', '/login']) {
      test(`${path} is accessible in both themes`, async ({ page }) => {
        await fake(page, { signedIn: false, setup: true });
        await page.goto(path);
        await settled(page);
        await expectAccessibleInBothThemes(page, path);
      });
    }

    test('the dialog of a new flag is accessible in both themes', async ({ page }) => {
      await fake(page);
      await page.goto(routes.flags);
      await page.getByText('of 120').waitFor();
      await page.getByRole('button', { name: 'New flag' }).click();
      await page.getByRole('dialog').waitFor();
      await expectAccessibleInBothThemes(page, 'new flag');
    });

    test('a cell and its plan are accessible in both themes', async ({ page }) => {
      await fake(page, { plan: () => data.plan({ grade: 3, confirm: 'prod' }) });
      await page.goto(routes.flags);
      await page.locator('[data-cell="prod"]').first().click();
      await page.getByRole('switch').waitFor();
      await still(page);
      await expectAccessibleInBothThemes(page, 'cell panel');
      await page.getByRole('switch').press('Space');
      await page.getByRole('button', { name: /Apply to prod/ }).waitFor();
      await expectAccessibleInBothThemes(page, 'plan');
    });

    test('a menu is accessible in both themes', async ({ page }) => {
      await fake(page);
      await page.goto(routes.flags);
      await page.getByText('of 120').waitFor();
      await page.getByRole('button', { name: 'Views' }).click();
      await page.getByRole('menu').waitFor();
      await expectAccessibleInBothThemes(page, 'views');
    });
  });
}

for (const [story, words] of stories) {
  test(`the list is accessible when it is: ${story}`, async ({ page }) => {
    await fake(page, { story });
    await page.goto(routes.flags);
    await expect(page.getByText(words).first()).toBeVisible();
    await settled(page);
    await expectAccessibleInBothThemes(page, story);
  });
}
