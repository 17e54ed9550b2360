import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { attributesQuery } from '@/api/queries';
import type { Attribute } from '@/api/types';
import { useScope } from '@/app/scope';
import type { AttributeType } from './operators';

const kindTypes: Record<string, AttributeType> = {
  string: 'string',
  number: 'number',
  integer: 'number',
  float: 'number',
  boolean: 'boolean',
  semver: 'semver',
  datetime: 'datetime',
  ip: 'ip',
};

export interface KnownAttributes {
  names: string[];
  typeOf: (name: string) => AttributeType | undefined;
  examplesOf: (name: string) => string[];
}

export function knownAttributes(list: readonly Attribute[]): KnownAttributes {
  const byName = new Map(list.map((item) => [item.name, item]));
  const names = [...new Set([...byName.keys(), 'targetingKey', '$now'])];
  return {
    names,
    typeOf: (name) => {
      if (name === '$now') return 'datetime';
      const kind = byName.get(name)?.kinds[0];
      return kind === undefined ? undefined : kindTypes[kind];
    },
    examplesOf: (name) =>
      (byName.get(name)?.examples ?? []).flatMap((value) =>
        typeof value === 'object' ? [] : [String(value)],
      ),
  };
}

/** The attributes that rules of the project read, with their types. */
export function useKnownAttributes(): KnownAttributes {
  const { organization, project } = useScope();
  const { data } = useQuery({ ...attributesQuery(organization, project), staleTime: 60_000 });
  return useMemo(() => knownAttributes(data ?? []), [data]);
}
