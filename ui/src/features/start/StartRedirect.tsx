import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { sessionQuery } from '@/api/queries';

/** The first steps in the first project one may see. */
export function StartRedirect() {
  const { data: session } = useQuery(sessionQuery);
  if (!session) return null;
  const home = session.organizations.find((organization) => organization.projects.length > 0);
  const project = home?.projects[0];
  if (!home || !project) return <Navigate to="/" replace />;
  return <Navigate to="/o/$org/p/$project/start" params={{ org: home.key, project: project.key }} replace />;
}
