import { expect, test } from '@playwright/test';
import * as data from './fixtures/data';
import { fake } from './fixtures/server';

const list = '/o/acme/p/shop/flags';
const prod = {
  environments: [{ key: 'prod', name: 'Production', protected: true }],
  flags: 1,
  segments: 0,
  used_by: [],
};
const careful = () => data.plan({ grade: 2, impact: prod, sentences: [{ text: 'Turn off in prod' }] });

test('sets up, signs out and signs in', async ({ page }) => {
  await fake(page, { signedIn: false, setup: true });
  await page.goto('/');
  await expect(page).toHaveURL(/\/setup/);
  await page.goto('/setup?token=abc');
  await page.getByRole('button', { name: 'Create and sign in' }).click();
  await expect(page.getByText('Use at least 12 characters.')).toBeVisible();
  await page.getByLabel('Name', { exact: true }).fill('Anna');
  await page.getByLabel('E-mail').fill('anna@acme.example');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Create and sign in' }).click();
  await expect(page).toHaveURL(/\/o\/acme\/p\/shop\/start/);
  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.getByLabel('E-mail').fill('anna@acme.example');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('is wrong')).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill('correct horse');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/flags/);
});

test('switches in an open environment with two clicks, and undoes with z', async ({ page }) => {
  const server = await fake(page);
  await page.goto(list);
  const cell = page.locator('[data-cell="dev"]').first();
  await cell.click();
  await page.getByRole('switch').press('Space');
  await expect(page.getByText(/in dev · rev 1044/)).toBeVisible();
  await expect(page.getByRole('switch')).toHaveCount(0);
  await expect(cell).toBeFocused();
  await page.keyboard.press('z');
  await expect(page.getByText(/Undone/)).toBeVisible();
  const sent = server.posts.filter((post) => !post.dry_run);
  expect(sent.map((post) => post.plan)).toEqual(['plan-1', 'plan-1']);
  expect(sent[1]?.changes).toEqual([{ undo: { revision: 1044 } }]);
});

test('shows the plan in a protected environment and names it in the button', async ({ page }) => {
  const server = await fake(page, { plan: careful });
  await page.goto(list);
  await page.locator('[data-cell="prod"]').first().click();
  await page.getByRole('switch').press('Space');
  const button = page.getByRole('button', { name: /Apply to prod/ });
  await expect(button).toBeVisible();
  await expect(page.getByLabel('Note')).toBeFocused();
  expect(server.posts.every((post) => post.dry_run)).toBe(true);
  await page.getByLabel('Note').fill('asked by Mo');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText(/rev 1044/)).toBeVisible();
  expect(server.posts.at(-1)).toMatchObject({ note: 'asked by Mo', plan: 'plan-1', base: { d1: 7 } });
});

test('asks for the key in grade 3', async ({ page }) => {
  const server = await fake(page, { plan: () => data.plan({ grade: 3, confirm: 'staging', impact: prod }) });
  await page.goto('/o/acme/p/shop/settings/environments');
  await page.getByRole('button', { name: 'Delete… staging' }).click();
  const button = page.getByRole('button', { name: /Apply to staging/ });
  await button.click();
  await expect(page.getByText('Type exactly staging.')).toBeVisible();
  expect(server.posts.every((post) => post.dry_run)).toBe(true);
  await page.getByLabel('Type staging to go on').fill('staging');
  await button.click();
  await expect(page.getByText(/rev 1044/)).toBeVisible();
});

