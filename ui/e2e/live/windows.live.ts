import type { Page } from '@playwright/test';
import type { FlagDetail, FlagPage } from '../../src/api/types';
import { expectAccessibleInBothThemes } from '../fixtures/a11y';
import { change, expect, read, root, signIn, test } from './hoist';

test.describe.configure({ mode: 'serial' });
const flag = 'office-hours';
const address = `${root}/flags/${flag}/e/dev`;

test.beforeAll(async ({ browser, hoist }) => {
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await change(page, { flag: { create: { key: flag, kind: 'boolean' } } });
  await change(page, { config: { switch: { flag, environment: 'dev', on: true } } });
  await page.close();
});

async function stateNow(page: Page): Promise<FlagDetail['environments'][number]> {
  const detail = await read<FlagDetail>(page, `/flags/${flag}`);
  const entry = detail.environments.find(({ environment }) => environment.key === 'dev');
  if (!entry) throw new Error('dev is there');
  return entry;
}

const section = (page: Page) => page.getByRole('region', { name: /Schedule/ });
const form = (page: Page) => page.getByRole('group', { name: /Editing window/ });

async function apply(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Review…' }).click();
  const button = page.getByRole('button', { name: /Apply to dev/ });
  await button.click();
  await expect(button).toBeHidden();
  await expect(page.getByRole('region', { name: 'Unsaved edits' })).toBeHidden();
}

