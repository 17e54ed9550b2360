import { queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { keys } from './keys';
import { organizationPath, projectPath } from './paths';
import type {
  Attribute,
  Credential,
  Environment,
  FlagDetail,
  HistoryItem,
  Member,
  Page,
  Project,
  Role,
  Session,
} from './types';

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: ({ signal }) => api.get<Session>('/session', { signal }),
  staleTime: 60_000,
});

export const setupQuery = queryOptions({
  queryKey: keys.setup,
  queryFn: ({ signal }) => api.get<{ needed: boolean }>('/setup', { signal }),
});

function itemsOf<T>(answer: { items: T[] } | T[]): T[] {
  return Array.isArray(answer) ? answer : answer.items;
}

export const environmentsQuery = (organization: string, project: string) =>
  queryOptions({
    queryKey: keys.environments(organization, project),
    queryFn: async ({ signal }) =>
      itemsOf(
        await api.get<Page<Environment>>(`${projectPath(organization, project)}/environments`, { signal }),
      ),
  });

export const projectQuery = (organization: string, project: string) =>
  queryOptions({
    queryKey: keys.project(organization, project, 'project'),
    queryFn: ({ signal }) => api.get<Project>(projectPath(organization, project), { signal }),
  });

export const projectsQuery = (organization: string) =>
  queryOptions({
    queryKey: keys.organization(organization, 'projects'),
    queryFn: async ({ signal }) =>
      itemsOf(await api.get<Page<Project>>(`${organizationPath(organization)}/projects`, { signal })),
  });

export const flagQuery = (organization: string, project: string, flag: string) =>
  queryOptions({
    queryKey: keys.flag(organization, project, flag),
    queryFn: ({ signal }) =>
      api.get<FlagDetail>(`${projectPath(organization, project)}/flags/${encodeURIComponent(flag)}`, {
        signal,
      }),
  });

export const credentialsQuery = (organization: string, project: string) =>
  queryOptions({
    queryKey: keys.credentials(organization, project),
    queryFn: async ({ signal }) =>
      itemsOf(
        await api.get<Page<Credential>>(`${projectPath(organization, project)}/credentials`, { signal }),
      ),
  });

export const membersQuery = (organization: string, project?: string) =>
  queryOptions({
    queryKey: project
      ? keys.project(organization, project, 'members')
      : keys.organization(organization, 'members'),
    queryFn: async ({ signal }) =>
      itemsOf(
        await api.get<Page<Member>>(
          `${project ? projectPath(organization, project) : organizationPath(organization)}/members`,
          { signal },
        ),
      ),
  });

export const rolesQuery = (organization: string) =>
  queryOptions({
    queryKey: keys.organization(organization, 'roles'),
    queryFn: async ({ signal }) =>
      itemsOf(await api.get<Page<Role>>(`${organizationPath(organization)}/roles`, { signal })),
  });

export const attributesQuery = (organization: string, project: string) =>
  queryOptions({
    queryKey: keys.attributes(organization, project),
    queryFn: async ({ signal }) =>
      itemsOf(
        await api.get<{ items: Attribute[] }>(`${projectPath(organization, project)}/attributes`, { signal }),
      ),
  });

export interface AuditFilter {
  actor?: string;
  environment?: string;
  q?: string;
  from?: string;
  to?: string;
  cursor?: string;
}

export const auditQuery = (organization: string, filter: AuditFilter) =>
  queryOptions({
    queryKey: keys.organization(organization, 'audit', filter),
    queryFn: ({ signal }) =>
      api.get<Page<HistoryItem>>(`${organizationPath(organization)}/audit`, {
        signal,
        query: { ...filter, limit: 50 },
      }),
  });
