import { expect, type Page, test } from '@playwright/test';
import { expectAccessibleInBothThemes, settled } from './fixtures/a11y';
import * as data from './fixtures/data';
import { detail, fakeFlag, prod } from './fixtures/flag';
import { fake } from './fixtures/server';

const root = '/o/acme/p/shop';
const tab = `${root}/flags/checkout-v2/e/prod`;
const prodPlan = () =>
  data.plan({
    grade: 2,
    impact: { ...data.plan().impact, environments: [{ key: 'prod', name: 'Production', protected: true }] },
  });

async function open(page: Page, path: string) {
  const server = await fake(page, { plan: prodPlan });
  const flag = await fakeFlag(page);
  await page.goto(path);
  return { server, flag };
}

const edits = (page: Page) => page.getByRole('region', { name: 'Unsaved edits' });

test('reordering by button and by keys gives the same draft and saves nothing', async ({ page }) => {
  const { server } = await open(page, tab);
  const names = () =>
    page
      .locator('[data-rule-row]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-rule-row')));
  await page.getByRole('button', { name: 'Move Old apps up' }).click();
  await expect.poll(names).toEqual(['r-staff', 'r-old', 'r-beta']);
  await expect(page.locator('[data-rule-row="r-old"]')).toBeFocused();
  const draft = () =>
    page.evaluate(() => {
      const key = Object.keys(sessionStorage).find((name) => name.startsWith('hoist.draft'));
      return JSON.parse(sessionStorage.getItem(key ?? '') ?? '{}').mine;
    });
  await expect.poll(async () => (await draft())?.config.rules[1].id).toBe('r-old');
  const byButton = await draft();
  await page.keyboard.press('Alt+ArrowDown');
  await expect.poll(names).toEqual(['r-staff', 'r-beta', 'r-old']);
  await expect(edits(page)).toBeHidden();
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(draft).toEqual(byButton);
  const handle = await page.locator('[data-rule-row="r-old"] [aria-hidden="true"]').first().boundingBox();
  const target = await page.locator('[data-rule-row="r-staff"]').boundingBox();
  if (!handle || !target) throw new Error('no boxes');
  await page.mouse.move(handle.x + 4, handle.y + 8);
  await page.mouse.down();
  await page.mouse.move(target.x + 10, target.y + 2, { steps: 6 });
  await page.mouse.up();
  await expect.poll(names).toEqual(['r-old', 'r-staff', 'r-beta']);
  expect(server.posts).toEqual([]);
});

test('a draft survives a reload and leaves through one plan with its base revisions', async ({ page }) => {
  const { server } = await open(page, tab);
  await page.getByRole('button', { name: 'Move Old apps up' }).click();
  await page.reload();
  await expect(edits(page)).toContainText('1 edit in prod');
  await page.getByRole('button', { name: 'Review…' }).click();
  await expect(page.getByRole('dialog')).toContainText('prod');
  const [first] = server.posts;
  expect(first?.dry_run).toBe(true);
  expect(first?.base).toEqual({ 'config-prod': 1043 });
  expect(JSON.stringify(first?.changes)).toContain('"rules":[{"id":"r-staff"');
  await page.getByRole('button', { name: 'Apply to prod' }).click();
  await expect(edits(page)).toBeHidden();
});

test('the tree is edited by keyboard alone', async ({ page }) => {
  await open(page, tab);
  await page.locator('[data-rule-row="r-beta"]').focus();
  await page.keyboard.press('Enter');
  const rows = page.locator('[data-path]');
  await expect(rows).toHaveCount(7);
  await rows.first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[data-path="/0"]')).toBeFocused();
  await page.keyboard.press('n');
  await expect(page.getByText(/Reads:/).locator('..')).toContainText('not in segment “beta”');
  await page.keyboard.press('Alt+ArrowRight');
  await expect(page.locator('[data-path="/0/0"]')).toBeFocused();
  await page.keyboard.press('Alt+ArrowLeft');
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await expect(rows).toHaveCount(9);
  await page.keyboard.press('Delete');
  await page.keyboard.press('Control+z');
  await expect(rows).toHaveCount(9);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Text', exact: true }).click();
  await expect(page.getByLabel('Condition as JSON')).toHaveValue(/"country"/);
});

