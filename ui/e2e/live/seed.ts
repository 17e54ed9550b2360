import type { Page } from '@playwright/test';
import type { Change, Condition, Purpose, Rule, Serve } from '../../src/api/types';
import { change } from './hoist';

const variant = (key: string): Serve => ({ serve: { variant: key } });
const is = (attribute: string, ...values: string[]): Condition => ({ test: { attribute, op: 'in', values } });
const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();

const names: [key: string, name: string, purpose: Purpose, tags: string[], owner: string][] = [
  ['checkout-v2', 'New checkout', 'release', ['billing', 'web'], 'Payments'],
  ['banner-beta', 'Beta banner', 'release', ['web'], 'Growth'],
  ['fast-search', 'Search without reload', 'experiment', ['search', 'web'], 'Search'],
  ['invoice-pdf', 'Invoices as PDF', 'operational', ['billing'], 'Payments'],
  ['night-mode', 'Dark theme', 'release', ['app', 'web'], 'Design'],
  ['partner-api', 'API for partners', 'permission', ['api'], 'Platform'],
  ['push-digest', 'Daily digest', 'experiment', ['app'], 'Growth'],
  ['refund-flow', 'Refunds by oneself', 'release', ['billing', 'app'], 'Payments'],
  ['shipping-eta', 'Arrival time', 'release', ['web'], 'Logistics'],
  ['stock-cache', 'Cache of stock', 'operational', ['api'], 'Logistics'],
  ['tax-engine', 'New tax engine', 'operational', ['billing', 'api'], 'Payments'],
  ['voice-help', 'Help by voice', 'experiment', ['app'], 'Design'],
];

const rules: Rule[] = [
  { id: 'staff', name: 'Staff', condition: { segment: 'staff' }, serve: variant('on') },
  {
    id: 'beta',
    name: 'Beta, not EU',
    condition: {
      all: [
        { any: [is('plan', 'beta', 'early'), { segment: 'beta' }] },
        { not: is('country', 'DE', 'FR', 'IT', 'ES') },
      ],
    },
    serve: {
      serve: {
        split: {
          arms: [
            { variant: 'on', weight: 6000 },
            { variant: 'off', weight: 4000 },
          ],
        },
      },
    },
  },
  {
    id: 'old',
    name: 'Old apps',
    condition: { test: { attribute: 'app.version', op: 'semver_lt', values: ['4.2.0'] } },
    serve: variant('off'),
  },
];

const ramp: Serve = {
  serve: {
    ramp: {
      variant: 'on',
      rest: 'off',
      curve: {
        shape: 'steps',
        points: [
          { at: hours(-30), share: 500 },
          { at: hours(-6), share: 2500 },
          { at: hours(18), share: 5000 },
          { at: hours(66), share: 10_000 },
        ],
      },
    },
  },
};

const edit = (flag: string, environment: string, patch: Record<string, unknown>): Change => ({
  config: { edit: { flag, environment, patch } },
});
const on = (flag: string, ...environments: string[]): Change[] =>
  environments.map((environment) => ({ config: { switch: { flag, environment, on: true } } }));

/** A small shop: a dozen flags in every state, segments, overrides, keys. */
export async function seed(page: Page): Promise<void> {
  await change(
    page,
    ...names.map(
      ([key, name, purpose, tags, owner]): Change => ({
        flag: { create: { key, name, kind: 'boolean', purpose, tags, owner, client_visible: true } },
      }),
    ),
  );
  await change(
    page,
    {
      segment: {
        create: {
          key: 'beta',
          name: 'Beta testers',
          condition: {
            any: [
              is('plan', 'beta'),
              { test: { attribute: 'email', op: 'ends_with', values: ['@acme.example'] } },
            ],
          },
          members: Array.from({ length: 60 }, (_, index) => `user-${8800 + index}`),
        },
      },
    },
    {
      segment: { create: { key: 'staff', name: 'Our own people', condition: is('team', 'core', 'support') } },
    },
  );
  await change(
    page,
    ...on('checkout-v2', 'dev', 'staging'),
    edit('checkout-v2', 'dev', { rules: rules.slice(0, 1) }),
  );
  await change(page, edit('checkout-v2', 'prod', { enabled: true, rules, default: variant('off') }));
  await change(page, {
    config: {
      override: {
        flag: 'checkout-v2',
        environment: 'prod',
        patch: {
          subjects: [{ subjects: ['user-1', 'user-2'], serve: variant('on') }],
          segments: [{ segment: 'staff', serve: variant('on') }],
        },
      },
    },
  });
  await change(
    page,
    edit('fast-search', 'prod', { enabled: true, default: ramp }),
    ...on('fast-search', 'dev', 'staging'),
  );
  await change(
    page,
    ...['night-mode', 'partner-api', 'shipping-eta', 'tax-engine'].flatMap((flag) =>
      on(flag, 'dev', 'staging', 'prod'),
    ),
  );
  await change(page, ...['banner-beta', 'refund-flow', 'voice-help'].flatMap((flag) => on(flag, 'dev')));
  await change(
    page,
    edit('refund-flow', 'staging', {
      enabled: true,
      prerequisites: [{ flag: 'checkout-v2', enabled: true }],
    }),
  );
  await change(page, {
    config: {
      kill: { flag: 'tax-engine', environments: ['prod'], reason: 'Rounding errors', until: hours(2) },
    },
  });
  await change(page, {
    flag: { edit: { flag: 'checkout-v2', patch: { description: 'The checkout on one page.' } } },
  });
  await change(page, {
    credential: { create: { name: 'Shop servers', kind: 'server', environment: 'prod' } },
  });
  await change(page, { credential: { create: { name: 'Web shop', kind: 'client', environment: 'prod' } } });
}