test('has an outcome for review, time, refusal and conflict', async ({ page }) => {
  let made: ReturnType<typeof data.plan> = data.plan();
  let conflict = false;
  await fake(page, {
    plan: () => made,
    sent: () =>
      conflict
        ? {
            title: 'Someone was faster',
            status: 409,
            code: 'conflict',
            winner: {
              revision: 1050,
              actor: { kind: 'user', name: 'Mo Kim' },
              at: data.now,
              summary: 'Changed rule 2',
            },
            problems: [{ code: 'moved', pointer: '/config/rules/2', detail: 'rule 2 was changed' }],
          }
        : undefined,
  });
  await page.goto(list);
  const open = async () => {
    await page.locator('[data-cell="prod"]').first().click();
    await page.getByRole('switch').press('Space');
    await page.getByRole('button', { name: 'Keep editing' }).waitFor();
  };
  const leave = async () => {
    await page.getByRole('button', { name: 'Keep editing' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('switch').waitFor({ state: 'detached' });
  };
  made = data.plan({ grade: 2, impact: prod, outcome: 'propose', reason: 'needs 1 approval' });
  await open();
  await expect(page.getByRole('button', { name: /Send for approval · prod/ })).toBeVisible();
  await expect(page.getByText('needs 1 approval')).toBeVisible();
  await leave();
  made = data.plan({ grade: 2, impact: prod, outcome: 'schedule' });
  await open();
  await expect(page.getByRole('button', { name: /Schedule · prod/ })).toBeVisible();
  await leave();
  made = careful();
  conflict = true;
  await open();
  await page.getByRole('button', { name: /Apply to prod/ }).click();
  await expect(page.getByText('Someone changed the same part')).toBeVisible();
  await expect(page.getByText(/Mo Kim, revision 1050/)).toBeVisible();
  await expect(page.getByRole('button', { name: /Apply to prod/ })).toHaveCount(0);
  conflict = false;
  await page.getByRole('button', { name: 'Plan again on top' }).click();
  await expect(page.getByRole('button', { name: /Apply to prod/ })).toBeVisible();
});

test('locks the button when the plan changed meanwhile', async ({ page }) => {
  let first = true;
  await fake(page, {
    plan: careful,
    sent: () => {
      if (!first) return undefined;
      first = false;
      return {
        title: 'Plan changed',
        status: 409,
        code: 'plan_changed',
        plan: { ...careful(), sentences: [{ text: 'Something else' }], token: 'plan-2' },
      };
    },
  });
  await page.goto(list);
  await page.locator('[data-cell="prod"]').first().click();
  await page.getByRole('switch').press('Space');
  const button = page.getByRole('button', { name: /Apply to prod/ });
  await button.click();
  await expect(page.getByText('Something else')).toBeVisible();
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('button', { name: 'I have seen the new plan' }).click();
  await button.click();
  await expect(page.getByText(/rev 1044/)).toBeVisible();
});

test('keeps the view in the address, and Back restores it', async ({ page }) => {
  await fake(page);
  await page.goto(list);
  await page.getByText('1–50 of 120').waitFor();
  await page.keyboard.press('/');
  await expect(page.getByLabel('Find flags')).toBeFocused();
  await page.keyboard.type('tag:billing');
  await expect(page).toHaveURL(/q=tag(:|%3A)billing/);
  await expect(page.getByText('40 match')).toBeVisible();
  await page.getByRole('button', { name: 'Remove tag:billing' }).click();
  await expect(page.getByText('1–50 of 120')).toBeVisible();
  await page.getByRole('button', { name: 'Next' }).click();
  await expect(page.getByText('51–100 of 120')).toBeVisible();
  await page.getByRole('button', { name: 'Next' }).click();
  await expect(page.getByText('101–120 of 120')).toBeVisible();
  await page.getByRole('button', { name: 'Previous' }).click();
  await expect(page.getByText('51–100 of 120')).toBeVisible();
  const key = await page.locator('[data-row-link]').nth(20).textContent();
  await page.locator('[data-row-link]').nth(20).click();
  await expect(page).toHaveURL(new RegExp(`/flags/${key}`));
  await page.goBack();
  await expect(page.getByText('51–100 of 120')).toBeVisible();
  await page.reload();
  await expect(page.getByText('51–100 of 120')).toBeVisible();
});

test('selects and acts on many with one plan', async ({ page }) => {
  const server = await fake(page, {
    plan: (body) => data.plan({ sentences: body.changes.map(() => ({ text: 'Turn off' })) }),
  });
  await page.goto(list);
  await page.getByLabel('Select the rows of this page').check();
  await page.getByRole('button', { name: 'Select all 120 matching' }).click();
  await expect(page.getByText('120 selected')).toBeVisible();
  await page.getByRole('button', { name: 'Switch in…' }).click();
  await page.getByRole('menuitem', { name: 'Turn off in staging' }).click();
  await page.getByRole('button', { name: /Apply to staging/ }).click();
  await expect(page.getByText(/rev 1044/)).toBeVisible();
  expect(server.posts.at(-1)?.changes).toHaveLength(120);
});

test('creates a flag with the keyboard alone', async ({ page }) => {
  const server = await fake(page);
  await page.goto(list);
  await page.getByText('1–50 of 120').waitFor();
  await page.keyboard.press('c');
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await page.keyboard.type('New checkout');
  await page.keyboard.press('Control+Enter');
  await expect(page).toHaveURL(/\/flags\/new-checkout/);
  expect(server.posts.at(-1)?.changes[0]).toMatchObject({
    flag: { create: { key: 'new-checkout', kind: 'boolean' } },
  });
});

test('shows the changes of others, says when it is cut off, and comes back', async ({ page }) => {
  const server = await fake(page);
  await page.goto(list);
  await expect(page.getByText('Live · rev 1,043')).toBeVisible();
  await server.emit('change', {
    revision: 1060,
    touched: [{ kind: 'config', key: 'banner-beta/dev', id: 'x' }],
    actor: { name: 'Mo Kim' },
    summary: 'Turned on banner-beta in dev',
    project: 'shop',
  });
  await expect(page.getByText('Live · rev 1,060')).toBeVisible();
  await server.drop();
  await expect(page.getByText(/You see revision 1,060/)).toBeVisible();
  await page.locator('[data-cell="dev"]').first().click();
  await expect(page.getByRole('switch')).toBeDisabled();
  await page.evaluate(() => {
    window.hoistStreamsDown = false;
  });
  await expect(page.getByText('Live · rev 1,043')).toBeVisible();
});

test('shows a secret once', async ({ page }) => {
  await fake(page);
  await page.goto('/o/acme/p/shop/settings/credentials');
  await page.getByRole('button', { name: 'New credential' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Batch');
  await page.getByRole('button', { name: 'Create credential' }).click();
  await expect(page.getByText(/^hss_4f0e/)).toBeVisible();
  await page.getByLabel('I have copied it').check();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  const left = await page.evaluate(
    () =>
      document.body.innerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + location.href,
  );
  expect(left).not.toContain('hss_4f0e9a1b');
});

test('explains what may not be done', async ({ page }) => {
  await fake(page, { permissions: data.looking });
  await page.goto(list);
  await page.getByText('1–50 of 120').waitFor();
  const create = page.getByRole('button', { name: 'New flag' });
  await expect(create).toHaveAttribute('aria-disabled', 'true');
  await page.keyboard.press('c');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.locator('[data-cell="prod"]').first().click();
  await expect(page.getByRole('switch')).toBeDisabled();
  await expect(page.getByText('flag.switch').first()).toBeVisible();
});

test('imports: check, gaps, apply', async ({ page }) => {
  await fake(page);
  await page.goto('/o/acme/p/shop/settings/import-export');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'u.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
  await page.getByRole('button', { name: 'Check the file' }).click();
  await expect(page.getByText('has no equal here')).toBeVisible();
  await page.getByRole('button', { name: 'Apply 3 changes to dev' }).click();
  await expect(page.getByText('Imported with revision 1044.')).toBeVisible();
});

test('runs under a strict policy for content', async ({ page }) => {
  await fake(page);
  const broken: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) broken.push(message.text());
  });
  await page.route('**/o/acme/p/shop/flags', async (route) => {
    const response = await route.fetch();
    await route.fulfill({
      response,
      body: (await response.text()).replace('{{nonce}}', 'n0nce'),
      headers: {
        ...response.headers(),
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-n0nce'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'",
      },
    });
  });
  await page.goto(list);
  await page.getByText('1–50 of 120').waitFor();
  await page.locator('[data-cell="dev"]').first().click();
  await page.getByRole('switch').waitFor();
  expect(broken).toEqual([]);
});
