import type { Locator, Page } from '@playwright/test';
import { addresses, outside } from '../addresses';
import { settled } from '../fixtures/a11y';
import { change, expect, root, signIn, test } from './hoist';
import { seed } from './seed';

// What the console promises about effort, addresses and bad days; numbers in names are clicks.

const flag = `${root}/flags/checkout-v2`;
const place = {
  org: 'default',
  project: 'first',
  flag: 'checkout-v2',
  env: 'prod',
  segment: 'beta',
  revision: 7,
};

test.beforeAll(async ({ browser, hoist }) => {
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await seed(page);
  await page.close();
});

/** Clicks and counts. */
function counted() {
  const clicks = { count: 0, on: async (target: Locator) => target.click().then(() => void clicks.count++) };
  return clicks;
}

const row = (page: Page, key: string) => page.locator(`[data-row="${key}"]`);

test('a ramp goes on in production, from the list, in 5', async ({ anna: page }) => {
  const clicks = counted();
  await page.goto(`${root}/flags`);
  await clicks.on(row(page, 'fast-search').locator('[data-cell="prod"]'));
  await clicks.on(page.getByRole('dialog').getByRole('link', { name: 'Open' }));
  await expect(page.getByText('25 %').first()).toBeVisible();
  await clicks.on(page.getByRole('button', { name: 'Advance…' }).first());
  await clicks.on(page.getByRole('button', { name: 'Apply to prod' }));
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByText('50 %').first()).toBeVisible();
  expect(clicks.count).toBeLessThanOrEqual(5);
});

test('why a subject gets its variant, down to its place, in 0 from the tab of the flag', async ({
  anna: page,
}) => {
  await page.goto(`${flag}/e/prod`);
  await expect(page.getByLabel('Subject', { exact: true })).toBeVisible();
  await page.keyboard.press('t');
  await expect(page.getByLabel('Subject', { exact: true })).toBeFocused();
  await page.keyboard.type('user-8812');
  const tester = page.getByRole('complementary', { name: 'Why?' });
  await expect(tester.getByText('Beta, not EU')).toBeVisible();
  await expect(tester.getByText(/placed at/).first()).toBeVisible();
});

test('the last change of a flag is undone from its page in 3', async ({ anna: page }) => {
  await change(page, { config: { switch: { flag: 'partner-api', environment: 'dev', on: false } } });
  const clicks = counted();
  await page.goto(`${root}/flags/partner-api`);
  await clicks.on(page.getByRole('link', { name: 'History' }).last());
  await clicks.on(page.getByRole('button', { name: 'Revert…' }));
  await clicks.on(page.getByRole('dialog').getByRole('button', { name: /^Apply/ }));
  await expect(page.getByText('takes back')).toBeVisible();
  expect(clicks.count).toBeLessThanOrEqual(3);
});

test('a boolean flag is made from the list in 2', async ({ anna: page }) => {
  const clicks = counted();
  await page.goto(`${root}/flags`);
  await clicks.on(page.getByRole('button', { name: 'New flag' }));
  await page.getByLabel('Name', { exact: true }).fill('Two clicks');
  await clicks.on(page.getByRole('dialog').getByRole('button', { name: /Create/ }));
  await expect(page).toHaveURL(/flags\/two-clicks/);
  expect(clicks.count).toBeLessThanOrEqual(2);
});

