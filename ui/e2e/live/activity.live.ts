import type { Page } from '@playwright/test';
import type { ChangeAnswer, FlagDetail } from '../../src/api/types';
import { change, expect, read, root, signIn, test } from './hoist';
import { seed } from './seed';

const headers = { 'hoist-csrf': '1' };

test.beforeAll(async ({ browser, hoist }) => {
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await seed(page);
  await page.close();
});

/** Somebody else, with an account and a session of their own. */
async function ben(page: Page, baseURL: string): Promise<(on: boolean) => Promise<void>> {
  const email = 'ben@acme.example';
  const made = await page.request.post('/hoist/v1/users', {
    headers,
    data: { email, name: 'Ben Orr', operator: true },
  });
  expect(made.status(), await made.text()).toBe(201);
  const { plan } = (await made.json()) as ChangeAnswer;
  const id = plan.effects[0]?.document;
  const reset = await page.request.post(`/hoist/v1/users/${id}/password`, { headers, data: {} });
  expect(reset.status(), await reset.text()).toBe(200);
  const { password } = (await reset.json()) as { password: string };
  const other = await page.context().browser()?.newContext({ baseURL });
  if (!other) throw new Error('no browser');
  const session = await other.request.post('/hoist/v1/session', { headers, data: { email, password } });
  expect(session.status(), await session.text()).toBe(200);
  return async (on) => {
    const data = {
      changes: [{ config: { switch: { flag: 'night-mode', environment: 'dev', on } } }],
      note: 'as agreed',
    };
    const answer = await other.request.post('/hoist/v1/organizations/default/projects/first/changes', {
      headers,
      data,
    });
    expect(answer.status(), await answer.text()).toBe(200);
  };
}

test('what others change stands on the page as it happens, and is taken back from there', async ({
  anna: page,
  hoist,
}) => {
  const switchByBen = await ben(page, hoist.url);
  await page.goto(`${root}/flags`);
  // One click from any page of the project, and by keys.
  await page.getByRole('banner').getByRole('link', { name: 'Activity' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Activity' })).toBeVisible();
  await page.goto(`${root}/segments`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await expect(page).toHaveURL(/\/activity/);
  await expect(page.getByRole('heading', { name: 'Today' })).toBeVisible();
  await expect(page.getByText('new', { exact: true })).toHaveCount(0);

  const began = Date.now();
  await switchByBen(false);
  const fresh = page.getByRole('listitem').filter({ hasText: /^new/ });
  await expect(fresh).toHaveCount(1);
  const ms = Date.now() - began;
  process.stdout.write(
    `    a change of another session stood on the activity page after ${ms} ms, its request included\n`,
  );
  await expect(fresh).toContainText('night-mode');
  await expect(fresh).toContainText('as agreed');
  await expect(page.getByRole('heading', { name: /Ben Orr/ })).toHaveCount(1);
  await expect(fresh.getByRole('link', { name: 'night-mode' })).toHaveAttribute('href', /flags\/night-mode$/);
  await expect(fresh.getByText('dev', { exact: true })).toBeVisible();

  // Mine and others', and one environment: the server filters, so paging stays right.
  await page.getByText('Mine', { exact: true }).click();
  await expect(page.getByRole('heading', { name: /Ben Orr/ })).toHaveCount(0);
  await expect(page).toHaveURL(/who=mine/);
  await page.reload();
  await expect(page.getByRole('heading', { level: 3 }).first()).toBeVisible();
  await expect(page.getByRole('heading', { name: /Ben Orr/ })).toHaveCount(0);
  await page.getByText('Others', { exact: true }).click();
  await expect(page.getByRole('heading', { level: 3 })).toHaveText([/Ben Orr/, /^Hoist/]);
  await page.getByLabel('Environment', { exact: true }).selectOption('prod');
  await expect(page.getByRole('heading', { name: /Ben Orr/ })).toHaveCount(0);
  await page.getByText('Everybody', { exact: true }).click();
  await page.getByLabel('Environment', { exact: true }).selectOption('');
  await expect(page.getByRole('heading', { name: /Ben Orr/ })).toHaveCount(1);

  const enabled = async () =>
    (await read<FlagDetail>(page, '/flags/night-mode')).environments[0]?.config.enabled;
  expect(await enabled()).toBe(false);
  await page
    .getByRole('button', { name: /^Undo revision .*night-mode/ })
    .first()
    .click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Apply/ })
    .click();
  await expect.poll(enabled).toBe(true);
  await expect(page.getByText(/taken back by/)).toBeVisible();
  await expect(page.getByText(/takes back/)).toBeVisible();
});

test('the activity is paged, and its links lead to the revision', async ({ anna: page }) => {
  for (let n = 0; n < 45; n += 1) {
    await change(page, { config: { switch: { flag: 'voice-help', environment: 'dev', on: n % 2 === 1 } } });
  }
  await page.goto(`${root}/activity`);
  const rows = page.getByRole('link', { name: /^revision / });
  await expect(rows).toHaveCount(50);
  await page.getByRole('button', { name: 'Older' }).click();
  await expect.poll(() => rows.count()).toBeGreaterThan(55);
  const name = (await rows.first().textContent()) ?? '';
  await rows.first().click();
  await expect(page).toHaveURL(new RegExp(`history\\?rev=${name.replace('revision ', '')}$`));
});
