import type { Environment } from '@/api/types';

export const otherColumns = ['owner', 'changed', 'purpose', 'created', 'description', 'id'] as const;
export type OtherColumn = (typeof otherColumns)[number];

export const pinnedEnvironments = 4;

export interface Columns {
  environments: Environment[];
  hidden: number;
  others: OtherColumn[];
}

const prefix = 'e.';

/** The columns of a view; without a choice the first environments of the project, owner and change. */
export function columnsOf(text: string | undefined, environments: Environment[]): Columns {
  if (text === undefined) {
    const pinned = environments.slice(0, pinnedEnvironments);
    return {
      environments: pinned,
      hidden: environments.length - pinned.length,
      others: ['owner', 'changed'],
    };
  }
  const chosen = new Set(text.split(','));
  const pinned = environments.filter((environment) => chosen.has(prefix + environment.key));
  return {
    environments: pinned,
    hidden: environments.length - pinned.length,
    others: otherColumns.filter((column) => chosen.has(column)),
  };
}

export function writeColumns(columns: Pick<Columns, 'environments' | 'others'>): string {
  return [...columns.environments.map((environment) => prefix + environment.key), ...columns.others].join(
    ',',
  );
}
