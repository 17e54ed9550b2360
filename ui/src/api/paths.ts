const part = encodeURIComponent;

export function organizationPath(organization: string): string {
  return `/organizations/${part(organization)}`;
}

export function projectPath(organization: string, project: string): string {
  return `${organizationPath(organization)}/projects/${part(project)}`;
}

/** Where changes are posted: to the project, else to the organization, else to the instance. */
export function changesPath(organization?: string, project?: string): string {
  if (organization && project) return `${projectPath(organization, project)}/changes`;
  if (organization) return `${organizationPath(organization)}/changes`;
  return '/changes';
}
