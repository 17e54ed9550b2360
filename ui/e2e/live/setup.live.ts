import { expect, type Hoist, test } from './hoist';

test.use({ firstRun: {} });

const link = (hoist: Hoist) => /\/setup\?token=[^"\s]+/.exec(hoist.log)?.[0] ?? '';

test('sets up with the link from the log, signs out and in again', async ({ page, hoist }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/setup/);
  await expect.poll(() => link(hoist)).not.toBe('');
  await page.goto('/setup?token=wrong');
  const fill = async () => {
    await page.getByLabel('Name', { exact: true }).fill('Bo');
    await page.getByLabel('E-mail').fill('bo@acme.example');
    await page.getByLabel('Password', { exact: true }).fill('battery horse correct');
    await page.getByRole('button', { name: 'Create and sign in' }).click();
  };
  await fill();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.goto(link(hoist));
  await fill();
  await expect(page).toHaveURL(/\/o\/default\/p\/first\/start/);
  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.getByLabel('E-mail').fill('bo@acme.example');
  await page.getByLabel('Password', { exact: true }).fill('battery horse correct');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/flags/);
  await page.goto('/setup');
  await expect(page.getByRole('link')).toBeVisible();
});