test('adds a window on weekdays with the form, sees its plan and applies it', async ({ anna: page }) => {
  await page.goto(address);
  await expect(section(page).getByText('Windows turn the flag on or off by the clock')).toBeVisible();
  await section(page).getByRole('button', { name: '+ Add window' }).click();
  await form(page).getByLabel('Name').fill('Office');
  await form(page).getByLabel('Every', { exact: true }).selectOption('weekdays');
  await form(page).getByLabel('Time of day').fill('09:00');
  await form(page).getByLabel('Time zone').fill('Europe/Vienna');
  await form(page).getByLabel('Stays open: hours').fill('2');
  await expect(form(page).getByText('→ On every weekday at 09:00 (Europe/Vienna) for 2 h')).toBeVisible();
  await form(page).getByLabel('Name').press('Control+Enter');
  await expect(form(page)).toBeHidden();
  await expect(page.getByRole('group', { name: 'Window 1: Office' })).toBeFocused();
  expect((await stateNow(page)).config.schedule?.windows ?? []).toEqual([]);
  await page.getByRole('button', { name: 'Review…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('on for 2 h at each `0 9 * * 1-5` (Europe/Vienna)')).toBeVisible();
  await expect(dialog.getByText('off while no window is open')).toBeVisible();
  await dialog.getByRole('button', { name: /Apply to dev/ }).click();
  await expect(dialog).toBeHidden();
  expect((await stateNow(page)).config.schedule?.windows).toMatchObject([
    {
      name: 'Office',
      turns: 'on',
      recurs: { cron: '0 9 * * 1-5', time_zone: 'Europe/Vienna', seconds: 7200 },
    },
  ]);
});

test('shows the state, what comes next and the time line', async ({ anna: page }) => {
  const { state, next } = await stateNow(page);
  expect(['on', 'waiting']).toContain(state);
  expect(next?.at).toBeDefined();
  await page.goto(address);
  const head = page.locator('#state');
  await expect(head.getByText(state === 'on' ? 'On' : 'Waiting', { exact: true }).first()).toBeVisible();
  await expect(head.getByText(state === 'on' ? /^off / : /^on again /)).toBeVisible();
  const line = page.getByRole('region', { name: 'What comes by itself' });
  await expect(line.getByRole('img', { name: /over the next 7 days/ })).toBeVisible();
  const first = line.getByRole('listitem').first();
  await expect(first).toContainText(state === 'on' ? 'turns off' : 'turns on');
  await expect(first.locator('time')).toHaveAttribute('datetime', next?.at ?? '');
  // Five weekdays, two turns each.
  await line.getByRole('button', { name: /^Show all / }).click();
  expect(await line.getByRole('listitem').count()).toBeGreaterThanOrEqual(9);
  await line.getByText('30 days').click();
  await expect(line.getByRole('img', { name: /over the next 30 days/ })).toBeVisible();
});

test('finds the flag by its state in the list, and explains it', async ({ anna: page }) => {
  // Whatever the hour: a window without beginning turns it off.
  const { config } = await stateNow(page);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await change(page, {
    config: {
      edit: {
        flag,
        environment: 'dev',
        patch: {
          schedule: {
            windows: [...(config.schedule?.windows ?? []), { name: 'Freeze', turns: 'off', until }],
          },
        },
      },
    },
  });
  const found = await read<FlagPage>(page, '/flags?q=status:waiting');
  expect(found.items.map(({ key }) => key)).toEqual([flag]);
  await page.goto(`${root}/flags?q=status:waiting`);
  await expect(page.locator('[data-cell="dev"]').first()).toHaveAccessibleName(/Waiting, on again/);
  await page.goto(`${root}/tester?flag=${flag}&env=dev`);
  await expect(page.getByText('window Freeze is open: off')).toBeVisible();
  await expect(page.getByText('off by its windows')).toBeVisible();
});

test('says at its field what the server refuses', async ({ anna: page }) => {
  await page.goto(address);
  await section(page)
    .getByRole('button', { name: /^Open Office/ })
    .click();
  await form(page).getByLabel('Every', { exact: true }).selectOption('own');
  const pattern = form(page).getByLabel('Pattern');
  await expect(pattern).toHaveValue('0 9 * * 1-5');
  await pattern.fill('0 0 30 2 *');
  await form(page).getByRole('button', { name: 'Done' }).click();
  await expect(pattern).toHaveAttribute('aria-invalid', 'true');
  await expect(pattern).toBeFocused();
  await pattern.fill('0 9 * * 1-5');
  await form(page).getByLabel('Time zone').fill('Mars/Olympus');
  await form(page).getByRole('button', { name: 'Done' }).click();
  await expect(form(page).getByLabel('Time zone')).toHaveAttribute('aria-invalid', 'true');
  await expect(pattern).not.toHaveAttribute('aria-invalid', 'true');
  await expectAccessibleInBothThemes(page, 'the form of a window with an error');
  await form(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('button', { name: 'Review…' })).toBeHidden();
});

test('moves and removes windows with the keyboard, and takes them all away', async ({ anna: page }) => {
  await page.goto(address);
  await page.getByRole('group', { name: 'Window 1: Office' }).focus();
  await page.keyboard.press('Alt+ArrowDown');
  await expect(page.getByRole('group', { name: 'Window 2: Office' })).toBeFocused();
  await page.getByLabel('While no window is open').selectOption('on');
  await apply(page);
  const { schedule } = (await stateNow(page)).config;
  expect(schedule?.windows?.map(({ name }) => name)).toEqual(['Freeze', 'Office']);
  expect(schedule?.outside).toBe('on');
  await page.goto(`${root}/flags/${flag}/history`);
  await expect(page.getByText(/windows in another order/).first()).toBeVisible();
  await page.goto(address);
  await page.getByRole('button', { name: 'Remove Freeze' }).click();
  await apply(page);
  expect((await stateNow(page)).config.schedule?.windows).toHaveLength(1);
});

test('the calendar shows what comes, follows changes and leads to the flag', async ({ anna: page }) => {
  const daily = [{ turns: 'on', recurs: { cron: '0 9 * * *', seconds: 3600 } }];
  const set = (schedule: object | null) =>
    change(page, { config: { edit: { flag, environment: 'dev', patch: { schedule } } } });
  await set({ windows: daily, outside: 'opposite' });
  await page.goto(`${root}/calendar?env=dev&view=month`);
  await expect(page.getByRole('heading', { level: 1, name: /Calendar/ })).toBeVisible();
  const links = page.getByRole('link', { name: flag });
  await expect(links.first()).toBeVisible();
  await page.getByRole('textbox', { name: 'Flag' }).fill('nothing-like-it');
  await expect(page.getByText(/No event of a flag/)).toBeVisible();
  await expect(page).toHaveURL(/q=nothing-like-it/);
  await page.getByRole('textbox', { name: 'Flag' }).fill('office');
  await expect(links.first()).toBeVisible();
  await set(null);
  await expect(page.getByText('Nothing changes by itself here')).toBeVisible();
  await set({ windows: daily });
  await links.first().click();
  await expect(page).toHaveURL(new RegExp(`${address}#schedule`));
  await expect(page.getByText('On every day at 09:00 (UTC) for 1 h')).toBeVisible();
});
