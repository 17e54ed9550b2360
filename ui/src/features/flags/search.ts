import { oneOf, optionalNumber, optionalString } from '@/app/search';

export const sorts = ['key', '-key', 'changed', '-changed', 'created', '-created'] as const;
export type Sort = (typeof sorts)[number];

/** The view of the list of flags; all of it lives in the address. */
export interface ListSearch {
  q?: string;
  sort?: Sort;
  cols?: string;
  size?: number;
  cursor?: string;
  page?: number;
  view?: string;
  density?: 'roomy' | 'normal' | 'compact';
}

export const sizes = [25, 50, 100] as const;

export function readListSearch(search: Record<string, unknown>): ListSearch {
  const size = optionalNumber(search.size);
  const page = optionalNumber(search.page);
  return {
    q: optionalString(search.q),
    sort: oneOf(search.sort, sorts),
    cols: optionalString(search.cols),
    size: sizes.find((allowed) => allowed === size),
    cursor: optionalString(search.cursor),
    page: page && page > 1 ? Math.floor(page) : undefined,
    view: optionalString(search.view),
    density: oneOf(search.density, ['roomy', 'normal', 'compact'] as const),
  };
}
