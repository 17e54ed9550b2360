import { expect, type Locator, type Page, test } from '@playwright/test';
import { still } from './fixtures/a11y';
import * as data from './fixtures/data';
import { detail, fakeFlag, type prod, rules } from './fixtures/flag';
import { type Fake, fake, many, type Story } from './fixtures/server';

// Every state of the eight main pages, with what it says and a picture (`HOIST_SHOTS_DIR`, else test-results).

type State = Exclude<Story, 'full'> | 'offline';
const states: State[] = ['empty', 'loading', 'error', 'forbidden', 'offline', 'large'];

const root = '/o/acme/p/shop';
const tab = `${root}/flags/checkout-v2/e/prod`;

interface Story8 {
  path: string;
  /** What stands there when all is well, and stays when the line is cut. */
  full: RegExp;
  empty: RegExp;
  large: RegExp;
  /** Where a state is told in another way than by the panels that pages share. */
  says?: Partial<Record<State, (page: Page) => Locator>>;
  /** What is done to see it. */
  act?: (page: Page) => Promise<void>;
}

const openPlan = async (page: Page) => {
  await page.getByRole('button', { name: 'Move Old apps up' }).click();
  await page.getByRole('button', { name: 'Review…' }).click();
};
const openBeta = async (page: Page) => {
  await page.locator('[data-rule-row="r-beta"]').focus();
  await page.keyboard.press('Enter');
};

const stories: Record<string, Story8> = {
  'p1-list': { path: `${root}/flags`, full: /of 120/, empty: /No flags yet/, large: /of 10,000/ },
  'p2-flag': { path: `${root}/flags/checkout-v2`, full: /else ramp/, empty: /all → on/, large: /else ramp/ },
  'p3-rule': { path: `${tab}#rule-r-beta`, full: /enterprise/, empty: /No rules/, large: /Wave 100/ },
  'p4-split': {
    path: tab,
    full: /25 %/,
    empty: /No rules/,
    large: /Wave 100/,
    act: async (page) => {
      await page.locator('[data-rule-row="r-beta"]').scrollIntoViewIfNeeded();
      await openBeta(page);
      await page.getByLabel('Serve').first().scrollIntoViewIfNeeded();
    },
  },
  'p5-tester': {
    path: `${root}/tester?flag=checkout-v2&env=prod`,
    full: /Beta, not EU/,
    empty: /this is the empty context/,
    large: /Beta, not EU/,
    says: {
      loading: (page) => page.locator('main [aria-live][aria-busy="true"]'),
      error: (page) => page.getByText('Something broke: The store did not answer in time.'),
      forbidden: (page) => page.getByText('Not found'),
    },
  },
  'p6-history': {
    path: `${root}/history`,
    full: /Turned on/,
    empty: /Nothing has changed yet/,
    large: /Turned on/,
  },
  'p9-activity': {
    path: `${root}/activity`,
    full: /Turned on/,
    empty: /Nothing has changed yet/,
    large: /Turned on/,
  },
  'p7-segment': {
    path: `${root}/segments/beta`,
    full: /1,204/,
    empty: /nobody/i,
    large: /10,000/,
  },
  'p8-plan': {
    path: tab,
    full: /Turn on checkout-v2/,
    empty: /No problem found/,
    large: /500 edits/,
    act: openPlan,
    says: {
      loading: (page) => page.getByText('Making the plan…'),
      forbidden: (page) => page.getByText('You may not make this change.'),
    },
  },
};

const wave = (index: number) => ({
  ...(rules[index % 3] ?? rules[0]),
  id: `w${index}`,
  name: `Wave ${index + 1}`,
});

/** A flag of the size that a state asks for. */
function flagOf(state: State) {
  const first = detail();
  const configured = (config: Partial<typeof prod.config>) => ({
    ...first,
    environments: first.environments.map((each) => {
      if (each.environment.key !== 'prod') return each;
      return { ...each, config: { ...each.config, ...config } };
    }),
  });
  if (state === 'empty') {
    const bare = configured({ rules: [], prerequisites: [], default: { serve: { variant: 'on' } } });
    return {
      ...bare,
      gaps: [],
      needed_by: [],
      environments: bare.environments.map((each) => ({
        ...each,
        state: 'on' as const,
        kill: null,
        summary: 'all → on',
      })),
    };
  }
  if (state !== 'large') return first;
  return configured({
    rules: [...rules, ...Array.from({ length: 100 }, (_, index) => wave(index))] as typeof rules,
  });
}

