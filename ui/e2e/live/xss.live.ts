import type { APIResponse, Page } from '@playwright/test';
import type { Condition, HistoryItem, Page as Items, Json, Rule } from '../../src/api/types';
import { addresses, type Place } from '../addresses';
import { settled } from '../fixtures/a11y';
import { Canary, laxIn } from './canary';
import { change, changeOrganization, expect, importProject, read, root, signIn, test } from './hoist';
import { payloads } from './payloads';

// Whatever stands in any text that is stored, no page runs it: planted through the API, looked for in the browser.

const one = payloads[0] ?? '';
const is = (attribute: string, values: Json[]): Condition => ({ test: { attribute, op: 'in', values } });
const serve = { serve: { variant: one } } as const;
/** One flag has all of them side by side; its own key is harmless. */
const crowded = 'crowded';

/** Each payload as the text of everything that a flag and a segment have. */
function hostileProject(): Json {
  const rule = (text: string, index: number): Rule => ({
    id: `r${index}`,
    name: text,
    condition: { any: [is(text, [text, `${text} too`]), { not: { segment: text } }] },
    serve,
  });
  const setting = (rules: Rule[], text: string) => ({
    enabled: true,
    off: { serve: { value: { [text]: text } } },
    default: serve,
    subjects: [{ subjects: [text, `${text} 2`], serve }],
    segments: [{ segment: text, serve }],
    rules,
  });
  const variants = (texts: readonly string[]) =>
    texts.map((key) => ({ key, value: { [key]: key }, description: key }));
  const flag = (text: string, texts: readonly string[], rules: Rule[]) => ({
    name: text,
    description: text,
    kind: 'object',
    // Only keys that come from another system may be any printable text.
    profile: text === one && texts.length > 2 ? 'native' : 'unleash',
    variants: variants(texts),
    tags: [...texts].slice(0, 40),
    owner: text,
    metadata: { [text]: text },
    foreign: { [text]: [text] },
    origins: [{ system: text, id: text }],
    environments: { dev: setting(rules, text), prod: setting(rules, text) },
    kills: { staging: { reason: text } },
  });
  const flags = payloads.map((text, index) => [
    text,
    flag(text, [...new Set([text, one])], [rule(text, index)]),
  ]);
  return {
    format: 'hoist-project/1',
    settings: { name: one, description: payloads.join('\n') },
    environments: Object.fromEntries(
      ['dev', 'staging', 'prod'].map((key, index) => [key, { name: payloads[index + 3], code: '<b>' }]),
    ),
    flags: Object.fromEntries([
      ...flags,
      [
        crowded,
        flag(
          one,
          payloads,
          payloads.map((text, index) => rule(text, index)),
        ),
      ],
    ]),
    segments: Object.fromEntries(
      payloads.map((text) => [
        text,
        { name: text, description: text, condition: is(text, [text]), members: [text, `${text} 2`] },
      ]),
    ),
  } as Json;
}

/** Texts that are part of no project file, as many as the API takes; those it refuses are not stored. */
async function plantTheRest(page: Page): Promise<void> {
  const kept = (answer: APIResponse) => {
    expect([200, 201, 422], answer.url()).toContain(answer.status());
    return answer.ok();
  };
  const post = async (path: string, data: unknown) =>
    kept(await page.request.post(`/hoist/v1${path}`, { headers: { 'hoist-csrf': '1' }, data }));
  const project = '/organizations/default/projects/first';
  let [emails, notes] = [0, 0];
  for (const text of payloads) {
    await changeOrganization(page, {
      member: { add: { email: `m${emails}@x.example`, role: 'viewer', name: text } },
    });
    const email = `${text.replace(/[\s@"(),:;<>[\\\]]/g, (sign) => (sign === '<' || sign === '>' ? sign : ''))}@x.example`;
    if (
      await post('/organizations/default/changes', {
        changes: [{ member: { add: { email, role: 'viewer' } } }],
      })
    ) {
      emails += 1;
    }
    await change(page, { credential: { create: { name: text, kind: 'server', environment: 'dev' } } });
    await post('/tokens', { name: text });
    const edit = { flag: { edit: { flag: crowded, patch: { description: text } } } };
    if (await post(`${project}/changes`, { changes: [edit], note: text })) notes += 1;
  }
  expect([emails > payloads.length / 2, notes > payloads.length / 2]).toEqual([true, true]);
  await changeOrganization(page, {
    project: { edit: { project: 'first', patch: { name: one, description: one } } },
  });
  const own = { organization: { edit: { organization: 'default', patch: { name: one } } } };
  await post('/changes', { changes: [own] });
}

test.beforeAll(async ({ browser, hoist }) => {
  test.setTimeout(240_000);
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await importProject(page, hostileProject());
  await plantTheRest(page);
  await page.close();
});

/** Nothing ran, nothing was even tried, and every page has its policy. */
function expectQuiet(canary: Canary): void {
  expect.soft(canary.executions).toEqual([]);
  expect.soft(canary.reports).toEqual([]);
  expect.soft(canary.lax).toEqual([]);
}

async function expectPlanted(page: Page): Promise<void> {
  // What is looked at has to be there: a list of fewer flags than payloads would prove nothing.
  const { total } = await read<{ total: number }>(page, '/flags?limit=1');
  expect(total).toBeGreaterThanOrEqual(payloads.length + 1);
}

let [pages, executions, reports] = [0, 0, 0];
function count(canary: Canary): void {
  pages += canary.pages;
  executions += canary.executions.length;
  reports += canary.reports.length;
}

test.afterAll(() => {
  process.stdout.write(
    `    torture: xss payloads=${payloads.length} pages=${pages} executions=${executions} reports=${reports}\n`,
  );
});

