import type { Page } from '@playwright/test';
import { expect, importProject, root, signIn, test } from './hoist';
import { deepKey, keyOf, largeProject, size } from './large';
import { answered, measureTwice, taken, watchPresses, within } from './presses';
import { figure, firstRows, longest, watchVisits, weigh } from './visits';

/** From a key press to its picture, for nineteen presses of twenty. */
const bound = 150;
/** Rows that the document may hold, wherever the list is scrolled to. */
const mostRows = 100;
const sentence = 'what a person types at a brisk pace';

test.beforeAll(async ({ browser, hoist }) => {
  test.setTimeout(300_000);
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await importProject(page, largeProject());
  await page.close();
});

const total = (from: number, to: number) => `${from}–${to} of ${size.flags.toLocaleString('en')}`;

test('the search answers a key press with new rows', async ({ anna: page }) => {
  test.setTimeout(180_000);
  await page.goto(`${root}/flags`);
  await expect(page.getByText(total(1, 50))).toBeVisible();
  const matches = page.getByRole('status').filter({ hasText: 'match' });
  // The second time asks for other pages: those of the first are still known.
  const rounds = [
    ['317', '942', '058', '666', '270', '489'],
    ['523', '861', '148', '394', '705', '632'],
  ];
  await measureTwice(async () => {
    await page.getByLabel('Find flags').fill('0');
    await expect(matches).toHaveText(`${(size.flags - 1).toLocaleString('en')} match`);
    await watchPresses(page, '[role="status"]:not(:empty)');
    for (const digits of rounds.shift() ?? []) {
      for (const key of [...digits, ...Array.from(digits, () => 'Backspace')]) {
        await page.keyboard.press(key);
        await answered(page);
      }
    }
    const { echo, answer } = await taken(page);
    expect(answer).toHaveLength(36);
    return [within(bound, 'search, letter', echo), within(bound, 'search, rows', answer)].every(Boolean);
  });
});

test('keys move through the list', async ({ anna: page }) => {
  test.setTimeout(120_000);
  await page.goto(`${root}/flags?size=100`);
  await expect(page.getByText(total(1, 100))).toBeVisible();
  await measureTwice(async () => {
    await watchPresses(page);
    for (const key of ['j', 'j', 'x', 'j', 'k', 'x', 'j', 'j', 'j', 'k'])
      for (let count = 0; count < 4; count += 1) await page.keyboard.press(key);
    await page.keyboard.press('o');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    return within(bound, 'list, rows by key', (await taken(page)).echo);
  });
});

/** The most rows that the document held on the way down the page. */
async function rowsOnTheWayDown(page: Page): Promise<number> {
  return page.evaluate(async () => {
    let most = 0;
    const step = window.innerHeight / 2;
    for (let top = 0; top <= document.documentElement.scrollHeight; top += step) {
      window.scrollTo(0, top);
      await new Promise((done) => requestAnimationFrame(done));
      most = Math.max(most, document.querySelectorAll('tbody tr, [role="row"]').length);
    }
    return most;
  });
}