test('a condition is moved into a group by key, button and drag alike, and its place is said', async ({
  page,
}) => {
  await open(page, `${tab}#rule-r-beta`);
  const rows = page.locator('[data-path]');
  await expect(rows).toHaveCount(7);
  const reads = page.getByText(/Reads:/).locator('..');
  const before = await reads.textContent();
  const said = page.locator('#h-announcer');
  const moved = 'Moved to 1 of 3 in “ANY of”, level 2';
  const back = async () => {
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(reads).toHaveText(before ?? '');
  };
  await page.locator('[data-path="/0"]').focus();
  await page.keyboard.press('Alt+ArrowRight');
  await expect(said).toHaveText(moved);
  await expect(page.locator('[data-path="/0/0"]')).toBeFocused();
  const byKey = await reads.textContent();
  expect(byKey).not.toBe(before);
  await back();
  await page
    .locator('[data-path="/0"]')
    .getByRole('button', { name: /^More for/ })
    .click();
  await page.getByRole('menuitem', { name: /^Nest/ }).click();
  await expect(reads).toHaveText(byKey ?? '');
  await expect(said).toHaveText(moved);
  await back();
  const drag = async (from: string, to: string, part: number, left = 40) => {
    const handle = await page.locator(`[data-path="${from}"] > [data-handle]`).boundingBox();
    const target = await page.locator(`[data-path="${to}"]`).boundingBox();
    if (!handle || !target) throw new Error('no boxes');
    await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
    await page.mouse.down();
    await page.mouse.move(target.x + left, target.y + target.height * part, { steps: 8 });
    await page.mouse.up();
  };
  await page.locator('[data-path="/0"]').scrollIntoViewIfNeeded();
  await drag('/0', '/1/0', 0.2);
  await expect(reads).toHaveText(byKey ?? '');
  await expect(said).toHaveText(moved);
  await back();
  // Behind the last of a group: inside of it, and further to the left behind the group.
  await drag('/0', '/1/1', 0.8);
  await expect(said).toHaveText('Moved to 3 of 3 in “ANY of”, level 2');
  await back();
  await drag('/0', '/1/1', 0.8, -8);
  await expect(said).toHaveText('Moved to 2 of 3 in “ALL of”, level 1');
  await expect(page.locator('[data-path="/1"]')).toBeFocused();
  await back();
  // Out of its group by drag as by key.
  await page.locator('[data-path="/1/1"]').focus();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(said).toHaveText('Moved to 3 of 4 in “ALL of”, level 1');
  const lifted = await reads.textContent();
  await back();
  await drag('/1/1', '/2', 0.2);
  await expect(reads).toHaveText(lifted ?? '');
});

test('a pause of a ramp is planned, drawn, refused where it overlaps, and let go', async ({ page }) => {
  const { server } = await open(page, `${tab}#default`);
  const section = page.locator('#default');
  const shaded = section.locator('svg rect');
  await expect(section.getByRole('img', { name: /25 % now/ }).first()).toBeVisible();
  await section.getByRole('button', { name: 'Edit', exact: true }).click();
  const drawn = await shaded.count();
  await section.getByRole('button', { name: '+ pause' }).click();
  await expect(shaded).toHaveCount(drawn + 1);
  const end = section.getByLabel('End of pause 1');
  const until = await end.inputValue();
  const begin = section.getByLabel('Begin of pause 1');
  const from = await begin.inputValue();
  await begin.fill(until);
  await expect(section.getByText('A pause ends after it begins, and before the next.')).toBeVisible();
  await begin.fill(from);
  await expect(section.getByText('A pause ends after it begins, and before the next.')).toHaveCount(0);
  await page.getByRole('button', { name: 'Review…' }).click();
  await expect.poll(() => JSON.stringify(server.posts.at(-1)?.changes ?? '')).toContain('"pauses":[{"from"');
  await page.keyboard.press('Escape');
  await section.getByRole('button', { name: 'Remove pause 1' }).click();
  await expect(shaded).toHaveCount(drawn);
  await expect(edits(page)).toBeHidden();
});

test('pasted lists are split and duplicates are named', async ({ page }) => {
  await open(page, `${tab}#rule-r-beta`);
  const field = page.getByLabel('Add a value').first();
  await field.focus();
  await field.evaluate((element) => {
    const clipboard = new DataTransfer();
    clipboard.setData('text', 'SE, NO\nDK FI');
    element.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }),
    );
  });
  await expect(page.getByText('1 already listed: NO.')).toBeVisible();
  await expect(page.getByText('country is one of (6 values)').first()).toBeVisible();
});

test('a split cannot fail to sum up', async ({ page }) => {
  await open(page, `${tab}#rule-r-beta`);
  const share = page.getByLabel('Share of on in percent');
  await share.fill('60');
  await expect(page.getByText('10 % of subjects move, 10 % from off to on')).toBeVisible();
  await share.press('ArrowUp');
  await share.press('Shift+ArrowUp');
  await share.press('Alt+ArrowUp');
  await expect(share).toHaveValue('71.1');
  await share.fill('101');
  await expect(page.getByText('At most 100 % left.')).toBeVisible();
});

