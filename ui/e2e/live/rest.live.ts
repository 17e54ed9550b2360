import type { FlagDetail } from '../../src/api/types';
import { change, expect, read, root, signIn, test } from './hoist';
import { seed } from './seed';

const flag = `${root}/flags/checkout-v2`;

test.beforeAll(async ({ browser, hoist }) => {
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await seed(page);
  await page.close();
});

test('the tester explains', async ({ anna: page }) => {
  await page.goto(`${root}/tester?flag=checkout-v2&env=prod`);
  await page.getByLabel('Subject', { exact: true }).fill('user-8812');
  const card = page.getByRole('region', { name: 'checkout-v2 in prod' });
  await expect(card.getByText('Beta, not EU')).toBeVisible();
  await expect(card.getByText(/matched/).first()).toBeVisible();
  await page.getByLabel('Subject', { exact: true }).fill('user-1');
  await expect(card.getByText('override of this subject', { exact: true })).toBeVisible();
  await page.goto(`${root}/tester?env=dev,prod`);
  await expect(page.getByRole('table', { name: 'All flags for this subject' })).toContainText('night-mode');
});

test('the tester explains a draft beside the rules', async ({ anna: page }) => {
  await page.goto(`${flag}/e/prod`);
  await page.getByLabel('Subject', { exact: true }).fill('user-8812');
  await page.getByRole('button', { name: 'Move Old apps up' }).click();
  await expect(page.getByText('My draft', { exact: true })).toBeVisible();
  await expect(page.locator('[data-rule-row="beta"]')).toContainText(/on|off/);
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('button', { name: 'Yes, discard' }).click();
});

test('history shows a change and takes it back', async ({ anna: page }) => {
  const { revision } = await change(page, {
    config: { switch: { flag: 'night-mode', environment: 'dev', on: false } },
  });
  await page.goto(`${root}/flags/night-mode/history`);
  await expect(page.getByText('turned off')).toBeVisible();
  await page.getByRole('button', { name: 'Revert…' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Apply/ })
    .click();
  await expect(page.getByText(`takes back ${revision}`)).toBeVisible();
  await expect(page.getByText(`taken back by`)).toBeVisible();
  await page.goto(`${root}/history`);
  await page.getByLabel('Words').fill('Kills');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'tax-engine' }).first()).toBeVisible();
  await page.getByLabel('From').fill('2020-01-01');
  await expect(page.getByRole('listitem').filter({ hasText: 'tax-engine' }).first()).toBeVisible();
  await page.goto(`${flag}/at/${revision}`);
  await expect(page.getByText(/As it was after revision/)).toBeVisible();
});

test('one line of a change is taken back, the others stay', async ({ anna: page }) => {
  const off = { serve: { variant: 'off' } };
  const rule = (name: string) => ({ id: 'late', name, serve: { serve: { variant: 'on' } } });
  const edit = (patch: Record<string, unknown>) =>
    change(page, { config: { edit: { flag: 'stock-cache', environment: 'dev', patch } } });
  await edit({ rules: [rule('First')], default: { serve: { variant: 'on' } } });
  const { revision } = await edit({ rules: [rule('Second')], default: off });
  await page.goto(`${root}/flags/stock-cache/history?rev=${revision}`);
  await page.getByRole('button', { name: /^Undo this: Otherwise/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Apply to dev' }).click();
  await expect(dialog).toBeHidden();
  const detail = await read<FlagDetail>(page, '/flags/stock-cache');
  const config = detail.environments.find(({ environment }) => environment.key === 'dev')?.config;
  expect(config?.default).toEqual({ serve: { variant: 'on' } });
  expect(config?.rules[0]?.name).toBe('Second');
});

test('makes a segment with members', async ({ anna: page }) => {
  await page.goto(`${root}/segments`);
  await page.getByRole('button', { name: 'New segment' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Key accounts');
  await page.getByRole('dialog').getByRole('button', { name: 'New segment' }).click();
  await expect(page).toHaveURL(/segments\/key-accounts/);
  await page.goto(`${root}/segments/key-accounts/members`);
  await page.getByRole('button', { name: 'Add or remove…' }).click();
  await page.getByLabel('Subject keys').fill('acme\nglobex\ninitech');
  await page.getByRole('button', { name: 'Add…', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^Apply/ }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('3 of 3')).toBeVisible();
  await page.getByRole('button', { name: 'Remove globex' }).click();
  await expect(page.getByText('2 of 2')).toBeVisible();
  await page.goto(`${root}/segments/staff/used-by`);
  await expect(page.getByRole('link', { name: 'checkout-v2' }).first()).toBeVisible();
});

test('shows a secret once', async ({ anna: page }) => {
  await page.goto(`${root}/settings/credentials`);
  await page.getByRole('button', { name: 'New credential' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Batch');
  await page.getByRole('button', { name: 'Create credential' }).click();
  const secret = await page.getByRole('dialog').getByText(/^hsk_/).textContent();
  expect(secret?.length).toBeGreaterThan(20);
  await page.getByLabel('I have copied it').check();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('rowheader', { name: 'Batch' })).toBeVisible();
  const left = await page.evaluate(
    () => document.body.innerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage),
  );
  expect(left).not.toContain(secret);
});

test('lists members, roles and the audit', async ({ anna: page }) => {
  await page.goto('/o/default/members');
  await expect(page.getByRole('cell', { name: /anna@acme.example/ }).first()).toBeVisible();
  await page.goto('/o/default/roles');
  await expect(page.getByText('owner').first()).toBeVisible();
  await page.goto('/o/default/audit');
  await expect(page.getByText(/Turns on|Kills|Creates/).first()).toBeVisible();
});

test('imports a file: check, gaps, apply', async ({ anna: page }) => {
  await page.goto(`${root}/settings/import-export`);
  const file = {
    version: 2,
    features: [
      {
        name: 'legacy-search',
        type: 'release',
        enabled: true,
        stale: false,
        strategies: [
          {
            name: 'flexibleRollout',
            parameters: { rollout: '40', stickiness: 'default', groupId: 'legacy-search' },
          },
          { name: 'ownStrategy', parameters: {} },
        ],
      },
    ],
  };
  await page.locator('input[type=file]').setInputFiles({
    name: 'unleash.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(file)),
  });
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByRole('button', { name: 'Apply 1 change to dev' }).click();
  await expect(page.getByText(/Imported with revision/)).toBeVisible();
  await page.getByRole('link', { name: /flags/i }).last().click();
  await page.goto(`${root}/flags/legacy-search/e/dev`);
  await expect(page.getByText('40 %').first()).toBeVisible();
});
