import { useState } from 'react';
import { type ListSearch, readListSearch } from './search';

/** A view of the list under a name: its query, columns, order and density, not the page of it. */
export interface SavedView {
  name: string;
  search: ListSearch;
}

const most = 50;
const storageKey = (organization: string, project: string) => `hoist.views/${organization}/${project}`;

/** What of a view is kept. */
export function kept({ q, sort, cols, size, density }: ListSearch): ListSearch {
  const entries = Object.entries({ q, sort, cols, size, density });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Reads what the browser keeps; what is not a view is left out. */
export function readViews(text: string | null): SavedView[] {
  let all: unknown;
  try {
    all = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(all)) return [];
  return all.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null || !('name' in each) || !('search' in each)) return [];
    const { name, search } = each;
    if (typeof name !== 'string' || name === '' || typeof search !== 'object' || search === null) return [];
    return [{ name, search: kept(readListSearch(search as Record<string, unknown>)) }];
  });
}

/** The views with one more, in the order of their names; one of the same name is replaced. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  const others = views.filter(({ name }) => name !== view.name);
  return [...others, { name: view.name, search: kept(view.search) }]
    .slice(-most)
    .sort((a, b) => a.name.localeCompare(b.name));
}

export const sameView = (a: ListSearch, b: ListSearch): boolean =>
  JSON.stringify(kept(a)) === JSON.stringify(kept(b));

/**
 * The views that a person keeps for a project, in this browser: the server has no place for them. Their addresses
 * hold all of them, so that a link gives one to somebody else.
 */
export function useSavedViews(organization: string, project: string) {
  const key = storageKey(organization, project);
  const [views, setViews] = useState(() => readViews(localStorage.getItem(key)));
  const set = (next: SavedView[]) => {
    localStorage.setItem(key, JSON.stringify(next));
    setViews(next);
  };
  return {
    views,
    save: (view: SavedView) => set(withView(views, view)),
    remove: (name: string) => set(views.filter((view) => view.name !== name)),
  };
}
