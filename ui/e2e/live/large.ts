import type { Allocation, Condition, Json, Rule, Serve } from '../../src/api/types';

/** How much of everything a large project has. */
export const size = { flags: 10_000, segments: 1000, environments: ['dev', 'staging', 'prod', 'eu', 'us'] };

const areas = ['billing', 'checkout', 'search', 'mail', 'stock', 'profile', 'partner', 'mobile'];
const countries = ['AT', 'BE', 'CH', 'DE', 'DK', 'ES', 'FI', 'FR', 'IT', 'SE'];
const variant = (key: string): Serve => ({ serve: { variant: key } });
const number = (index: number) => String(index).padStart(5, '0');

const allocation = (salt: string): Allocation => ({
  scheme: 'hoist64',
  salt,
  inputs: [{ first_of: ['targetingKey'] }],
  missing: 'not_matched',
  draw: 'interval',
  assign: 'stable',
});

const half = (salt: string): Serve => ({
  serve: {
    split: {
      allocation: allocation(salt),
      arms: [
        { variant: 'on', weight: 5000 },
        { variant: 'off', weight: 5000 },
      ],
    },
  },
});

const rules = (key: string, index: number): Rule[] =>
  Array.from({ length: 5 }, (_, at) => ({
    id: `r${at}`,
    name: `Wave ${at + 1}`,
    condition: {
      all: [
        { test: { attribute: 'country', op: 'in', values: countries } },
        { test: { attribute: 'age', op: 'gte', values: [18 + at] } },
        { test: { attribute: 'app.version', op: 'semver_gte', values: [`${9 - at}.0.0`] } },
        { segment: `segment-${number(index % size.segments)}` },
      ],
    },
    serve: half(`${key}-${at}`),
  }));

/** A flag with a hundred rules of conditions in five levels. */
export const deepKey = 'deep-flag';

function deepRules(): Rule[] {
  const test = (level: number): Condition => ({
    test: { attribute: `level${level}`, op: 'in', values: countries },
  });
  const tree = (level: number): Condition =>
    level === 5 ? test(level) : { all: [test(level), { any: [test(level), tree(level + 1)] }] };
  return Array.from({ length: 100 }, (_, at) => ({
    id: `deep${at}`,
    name: `Wave ${at + 1}`,
    condition: tree(1),
    serve: variant(at % 2 === 0 ? 'on' : 'off'),
  }));
}

/** Of ten flags six are plain, three are split and one has five rules. */
function settingOf(key: string, index: number, environment: string) {
  const shape = index % 10;
  return {
    enabled: (index + environment.length) % 3 !== 0,
    off: variant('off'),
    rules: shape === 9 ? rules(key, index) : [],
    default: shape < 6 ? variant('on') : half(key),
  };
}

export const keyOf = (index: number): string => `${areas[index % areas.length]}-flag-${number(index)}`;

/** A project file of ten thousand flags in five environments, for one request of import. */
export function largeProject(): Json {
  const flags: Record<string, unknown> = {};
  for (let index = 0; index < size.flags - 1; index += 1) {
    const key = keyOf(index);
    const area = areas[index % areas.length] ?? '';
    flags[key] = {
      name: `${area} ${index}`,
      kind: 'boolean',
      variants: [
        { key: 'on', value: true },
        { key: 'off', value: false },
      ],
      tags: [area, `team-${index % 40}`],
      owner: `Team ${index % 40}`,
      purpose: (['release', 'experiment', 'operational', 'permission'] as const)[index % 4],
      environments: Object.fromEntries(
        size.environments.map((environment) => [environment, settingOf(key, index, environment)]),
      ),
    };
  }
  flags[deepKey] = {
    kind: 'boolean',
    variants: [
      { key: 'on', value: true },
      { key: 'off', value: false },
    ],
    environments: {
      dev: { enabled: true, off: variant('off'), default: variant('on'), rules: deepRules() },
    },
  };
  const segments: Record<string, unknown> = {};
  for (let index = 0; index < size.segments; index += 1) {
    segments[`segment-${number(index)}`] = {
      condition: { test: { attribute: 'plan', op: 'in', values: ['beta', `plan-${index}`] } },
      members: [`user-${index}`, `user-${index + 1}`],
    };
  }
  return {
    format: 'hoist-project/1',
    environments: {
      eu: { name: 'Europe', code: 'eu', hue: 4, order: 3, protected: true },
      us: { name: 'America', code: 'us', hue: 5, order: 4, protected: true },
    },
    flags,
    segments,
  } as Json;
}