function planOf(state: State) {
  const base = data.plan({
    grade: 2,
    impact: { ...data.plan().impact, environments: [{ key: 'prod', name: 'Production', protected: true }] },
  });
  if (state === 'empty') return { ...base, sentences: [], effects: [] };
  if (state !== 'large') return base;
  return {
    ...base,
    sentences: Array.from({ length: 500 }, (_, index) => ({ text: `Turn on flag-${index} in prod` })),
    effect_count: many,
  };
}

/** Segments of the size that a state asks for; registered after the others, so that it is asked first. */
async function fakeSegment(page: Page, state: State): Promise<void> {
  const members = state === 'empty' ? 0 : many;
  await page.route('**/hoist/v1/organizations/acme/projects/shop/segments/beta', (route) =>
    route.fulfill({
      json: {
        segment: {
          id: 's0',
          key: 'beta',
          index: 0,
          name: 'Beta readers',
          description: '',
          profile: 'native',
          member_count: members,
          archived_at: null,
          origins: [],
          foreign: {},
          revision: 900,
        },
        used_by: Array.from({ length: state === 'empty' ? 0 : 1000 }, (_, index) => ({
          flag: `flag-${index}`,
          environment: 'prod',
          where: 'rule',
          rule: 'r1',
          state: 'on',
        })),
      },
    }),
  );
}

/** Whether the state is about planning alone: the page below the dialog is well then. */
const ofPlan = (name: string) => name === 'p8-plan';

async function begin(page: Page, name: string, state: State): Promise<Fake> {
  const reads = state === 'empty' || state === 'large' || state === 'offline' || ofPlan(name);
  const story = state === 'offline' ? 'full' : state;
  const server = await fake(page, {
    story: ofPlan(name) ? 'full' : story,
    ...(ofPlan(name) ? { planning: story } : {}),
    plan: () => planOf(state),
  });
  if (reads) await fakeFlag(page, flagOf(ofPlan(name) ? 'error' : state));
  if (name === 'p7-segment' && (state === 'empty' || state === 'large')) await fakeSegment(page, state);
  if ((name === 'p6-history' || name === 'p9-activity') && state === 'empty') {
    await page.route('**/projects/shop/history?*', (route) =>
      route.fulfill({ json: { items: [], total: 0, next: null } }),
    );
  }
  return server;
}

/** What a state says where a story has no word of its own. */
const shared: Partial<Record<State, string[]>> = {
  error: ['The store did not answer in time.', 'req-4711'],
  forbidden: ['Nothing here'],
};

for (const [name, story] of Object.entries(stories)) {
  for (const state of states) {
    test(`${name}: ${state}`, async ({ page }, info) => {
      const server = await begin(page, name, state);
      await page.goto(name === 'p5-tester' && state === 'empty' ? `${root}/tester` : story.path);
      if (ofPlan(name) || state === 'large' || state === 'offline') await story.act?.(page);
      const shown = ofPlan(name) ? page.getByRole('dialog') : page.locator('main');
      if (state === 'offline') {
        await expect(shown.getByText(story.full).first()).toBeVisible();
        await server.drop();
        await expect(page.getByText(/Reading works, saving waits/)).toBeVisible();
        await expect(shown.getByText(story.full).first()).toBeVisible();
        if (ofPlan(name)) await expect(page.getByRole('button', { name: /Apply to prod/ })).toBeDisabled();
      } else if (state === 'empty' || state === 'large') {
        await expect(shown.getByText(story[state]).first()).toBeVisible();
      } else if (story.says?.[state]) {
        await expect(story.says[state](page)).toBeVisible();
      } else if (state === 'loading') {
        await expect(page.getByRole('status', { name: 'Loading' }).first()).toBeVisible();
      } else {
        for (const words of shared[state] ?? []) await expect(shown.getByText(words).first()).toBeVisible();
      }
      const rows = () => document.querySelectorAll('tbody tr, [role="row"]').length;
      expect(await page.evaluate(rows)).toBeLessThanOrEqual(200);
      await still(page);
      const folder = process.env.HOIST_SHOTS_DIR;
      const path = folder ? `${folder}/stories/${name}-${state}.png` : info.outputPath('story.png');
      await page.screenshot({ path });
    });
  }
}
