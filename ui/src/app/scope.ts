import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { projectPath } from '@/api/paths';
import { environmentsQuery, sessionQuery } from '@/api/queries';
import type { Environment, Permission } from '@/api/types';

export interface Scope {
  organization: string;
  project: string;
  /** The path of the project in the API, without `/hoist/v1`. */
  path: string;
  can: (permission: Permission) => boolean;
}

/** The project of the address. Only for pages below `/o/{org}/p/{project}`. */
export function useScope(): Scope {
  const { org, project } = useParams({ strict: false });
  const organization = org ?? '';
  const key = project ?? '';
  const { data: session } = useQuery(sessionQuery);
  const permissions =
    session?.organizations.find((o) => o.key === organization)?.projects.find((p) => p.key === key)
      ?.permissions ?? [];
  return {
    organization,
    project: key,
    path: projectPath(organization, key),
    can: (permission) => permissions.includes(permission),
  };
}

/** Permissions in the organization of the address. */
export function useOrganization(): { organization: string; can: (permission: Permission) => boolean } {
  const { org } = useParams({ strict: false });
  const organization = org ?? '';
  const { data: session } = useQuery(sessionQuery);
  const permissions = session?.organizations.find((o) => o.key === organization)?.permissions ?? [];
  return { organization, can: (permission) => permissions.includes(permission) };
}

const noEnvironments: Environment[] = [];

/** The environments of the project, in the project's order. */
export function useEnvironments(): Environment[] {
  const { organization, project } = useScope();
  const { data } = useQuery({ ...environmentsQuery(organization, project), enabled: project !== '' });
  return data ?? noEnvironments;
}