test('a long list holds few rows, wherever it is scrolled to', async ({ anna: page }) => {
  test.setTimeout(120_000);
  for (const path of ['flags?size=100', 'segments', 'history', `flags/${keyOf(9)}/history`, 'tester']) {
    await page.goto(`${root}/${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await rowsOnTheWayDown(page), path).toBeLessThanOrEqual(mostRows);
  }
  await page.goto(`${root}/flags?size=100`);
  await page.getByRole('button', { name: 'Next' }).click();
  await expect(page.getByText(total(101, 200))).toBeVisible();
  // The rows that fit the window are drawn first, the rest when there is time.
  await expect.poll(() => rowsOnTheWayDown(page)).toBe(mostRows);
});

test('the forms of a flag keep up with typing', async ({ anna: page }) => {
  test.setTimeout(240_000);
  const flag = `${root}/flags/${keyOf(9)}`;
  const typed: { name: string; open: () => Promise<void> }[] = [
    {
      name: 'settings, description',
      open: async () => {
        await page.goto(`${flag}/settings`);
        await page.getByRole('textbox', { name: 'Description' }).focus();
      },
    },
    {
      name: 'environment, subject of the tester',
      open: async () => {
        await page.goto(`${flag}/e/dev`);
        await page.getByLabel('Subject', { exact: true }).focus();
      },
    },
    {
      name: 'rule, name',
      open: async () => {
        await page.goto(`${flag}/e/dev#rule-r1`);
        await page.getByRole('group', { name: 'Editing rule 2' }).getByLabel('Name', { exact: true }).focus();
      },
    },
    {
      name: 'rule of a hundred, name',
      open: async () => {
        await page.goto(`${root}/flags/${deepKey}/e/dev#rule-deep50`);
        await page
          .getByRole('group', { name: 'Editing rule 51' })
          .getByLabel('Name', { exact: true })
          .focus();
      },
    },
    {
      name: 'rule of a hundred, attribute',
      open: async () => {
        await page.goto(`${root}/flags/${deepKey}/e/dev#rule-deep50`);
        await page.getByRole('group', { name: 'Editing rule 51' }).getByLabel('attribute').last().focus();
      },
    },
  ];
  for (const { name, open } of typed) {
    await open();
    await measureTwice(async () => {
      await watchPresses(page);
      for (const letter of sentence) await page.keyboard.press(letter === ' ' ? 'Space' : letter);
      return within(bound, name, (await taken(page)).echo);
    });
  }
});

test('the first rows come soon, and no task holds the page up', async ({ anna: page }) => {
  test.setTimeout(180_000);
  const row = '[data-row]';
  await watchVisits(page, row);
  await page.goto(`${root}/flags`);
  figure('first rows after a cold load', await firstRows(page), 1500);
  // Rows of the page itself: its address alone comes before them.
  const pages: [link: string, selector: string][] = [
    ['Segments', 'main a[href*="/segments/segment-"]'],
    ['Flags', row],
    ['History', 'main li'],
    ['Flags', row],
  ];
  for (const [link, selector] of pages) {
    await page.evaluate((wanted) => window.hoistVisit(wanted), selector);
    await page.getByRole('link', { name: link, exact: true }).first().click();
    figure(`first rows of ${link}`, await firstRows(page), 400);
  }
  figure('longest task', await longest(page), 200);
});

test('a hundred page changes leave nothing behind', async ({ anna: page }) => {
  test.setTimeout(300_000);
  await page.goto(`${root}/flags`);
  const session = await page.context().newCDPSession(page);
  const go = async (link: string, selector: string) => {
    await page.getByRole('link', { name: link, exact: true }).first().click();
    await page.locator(selector).first().waitFor();
  };
  const round = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      await go('Segments', 'main a[href*="/segments/segment-"]');
      await go('Flags', '[data-row]');
      await page
        .locator('[data-row-link]')
        .nth(index % 40)
        .click();
      await page.getByRole('heading', { name: 'Use it in code' }).waitFor();
      await go('History', 'main li');
      await go('Flags', '[data-row]');
    }
  };
  // The first pages load what stays: chunks, caches, the stream.
  await round(8);
  const before = await weigh(session);
  await round(20);
  const after = await weigh(session);
  const grown = (after.heapBytes - before.heapBytes) / 1_000_000;
  const line = `heap ${(before.heapBytes / 1e6).toFixed(1)} → ${(after.heapBytes / 1e6).toFixed(1)} MB, nodes ${before.nodes} → ${after.nodes}, listeners ${before.listeners} → ${after.listeners}`;
  process.stdout.write(`    100 page changes: ${line}\n`);
  expect(grown, line).toBeLessThanOrEqual(20);
  // What React and the router hold of the page before is the same at any time.
  expect(after.nodes - before.nodes, line).toBeLessThanOrEqual(before.nodes);
  expect(after.listeners - before.listeners, line).toBeLessThanOrEqual(before.listeners);
});
