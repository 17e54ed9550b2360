import type { FlagDetail } from '../../src/api/types';
import { email, expect, password, read, root, test } from './hoist';

test.describe.configure({ mode: 'serial' });
const flag = `${root}/flags/new-checkout`;

test('signs in with the form', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/login/);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('is wrong')).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(new RegExp(`${root}/flags`));
  await expect(page.getByText(/^Live · rev/)).toBeVisible();
});

test('creates a flag with the keyboard', async ({ anna: page }) => {
  await page.goto(`${root}/flags`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('c');
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await page.keyboard.type('New checkout');
  await page.keyboard.press('Control+Enter');
  await expect(page).toHaveURL(new RegExp(flag));
  await expect(page.getByRole('heading', { level: 1 })).toContainText('new-checkout');
});

test('adds a rule with a nested condition and a split, reviews and applies', async ({ anna: page }) => {
  await page.goto(`${flag}/e/prod`);
  await page.getByRole('button', { name: '+ Add rule' }).click();
  const editor = page.getByRole('group', { name: 'Editing rule 1' });
  await editor.getByLabel('Name', { exact: true }).fill('Nordic beta');
  await editor.getByRole('button', { name: '+ group' }).click();
  await editor.getByLabel('attribute', { exact: true }).first().fill('plan');
  await editor.getByLabel('Comparison').first().selectOption({ label: 'is' });
  await editor.getByLabel('value', { exact: true }).fill('beta');
  await editor.getByRole('button', { name: '+ group' }).first().click();
  await editor.getByLabel('attribute', { exact: true }).nth(1).fill('country');
  await editor.getByLabel('Comparison').nth(1).selectOption({ label: 'is one of' });
  await editor.getByLabel('Add a value').fill('NO');
  await editor.getByLabel('Add a value').press('Enter');
  await editor.getByLabel('Add a value').fill('SE');
  await editor.getByLabel('Add a value').press('Enter');
  await editor.getByText('Split', { exact: true }).click();
  await editor.getByLabel('Share of on in percent').fill('30');
  await editor.getByRole('button', { name: 'Done', exact: true }).click();
  await page.getByRole('button', { name: 'Review…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Now', { exact: false }).first()).toBeVisible();
  await dialog.getByLabel('Note').fill('first step');
  await dialog.getByRole('button', { name: /Apply to prod/ }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/· rev \d/).first()).toBeVisible();
  await expect(page.getByRole('region', { name: 'Unsaved edits' })).toBeHidden();
  const detail = await read<FlagDetail>(page, '/flags/new-checkout');
  const [rule] =
    detail.environments.find(({ environment }) => environment.key === 'prod')?.config.rules ?? [];
  expect(rule).toMatchObject({
    name: 'Nordic beta',
    condition: {
      any: [
        { test: { attribute: 'plan', op: 'equals', values: ['beta'] } },
        { all: [{ test: { attribute: 'country', op: 'in', values: ['NO', 'SE'] } }] },
      ],
    },
    serve: {
      serve: {
        split: {
          arms: [
            { variant: 'on', weight: 3000 },
            { variant: 'off', weight: 7000 },
          ],
        },
      },
    },
  });
});

test('switches with the keyboard and undoes with z', async ({ anna: page }) => {
  await page.goto(`${root}/flags?q=new-checkout`);
  await page.locator('[data-cell="dev"]').first().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('switch').waitFor();
  await expect(page.getByText(/Turns on new-checkout in dev/)).toBeVisible();
  await page.getByRole('dialog').getByRole('switch').press('Space');
  await expect(page.getByText(/in dev · rev \d/)).toBeVisible();
  await expect(page.locator('[data-cell="dev"]').first()).toContainText('On');
  await page.keyboard.press('z');
  await expect(page.getByText(/Undone/)).toBeVisible();
  await expect(page.locator('[data-cell="dev"]').first()).toContainText('Off');
});

test('turns on, kills and lifts in a protected environment', async ({ anna: page }) => {
  await page.goto(`${flag}/e/prod`);
  const apply = page.getByRole('button', { name: /Apply to prod/ });
  await page.getByRole('switch').press('Space');
  await apply.click();
  await expect(apply).toBeHidden();
  await expect(page.getByRole('switch')).toBeChecked();
  await page.getByRole('button', { name: 'Kill…' }).click();
  await expect(page.getByLabel('Reason')).toBeFocused();
  await page.keyboard.type('errors at 4 %');
  await page.getByRole('button', { name: 'Kill in prod…' }).click();
  await apply.click();
  await expect(page.getByText('Killed: errors at 4 %.')).toBeVisible();
  await page.getByRole('button', { name: 'Restore now…' }).first().click();
  await apply.click();
  await expect(page.getByText('Killed: errors at 4 %.')).toBeHidden();
  await expect(page.getByRole('switch')).toBeChecked();
});

test('another window sees a change without a reload', async ({ anna: page, browser, hoist }) => {
  const other = await browser.newContext({
    baseURL: hoist.url,
    storageState: await page.context().storageState(),
  });
  const watcher = await other.newPage();
  await watcher.goto(`${root}/flags`);
  await expect(watcher.getByText(/^Live · rev/)).toBeVisible();
  await expect(watcher.locator('[data-cell="staging"]').first()).toContainText('Off');
  await page.goto(`${flag}/e/staging`);
  await page.getByRole('switch').press('Space');
  await expect(watcher.locator('[data-cell="staging"]').first()).toContainText('On');
  await other.close();
});