test('a canary that runs is noticed, and a strict policy stops a script in the page', async ({
  anna: page,
}) => {
  const canary = await Canary.on(page);
  await page.goto(`${root}/flags`);
  await settled(page);
  await page.evaluate(() => window.hoistCanary());
  await expect.poll(() => canary.executions.length).toBe(1);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'hoistCanary()';
    document.body.append(script);
    document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="hoistCanary()">');
  });
  await expect.poll(() => canary.reports.length).toBeGreaterThanOrEqual(2);
  expect(canary.executions).toHaveLength(1);
  expect(canary.lax).toEqual([]);
  expect(laxIn('')).toHaveLength(7);
  expect(laxIn("default-src 'self' 'unsafe-inline'")).toContain("scripts from 'unsafe-inline'");
});

for (const [name, wanted] of [
  ['of one flag or segment', (route: string) => route.includes('$flag') || route.includes('$segment')],
  ['others', (route: string) => !(route.includes('$flag') || route.includes('$segment'))],
] as const) {
  test(`no page runs what is stored: ${name}`, async ({ anna: page }) => {
    test.setTimeout(300_000);
    await expectPlanted(page);
    const canary = await Canary.on(page);
    const { items } = await read<Items<HistoryItem>>(page, '/history?limit=1');
    const revision = items[0]?.revision ?? 1;
    const base: Place = {
      org: 'default',
      project: 'first',
      flag: crowded,
      env: 'dev',
      segment: one,
      revision,
    };
    const hostile = { ...base, flag: encodeURIComponent(one), segment: encodeURIComponent(one) };
    for (const [route, make] of Object.entries(addresses)) {
      if (!wanted(route)) continue;
      for (const address of [
        ...new Set([...make({ ...base, segment: hostile.segment }), ...make(hostile)]),
      ]) {
        await page.goto(address);
        await settled(page);
      }
    }
    expectQuiet(canary);
    count(canary);
  });
}

test('no flag with a payload for its key runs it, wherever its key goes', async ({ anna: page }) => {
  test.setTimeout(300_000);
  const canary = await Canary.on(page);
  for (const text of payloads) {
    const flag = `${root}/flags/${encodeURIComponent(text)}`;
    await page.goto(`${flag}/e/prod`);
    await settled(page);
    await expect.soft(page.getByRole('heading', { level: 1 }).first(), text).toContainText(text.trim());
  }
  // Into the query, the box and the title as well.
  for (const text of payloads.filter((_, index) => index % 5 === 0)) {
    await page.goto(`${root}/flags?q=${encodeURIComponent(text)}`);
    await settled(page);
  }
  expectQuiet(canary);
  count(canary);
});

test('dialogs, menus, the palette and reports of an import run nothing either', async ({ anna: page }) => {
  test.setTimeout(240_000);
  const canary = await Canary.on(page);
  const closed = () => page.keyboard.press('Escape');
  await page.goto(`${root}/flags/${crowded}/e/dev`);
  await settled(page);
  // Each rule with its conditions open, among them suggestions of hostile attributes.
  for (const index of [0, 3, 10]) {
    await page.locator(`[data-rule-row="r${index}"]`).focus();
    await page.keyboard.press('Enter');
    await settled(page);
    await closed();
  }
  await page.goto(`${root}/flags`);
  await settled(page);
  await page.locator('[data-cell="dev"]').first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await settled(page);
  await closed();
  let options = 0;
  const palette = page.getByRole('dialog');
  for (const typed of ['<img', 'kill <scr', 'javascript', one]) {
    await page.keyboard.press('Control+k');
    await expect(palette).toBeVisible();
    await page.keyboard.type(typed);
    await expect(palette).toContainText(/\d results?|Nothing found/);
    await settled(page);
    options += await palette.getByRole('option').count();
    await closed();
    await expect(palette).toBeHidden();
  }
  expect(options).toBeGreaterThan(3);
  // A plan whose sentences hold payloads.
  await page.goto(`${root}/history`);
  await settled(page);
  await page.getByRole('button', { name: 'Revert…' }).first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await settled(page);
  await closed();
  // The report of an import of another system's file.
  const unleash = {
    version: 1,
    features: payloads.map((name) => ({
      // A name that is there already, of another type of values, would be refused before there is a report.
      name: `of unleash ${name}`,
      description: name,
      type: name,
      project: name,
      enabled: true,
      stale: false,
      strategies: [{ name, parameters: { [name]: name }, constraints: [] }],
      variants: [],
    })),
  };
  await page.goto(`${root}/settings/import-export`);
  await settled(page);
  const chooser = page.waitForEvent('filechooser');
  await page.getByLabel('File', { exact: false }).first().click();
  await (await chooser).setFiles({
    name: `${one.replaceAll('/', '')}.json`,
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(unleash)),
  });
  await page.getByRole('button', { name: 'Check' }).click();
  const report = page.locator('main section');
  await expect(report.getByText('<script>', { exact: false }).first()).toBeVisible();
  for (const summary of await report.locator('summary').all()) await summary.click();
  await settled(page);
  expectQuiet(canary);
  count(canary);
});

test('what others do while a page is open is announced and runs nothing', async ({ anna: page }) => {
  const canary = await Canary.on(page);
  await page.goto(`${root}/activity`);
  await settled(page);
  for (const text of payloads.slice(0, 8)) {
    await change(page, { flag: { edit: { flag: text, patch: { description: `seen ${text}` } } } });
    await expect(page.locator('#h-announcer')).not.toBeEmpty();
  }
  await settled(page);
  expectQuiet(canary);
  count(canary);
});