test('someone else saves the same rule: base, theirs and mine', async ({ page }) => {
  const { flag } = await open(page, tab);
  await expect(page.getByText('Live · rev 1,043')).toBeVisible();
  await page.locator('[data-rule-row="r-staff"]').press('Enter');
  await page.getByLabel('Name', { exact: true }).fill('Our staff');
  await page.getByRole('button', { name: 'Done', exact: true }).click();
  const theirs = structuredClone(prod);
  theirs.config.revision = 1044;
  const [first, second] = theirs.config.rules;
  if (!first || !second) throw new Error('no rules');
  first.name = 'Everyone at Acme';
  second.name = 'Beta';
  flag.detail = detail({
    environments: flag.detail.environments.map((entry) =>
      entry.environment.key === 'prod' ? theirs : entry,
    ),
  });
  await page.evaluate(() => {
    for (const stream of window.hoistStreams) {
      stream.emit('change', {
        revision: 1044,
        touched: [{ kind: 'config', key: 'checkout-v2/prod', id: 'config-prod' }],
        actor: { name: 'Mo Kim' },
        summary: 'Changed rule 1',
        project: 'shop',
      });
    }
  });
  const band = page.getByRole('alert', { name: 'Conflicts' });
  await expect(band).toContainText('Live now');
  await expect(page.getByRole('button', { name: 'Open Beta', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Review…' })).toBeDisabled();
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await expect(page.getByRole('button', { name: 'Open Our staff' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Review…' })).toBeEnabled();
});

test('the context stays in the fragment; absent reads absent; drafts are evaluated', async ({ page }) => {
  const { flag } = await open(page, tab);
  await expect(page.getByLabel('Subject', { exact: true })).toBeVisible();
  await page.keyboard.press('t');
  await expect(page.getByLabel('Subject', { exact: true })).toBeFocused();
  await page.keyboard.type('user-8812');
  await expect(page).toHaveURL(/#ctx=/);
  expect(new URL(page.url()).search).toBe('');
  await expect(page.getByText('email is absent')).toBeVisible();
  await expect(page.getByText('did not match').first()).toBeVisible();
  await page.getByRole('button', { name: 'Move Old apps up' }).click();
  await expect
    .poll(() => flag.explains.at(-1)?.draft?.environment ?? flag.explains.at(-2)?.draft?.environment)
    .toBe('prod');
  await page.reload();
  await expect(page.getByLabel('Subject', { exact: true })).toHaveValue('user-8812');
});

test('a kill asks where, until when and why, and shows its plan', async ({ page }) => {
  const { server } = await open(page, tab);
  await page.getByRole('button', { name: 'Kill…' }).click();
  await expect(page.getByLabel('Reason')).toBeFocused();
  await page.keyboard.type('errors at 4 %');
  await page.getByLabel('30 min').click();
  await page.getByRole('button', { name: 'Kill in prod…' }).click();
  await expect(page.getByRole('dialog')).toContainText('prod');
  const [first] = server.posts;
  expect(first?.changes[0]).toMatchObject({
    config: { kill: { flag: 'checkout-v2', environments: ['prod'], reason: 'errors at 4 %' } },
  });
});

test('history is reverted through a plan', async ({ page }) => {
  const { server } = await open(page, `${root}/flags/checkout-v2/history`);
  await expect(page.getByText('moved from position 3 to 1')).toBeVisible();
  await page.getByRole('button', { name: 'Revert…' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(server.posts[0]?.changes).toEqual([{ undo: { revision: 1043 } }]);
});

test('without a permission controls say why', async ({ page }) => {
  await fake(page, { permissions: data.looking });
  await fakeFlag(page);
  await page.goto(tab);
  await expect(page.getByText('You may read this environment, not change it')).toBeVisible();
  await expect(page.getByRole('switch')).toBeDisabled();
  await expect(page.getByText('needs flag.switch')).toBeVisible();
  await expect(page.getByRole('button', { name: '+ Add rule' })).toBeHidden();
});

const pages = [
  '/flags/checkout-v2',
  '/flags/checkout-v2/e/prod#rule-r-beta',
  '/flags/checkout-v2/e/staging',
  '/flags/checkout-v2/variants',
  '/flags/checkout-v2/history',
  '/flags/checkout-v2/settings',
  '/flags/checkout-v2/compare?a=dev&b=prod',
  '/flags/checkout-v2/at/1040',
  '/tester?flag=checkout-v2&env=dev,prod',
  '/tester',
  '/history',
  '/segments',
  '/segments/beta',
  '/segments/beta/members',
  '/segments/beta/used-by',
];
/** The narrow width is held by the pages with the most to fit in. */
const narrow = [
  '/flags/checkout-v2/e/prod#rule-r-beta',
  '/flags/checkout-v2/compare?a=dev&b=prod',
  '/tester?flag=checkout-v2&env=dev,prod',
  '/segments/beta/members',
];
for (const width of [1280, 390]) {
  for (const path of width === 390 ? narrow : pages) {
    test(`${path} at ${width} px is accessible in both themes`, async ({ page }) => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 844 });
      await open(page, root + path);
      await settled(page);
      // Rows under the fixed top bar are half hidden wherever a page is scrolled to.
      await page.evaluate(() => window.scrollTo(0, 0));
      await expectAccessibleInBothThemes(page, path);
    });
  }
}
