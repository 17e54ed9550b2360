import { expect, test } from '@playwright/test';
import { fake } from './fixtures/server';

test('a view is saved, marked when it differs, taken up again, shared by its link and removed', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await fake(page);
  await page.goto('/o/acme/p/shop/flags?q=tag:billing&sort=-key&density=compact');
  const menu = page.getByRole('button', { name: /^View/ });
  await expect(menu).toHaveText('Views');
  await menu.click();
  await page.getByRole('menuitem', { name: 'Save this view…' }).click();
  await page.getByLabel('Name of the view').fill('Money');
  await page.keyboard.press('Enter');
  await expect(menu).toHaveText('View: Money');
  await page.getByLabel('Find flags').fill('tag:billing cart');
  await expect(menu).toHaveText('View: Money, modified');
  await page.goto('/o/acme/p/shop/flags');
  await menu.click();
  await page.getByRole('menuitem', { name: 'Money' }).click();
  await expect(page).toHaveURL(/q=tag(:|%3A)billing/);
  await expect(page).toHaveURL(/sort=-key/);
  await expect(page).toHaveURL(/density=compact/);
  await menu.click();
  await page.getByRole('menuitem', { name: 'Copy the link of this view' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('billing');
  await menu.click();
  await page.getByRole('menuitem', { name: 'Remove Money' }).click();
  await expect(menu).toHaveText('Views');
  await page.reload();
  await expect(menu).toHaveText('Views');
});
