import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, rank, ranked } from './rank';

const environments = ['dev', 'staging', 'prod'];

describe('what was typed', () => {
  it.each([
    ['kill checkout prod', ['kill'], 'prod', 'checkout'],
    ['> Kill  checkout in prod', ['kill'], 'prod', 'checkout'],
    ['turn on new checkout in dev', ['on'], 'dev', 'new checkout'],
    ['switch off x', ['off'], undefined, 'x'],
    ['copy key tax-engine', ['copy'], undefined, 'tax-engine'],
    ['new flag fast search', ['create'], undefined, 'fast search'],
    ['production', [], undefined, 'production'],
    ['kills', [], undefined, 'kills'],
  ])('%s', (text, verbs, environment, words) => {
    const asked = ask(text, environments);
    expect(asked.verbs).toEqual(verbs);
    expect(asked.environment).toBe(environment);
    expect(asked.words).toBe(words);
  });

  it('offers acts whose name is begun', () => {
    expect(ask('tu', environments).verbs).toEqual(['on', 'off']);
    expect(ask('k', environments).verbs).toEqual([]);
    expect(ask('> ki', environments)).toMatchObject({ verbs: ['kill'], actsOnly: true, words: '' });
  });
});

const order = (keys: string[], words: string) => ranked(keys, (key) => [key], words);

describe('ranking', () => {
  it('puts the exact key first, then beginnings, then words inside, then letters', () => {
    const keys = ['my-cart-tax', 'tax-engine', 'syntax', 'tax', 't-a-x-y', 'other'];
    expect(order(keys, 'tax')).toEqual(['tax', 'tax-engine', 'my-cart-tax', 'syntax', 't-a-x-y']);
  });

  it('wants every word, in any order', () => {
    expect(order(['checkout-v2', 'checkout-old', 'v2-mail'], 'v2 checkout')).toEqual(['checkout-v2']);
  });

  it('finds by a name what its key does not say, below keys', () => {
    const items = [
      { key: 'pay-1', name: 'The checkout' },
      { key: 'checkout-v2', name: '' },
    ];
    const found = ranked(items, ({ key, name }) => [key, name], 'checkout');
    expect(found.map(({ key }) => key)).toEqual(['checkout-v2', 'pay-1']);
  });

  it('keeps everything, as it came, when nothing was typed', () => {
    expect(order(['bbb', 'a', 'cc'], '')).toEqual(['bbb', 'a', 'cc']);
  });

  it('never ranks a text below one that it begins', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[a-z]{1,8}$/), (word, more) => {
        expect(rank([word], word)).toBeLessThanOrEqual(rank([word + more], word) ?? 0);
      }),
    );
  });
});
