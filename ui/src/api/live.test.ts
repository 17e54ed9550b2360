import { describe, expect, it } from 'vitest';
import { staleKeys } from './live';

const change = (kind: string, key: string) => ({
  revision: 1,
  touched: [{ kind, key, id: 'x' }],
  actor: { name: 'a' },
  summary: 's',
});

describe('what a change makes stale', () => {
  it('is the flag and the lists for a configuration', () => {
    const keys = staleKeys('o', 'p', change('config', 'checkout-v2/prod'));
    expect(keys).toContainEqual(['project', 'o', 'p', 'flag', 'checkout-v2']);
    expect(keys).toContainEqual(['project', 'o', 'p', 'flags']);
    expect(keys).toContainEqual(['project', 'o', 'p', 'history']);
    expect(keys).toContainEqual(['project', 'o', 'p', 'timeline']);
    expect(keys).not.toContainEqual(['project', 'o', 'p']);
  });

  it('is everything of the project for what is not known', () => {
    expect(staleKeys('o', 'p', change('environment', 'prod'))).toContainEqual(['project', 'o', 'p']);
  });
});
