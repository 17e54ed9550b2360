import { expect, type Page, test } from '@playwright/test';
import { expectAccessibleInBothThemes } from './fixtures/a11y';
import * as data from './fixtures/data';
import { fake } from './fixtures/server';

const list = '/o/acme/p/shop/flags';

async function open(page: Page, text: string) {
  await page
    .getByText(/of 120|Acme|History/)
    .first()
    .waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /Flags, segments/ }).waitFor();
  await page.keyboard.type(text);
}

const option = (page: Page, name: string | RegExp) => page.getByRole('option', { name });

test('goes to flags, environments, projects and pages by keyboard', async ({ page }) => {
  await fake(page);
  await page.goto(list);
  await open(page, 'warehouse');
  await expect(option(page, /Warehouse/)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/p\/warehouse\/flags/);
  await page.goto(list);
  await open(page, 'staging');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/cols=e\.staging/);
  await expect(page.getByRole('columnheader', { name: 'prod' })).toHaveCount(0);
  await open(page, 'credentials');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/settings\/credentials/);
  await open(page, 'cart-beta');
  await expect(option(page, /cart-beta/).first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/flags\/cart-beta$/);
});

test('finds at once what was read before, while the server is silent', async ({ page }) => {
  await fake(page);
  await page.goto(list);
  await page.getByText('of 120').waitFor();
  await page.route('**/flags?*', () => new Promise(() => undefined));
  await open(page, 'banner-be');
  await expect(option(page, /banner-beta/).first()).toBeVisible();
});

test('says how many results there are, and the chosen one', async ({ page }) => {
  await fake(page);
  await page.goto(list);
  await open(page, 'cart-beta');
  const box = page.getByRole('combobox', { name: /Flags, segments/ });
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText(/result/);
  const first = await box.getAttribute('aria-activedescendant');
  expect(first).toBeTruthy();
  await expect(page.locator(`[id="${first}"]`)).toContainText('cart-beta');
  await expectAccessibleInBothThemes(page, 'palette');
});

test('an act opens its plan and does nothing before', async ({ page }) => {
  const server = await fake(page, {
    plan: () => data.plan({ sentences: [{ text: 'Turn on cart-fast in staging' }] }),
  });
  await page.goto(list);
  const off = data.flags.find(({ environments }) => environments.staging?.state === 'off');
  await open(page, `turn on ${off?.key} staging`);
  await expect(option(page, `Turn on ${off?.key} in staging`)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /Apply/ })).toBeVisible();
  expect(server.posts.every((post) => post.dry_run)).toBe(true);
  expect(server.posts[0]?.changes).toEqual([
    { config: { switch: { flag: off?.key, environment: 'staging', on: true } } },
  ]);
});

test('makes a flag with the name that was typed, copies a key and changes the colours', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await fake(page);
  await page.goto(list);
  await open(page, 'new flag fast lane');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('textbox', { name: /^Key/ })).toHaveValue('fast-lane');
  await page.keyboard.press('Escape');
  await open(page, 'copy cart-beta');
  await expect(option(page, 'Copy key cart-beta')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Key cart-beta copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('cart-beta');
  await open(page, 'theme dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
});

test('who may not act reads why, and cannot', async ({ page }) => {
  const server = await fake(page, { permissions: data.looking });
  await page.goto(list);
  const on = data.flags.find(({ environments }) => environments.dev?.state === 'on');
  await open(page, `kill ${on?.key} dev`);
  const kill = option(page, new RegExp(`Kill ${on?.key} in dev`));
  await expect(kill).toContainText('needs flag.kill');
  await expect(kill).toHaveAttribute('aria-disabled', 'true');
  await kill.click({ force: true });
  await expect(page.getByLabel('Reason')).toHaveCount(0);
  await page.getByRole('combobox', { name: /Flags, segments/ }).fill('audit');
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText(/Nothing found|result/);
  await expect(option(page, 'Audit log')).toHaveCount(0);
  expect(server.posts).toEqual([]);
});
