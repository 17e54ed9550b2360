import type { FlagDetail } from '../../src/api/types';
import { expect, read, root, signIn, test } from './hoist';
import { seed } from './seed';

test.beforeAll(async ({ browser, hoist }) => {
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await seed(page);
  await page.close();
});

test('a ramp is seen with its points, paused from the list and resumed on its page', async ({
  anna: page,
}) => {
  const state = async () =>
    (await read<FlagDetail>(page, '/flags/fast-search')).environments.find(
      ({ environment }) => environment.key === 'prod',
    )?.state;
  await page.goto(`${root}/flags`);
  await page.locator('[data-row="fast-search"] [data-cell="prod"]').click();
  const panel = page.getByRole('dialog');
  await expect(panel.getByRole('img', { name: /25 % now, 50 % at/ })).toBeVisible();
  await expect(panel.getByText('you are here', { exact: true })).toBeVisible();
  await panel.getByText('As a table').click();
  const rows = panel.getByRole('table', { name: 'The ramp as a table' }).getByRole('row');
  await expect(rows).toHaveText([
    /When/,
    /Step5\s%/,
    /Step25\s%/,
    /You are here25\s%/,
    /Step50\s%/,
    /Step100\s%/,
  ]);
  await panel.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('dialog').getByText(/pause/i).first()).toBeVisible();
  expect(await state()).toBe('ramping');
  await page.getByRole('button', { name: 'Apply to prod' }).click();
  await expect.poll(state).toBe('paused');

  await page.goto(`${root}/flags/fast-search/e/prod`);
  await page.getByText('As a table').first().click();
  const table = page.getByRole('table', { name: 'The ramp as a table' }).first();
  await expect(table.getByRole('row', { name: /Pause begins/ })).toBeVisible();
  await expect(table.getByRole('row', { name: /50 %/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'Resume' }).first().click();
  await page.getByRole('button', { name: 'Apply to prod' }).click();
  await expect.poll(state).toBe('ramping');
  await expect(table.getByRole('row', { name: /Pause ends/ })).toBeVisible();
  await expect(table.getByRole('row', { name: /Step.*50 %/ })).toBeVisible();
});
