import { describe, expect, it } from 'vitest';
import { safeNext } from '@/features/auth/LoginPage';
import { columnsOf, writeColumns } from './columns';
import { keyFrom, keyPattern, readVariant } from './newFlag';

describe('a new flag', () => {
  it('makes a key from a name', () => {
    expect(keyFrom('New checkout (v2)!')).toBe('new-checkout-v2');
    expect(keyFrom('Ærlig Café')).toMatch(/cafe$/);
    expect(keyPattern.test(keyFrom('  Été 2026 '))).toBe(true);
  });

  it('reads values by kind', () => {
    expect(readVariant('integer', '42')).toBe(42);
    expect(readVariant('integer', '4.2')).toBeUndefined();
    expect(readVariant('float', '4.2')).toBe(4.2);
    expect(readVariant('object', '{"a":1}')).toEqual({ a: 1 });
    expect(readVariant('object', '3')).toBeUndefined();
    expect(readVariant('string', '')).toBe('');
  });
});

describe('columns', () => {
  const environments = ['a', 'b', 'c', 'd', 'e'].map((key, order) => ({
    id: key,
    key,
    name: key,
    code: key,
    hue: 1 as const,
    order,
    protected: false,
    revision: 1,
  }));
  it('pins the first four and survives the address', () => {
    const columns = columnsOf(undefined, environments);
    expect(columns.environments.map((each) => each.key)).toEqual(['a', 'b', 'c', 'd']);
    expect(columns.hidden).toBe(1);
    expect(columnsOf(writeColumns(columns), environments)).toEqual(columns);
  });
});

describe('the address after sign-in', () => {
  it('stays in the console', () => {
    expect(safeNext('/o/a/p/b/flags?q=x')).toBe('/o/a/p/b/flags?q=x');
    for (const bad of ['//evil.example', 'https://evil.example', '/\\evil.example', '/login', undefined]) {
      expect(safeNext(bad)).toBe('/');
    }
  });
});
