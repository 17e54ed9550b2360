import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { createContext, useContext } from 'react';
import { flagQuery } from '@/api/queries';
import type { FlagDetail, FlagEnvironment } from '@/api/types';
import { type Scope, useScope } from '@/app/scope';

export interface FlagPage {
  detail: FlagDetail;
  scope: Scope;
  /** Address of the flag's page. */
  root: string;
  /** The project's address. */
  projectRoot: string;
}

export function useFlagQuery() {
  const { flag = '' } = useParams({ strict: false });
  const scope = useScope();
  return { key: flag, scope, query: useQuery(flagQuery(scope.organization, scope.project, flag)) };
}

export const FlagContext = createContext<FlagPage | undefined>(undefined);

/** The flag of the page; the layout shows the tabs only when it is there. */
export function useFlag(): FlagPage {
  const page = useContext(FlagContext);
  if (!page) throw new Error('a part of the flag page stands outside of it');
  return page;
}

export function entryOf(detail: FlagDetail, environment: string | undefined): FlagEnvironment | undefined {
  return detail.environments.find((entry) => entry.environment.key === environment);
}

export const variantKeys = (detail: FlagDetail): string[] =>
  detail.flag.variants.map((variant) => variant.key);

/** Flags in the address: keys may hold any printable sign. */
export const flagAddress = (projectRoot: string, key: string) =>
  `${projectRoot}/flags/${encodeURIComponent(key)}`;

/** A tab of the flag's page. */
export const tabAddress = (root: string, tab: string): string => `${root}/${tab}`;