test('with reduced motion nothing moves but signs of progress', async ({ anna: page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.addInitScript(() => {
    const moved: string[] = [];
    Object.assign(window, { hoistMoved: moved });
    const note = (event: AnimationEvent | TransitionEvent) => {
      const target = event.target as HTMLElement;
      const progress = target.closest('[role="progressbar"], .mantine-Loader-root, .mantine-Skeleton-root');
      const lasts = target
        .getAnimations()
        .some(({ effect }) => Number(effect?.getComputedTiming().duration ?? 0) > 1);
      if (lasts && !progress) moved.push(`${event.type} ${target.tagName} ${target.className}`);
    };
    document.addEventListener('transitionrun', note);
    document.addEventListener('animationstart', note);
  });
  await page.goto(`${root}/flags`);
  await row(page, 'checkout-v2').locator('[data-cell="prod"]').click();
  await page.getByRole('dialog').getByRole('switch').press('Space');
  await page.getByRole('button', { name: 'Keep editing' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New flag' }).hover();
  await page.goto(`${flag}/e/prod#rule-beta`);
  await settled(page);
  await page.getByRole('button', { name: 'Kill…' }).click();
  await page.getByLabel('Reason').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'History' }).last().click();
  await settled(page);
  expect(await page.evaluate(() => (window as unknown as { hoistMoved: string[] }).hoistMoved)).toEqual([]);
});

/** All words of the page but how long ago things were. */
const texts = (page: Page) =>
  page
    .locator('main')
    .evaluate((main) => (main.textContent ?? '').replace(/(in )?\d+ (s|min|h|d|\w+)( ago)?|just now/g, ''));

for (const [name, address] of Object.entries({
  list: `${root}/flags?q=tag:web&sort=-key&size=25&density=compact`,
  rule: `${flag}/e/prod#rule-beta`,
  history: `${flag}/history?env=prod&rev=4`,
  compare: `${flag}/compare?a=dev&b=prod`,
  tester: `${root}/tester?flag=checkout-v2&env=dev,prod#ctx=${Buffer.from('{"targetingKey":"user-1"}').toString('base64url')}`,
  members: `${root}/segments/beta/members`,
  audit: '/o/default/audit',
})) {
  test(`a reload shows the same view: ${name}`, async ({ anna: page }) => {
    await page.goto(address);
    await settled(page);
    const before = await texts(page);
    const at = page.url();
    await page.reload();
    await settled(page);
    await expect.poll(() => texts(page)).toBe(before);
    expect(page.url()).toBe(at);
    expect(await page.title()).not.toBe('');
  });
}

test('Back from a flag restores the list, its filter and how far it was scrolled', async ({ anna: page }) => {
  await page.setViewportSize({ width: 1280, height: 400 });
  await page.goto(`${root}/flags?sort=-key`);
  await settled(page);
  const link = row(page, 'checkout-v2').locator('[data-row-link]');
  await link.scrollIntoViewIfNeeded();
  const scrolled = await page.evaluate(() => window.scrollY);
  expect(scrolled).toBeGreaterThan(0);
  await link.click();
  await expect(page).toHaveURL(/flags\/checkout-v2$/);
  await settled(page);
  await page.goBack();
  await expect(page).toHaveURL(/sort=-key/);
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(scrolled);
});

test('with wider spacing of text nothing is lost or scrolls sideways', async ({ anna: page }) => {
  test.setTimeout(300_000);
  for (const [route, make] of Object.entries(addresses)) {
    if (outside.includes(route)) continue;
    for (const address of make(place)) {
      await page.goto(address);
      await settled(page);
      await page.evaluate(() => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(
          '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }',
        );
        document.adoptedStyleSheets.push(sheet);
      });
      const lost = await page.evaluate(() => {
        const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
        const cut = [...document.querySelectorAll<HTMLElement>('main button, main h1, main label, main th')]
          .filter((each) => getComputedStyle(each).overflow !== 'visible' && each.offsetParent !== null)
          .filter((each) => each.scrollHeight > each.clientHeight + 2 && each.clientHeight > 1)
          .map((each) => (each.textContent ?? '').slice(0, 40));
        return wide > 0 ? [`${wide} px too wide`, ...cut] : cut;
      });
      expect.soft(lost, address).toEqual([]);
    }
  }
});

test('the server is killed under an open page, and comes back', async ({ anna: page, hoist }) => {
  await page.goto(`${root}/flags`);
  await expect(page.getByText(/^Live · rev/)).toBeVisible();
  await row(page, 'night-mode').locator('[data-row-link]').click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('night-mode');
  await page.goBack();
  await hoist.end('SIGKILL');
  try {
    await expect(page.getByText(/You see revision/)).toBeVisible();
    // What was read can be read on, and nothing can be saved.
    await row(page, 'night-mode').locator('[data-row-link]').click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('night-mode');
    await page.goBack();
    await row(page, 'night-mode').locator('[data-cell="dev"]').click();
    await expect(page.getByRole('switch')).toBeDisabled();
    await page.keyboard.press('Escape');
  } finally {
    await hoist.run();
  }
  await expect(page.getByText(/^Live · rev/)).toBeVisible({ timeout: 30_000 });
  await row(page, 'night-mode').locator('[data-cell="dev"]').click();
  await expect(page.getByRole('switch')).toBeEnabled();
});
