import { describe, expect, it } from 'vitest';
import { kept, readViews, sameView, withView } from './savedViews';

describe('saved views', () => {
  it('keep the query, columns, order, size and density, not the page', () => {
    const search = { q: 'tag:web', sort: '-key', size: 25, cursor: 'abc', page: 3, view: 'x' } as const;
    expect(kept(search)).toEqual({ q: 'tag:web', sort: '-key', size: 25 });
    expect(sameView(search, { ...search, page: 1, cursor: 'other' })).toBe(true);
    expect(sameView(search, { ...search, q: 'tag:app' })).toBe(false);
  });

  it('are read back, and what is no view is left out', () => {
    const views = withView(withView([], { name: 'b', search: { q: '1' } }), {
      name: 'a',
      search: { q: '2' },
    });
    expect(views.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(readViews(JSON.stringify(views))).toEqual(views);
    expect(readViews('{"no":')).toEqual([]);
    expect(readViews('{"a":1}')).toEqual([]);
    expect(readViews(null)).toEqual([]);
    expect(
      readViews(
        '[null, 1, {"name":"x"}, {"name":"","search":{}}, {"name":"y","search":{"q":{},"sort":"no"}}]',
      ),
    ).toEqual([{ name: 'y', search: {} }]);
  });

  it('of the same name replace each other', () => {
    const once = withView([], { name: 'mine', search: { q: 'a' } });
    expect(withView(once, { name: 'mine', search: { q: 'b' } })).toEqual([
      { name: 'mine', search: { q: 'b' } },
    ]);
  });
});
