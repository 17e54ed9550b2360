import type { FlagDetail, Rule } from '../../src/api/types';
import { change, expect, read, root, signIn, test } from './hoist';

const rule = (id: string, name: string): Rule => ({ id, name, serve: { serve: { variant: 'on' } } });

test.beforeAll(async ({ browser, hoist }) => {
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await change(
    page,
    ...['one', 'two', 'three'].map((key) => ({
      flag: { create: { key, kind: 'boolean' as const, tags: ['parts'] } },
    })),
  );
  await change(page, {
    config: {
      edit: { flag: 'one', environment: 'dev', patch: { rules: [rule('a', 'First'), rule('b', 'Second')] } },
    },
  });
  await page.close();
});

test('a flag is left out of a batch', async ({ anna: page }) => {
  // Other tests of this server may have left thousands of flags.
  await page.goto(`${root}/flags?q=tag:parts`);
  await page.getByLabel('Select the rows of this page').check();
  await page.getByRole('button', { name: 'Switch in…' }).click();
  await page.getByRole('menuitem', { name: 'Turn on in dev' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Leave out two' }).click();
  await expect(dialog.getByText('2 parts, 1 left out')).toBeVisible();
  await expect(dialog.getByText('Turns on two in dev')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Apply to dev' }).click();
  await expect(dialog).toBeHidden();
  const on = async (flag: string) =>
    (await read<FlagDetail>(page, `/flags/${flag}`)).environments[0]?.config.enabled;
  expect([await on('one'), await on('two'), await on('three')]).toEqual([true, false, true]);
});

test('an open rule survives a reload, and what others saved is asked about', async ({ anna: page }) => {
  await page.goto(`${root}/flags/one/e/dev#rule-b`);
  const editor = page.getByRole('group', { name: 'Editing rule 2' });
  const name = editor.getByLabel('Name', { exact: true });
  await name.fill('Mine');
  await expect
    .poll(() => page.evaluate(() => JSON.stringify(Object.entries(sessionStorage))))
    .toContain('Mine');
  await page.reload();
  await expect(name).toHaveValue('Mine');
  await change(page, {
    config: {
      edit: {
        flag: 'one',
        environment: 'dev',
        patch: { rules: [rule('a', 'First'), rule('b', 'Theirs')] },
      },
    },
  });
  await expect(editor.getByText('Somebody saved this rule meanwhile')).toBeVisible();
  await expect(name).toHaveValue('Mine');
  await editor.getByRole('button', { name: 'Done', exact: true }).click();
  const conflict = page.getByRole('alert').filter({ hasText: 'Mine' });
  await expect(conflict).toBeVisible();
  await expect(page.getByRole('button', { name: 'Review…' })).toBeDisabled();
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await page.getByRole('button', { name: 'Review…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply to dev' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  const detail = await read<FlagDetail>(page, '/flags/one');
  expect(detail.environments[0]?.config.rules.map((each) => each.name)).toEqual(['First', 'Mine']);
});

test('one edit of several is left out of the plan', async ({ anna: page }) => {
  await page.goto(`${root}/flags/three/e/dev`);
  for (const each of ['Left', 'Right']) {
    await page.getByRole('button', { name: '+ Add rule' }).click();
    const editor = page.getByRole('group', { name: /^Editing rule/ });
    await editor.getByLabel('Name', { exact: true }).fill(each);
    await editor.getByRole('button', { name: 'Done', exact: true }).click();
  }
  await page.getByRole('button', { name: 'Review…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^Leave out .*Left/ }).click();
  await dialog.getByRole('button', { name: 'Apply to dev' }).click();
  await expect(dialog).toBeHidden();
  const detail = await read<FlagDetail>(page, '/flags/three');
  expect(detail.environments[0]?.config.rules.map((each) => each.name)).toEqual(['Right']);
});
