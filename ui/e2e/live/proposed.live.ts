import { change, expect, read, root, signIn, test } from './hoist';

// A policy for tests: whatever touches an environment waits for an approval.
test.use({ serveArgs: ['--test-policy', 'propose'] });

test.beforeAll(async ({ browser, hoist }) => {
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await change(page, { flag: { create: { key: 'slow', kind: 'boolean' } } });
  await page.close();
});

const revision = async (page: Parameters<typeof read>[0]) =>
  (await read<{ items: { revision: number }[] }>(page, '/history?limit=1')).items[0]?.revision;

test('a switch in the list is sent for approval and changes nothing', async ({ anna: page }) => {
  const before = await revision(page);
  await page.goto(`${root}/flags`);
  await page.locator('[data-cell="dev"]').first().click();
  await page.getByRole('dialog').getByRole('switch').press('Space');
  const send = page.getByRole('button', { name: 'Send for approval · dev' });
  await send.click();
  await expect(page.getByText('Sent for approval')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Undo', exact: true })).toHaveCount(0);
  await expect(page.locator('[data-cell="dev"]').first()).toContainText('Off');
  expect(await revision(page)).toBe(before);
});

test('the draft of a flag is sent for approval', async ({ anna: page }) => {
  const before = await revision(page);
  await page.goto(`${root}/flags/slow/e/prod`);
  await page.getByRole('button', { name: '+ Add rule' }).click();
  const editor = page.getByRole('group', { name: 'Editing rule 1' });
  await editor.getByLabel('Name', { exact: true }).fill('Everybody');
  await editor.getByRole('button', { name: 'Done', exact: true }).click();
  await page.getByRole('button', { name: 'Review…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('Waits for approval')).toBeVisible();
  await dialog.getByRole('button', { name: 'Send for approval · prod' }).click();
  await expect(page.getByText('Sent for approval')).toBeVisible();
  await expect(page.locator('[data-rule-row]')).toHaveCount(0);
  expect(await revision(page)).toBe(before);
});

test('an import is sent for approval', async ({ anna: page }) => {
  const before = await revision(page);
  await page.goto(`${root}/settings/import-export`);
  const file = {
    version: 2,
    features: [{ name: 'waits', type: 'release', enabled: true, strategies: [{ name: 'default' }] }],
  };
  await page.locator('input[type=file]').setInputFiles({
    name: 'unleash.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(file)),
  });
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByRole('button', { name: /^Send for approval/ }).click();
  await expect(page.getByText('Sent for approval').first()).toBeVisible();
  expect(await revision(page)).toBe(before);
});
