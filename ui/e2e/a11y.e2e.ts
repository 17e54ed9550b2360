import { test } from '@playwright/test';
import { expectAccessible } from './fixtures/a11y';
import * as data from './fixtures/data';
import { fake, type Story } from './fixtures/server';

const routes = {
  flags: '/o/acme/p/shop/flags',
  filtered: '/o/acme/p/shop/flags?q=tag:billing stauts:on',
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
const stories: Story[] = ['empty', 'error', 'forbidden'];

/** The narrow width is held by the routes with the most to fit in. */
const narrow = ['flags', 'members', 'environments', 'import'];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    test.describe(`${colorScheme} ${width}`, () => {
      test.use({ colorScheme, viewport: { width, height } });
      // Each route in both themes; pages outside the frame and dialogs in one width of each.
      const wide = width === 1440;

      test('every route is accessible', async ({ page }) => {
        test.setTimeout(240_000);
        await fake(page);
        for (const [name, path] of Object.entries(routes)) {
          if (!wide && !narrow.includes(name)) continue;
          await page.goto(path);
          await page.getByRole('heading', { level: 1 }).waitFor();
          await page.waitForTimeout(150);
          await expectAccessible(page, name);
        }
      });

      if (wide !== (colorScheme === 'light')) return;

      test('pages outside the frame are accessible', async ({ page }) => {
        await fake(page, { signedIn: false, setup: true });
        for (const path of ['/setup?token=abc', '/login']) {
          await page.goto(path);
          await page.getByRole('heading', { level: 1 }).waitFor();
          await expectAccessible(page, path);
        }
      });

      test('dialogs and menus are accessible', async ({ page }) => {
        test.setTimeout(240_000);
        await fake(page, { plan: () => data.plan({ grade: 3, confirm: 'prod' }) });
        await page.goto(routes.flags);
        await page.getByText('of 120').waitFor();
        await page.getByRole('button', { name: 'New flag' }).click();
        await page.getByRole('dialog').waitFor();
        await page.waitForTimeout(250);
        await expectAccessible(page, 'new flag');
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await page.locator('[data-cell="prod"]').first().click();
        await page.getByRole('switch').waitFor();
        await page.waitForTimeout(250);
        await expectAccessible(page, 'cell panel');
        await page.getByRole('switch').press('Space');
        await page.getByRole('button', { name: /Apply to prod/ }).waitFor();
        await page.waitForTimeout(250);
        await expectAccessible(page, 'plan');
        await page.keyboard.press('Escape');
        await page.goto(routes.flags);
        await page.getByText('of 120').waitFor();
        await page.getByRole('button', { name: 'Views' }).click();
        await page.waitForTimeout(250);
        await expectAccessible(page, 'views');
      });
    });
  }
}

test('stories are accessible', async ({ page }) => {
  test.setTimeout(180_000);
  for (const story of stories) {
    await page.unrouteAll();
    await fake(page, { story });
    await page.goto(routes.flags);
    await page.waitForTimeout(600);
    await expectAccessible(page, story);
  }
});
