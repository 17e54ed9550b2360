import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { sessionQuery } from '@/api/queries';
import { EmptyState } from '@/components/Status';
import { common } from '@/text/common';

/** Goes to the first project one may see. */
export function HomePage() {
  const { data: session } = useQuery(sessionQuery);
  if (!session) return null;
  const home = session.organizations.find((organization) => organization.projects.length > 0);
  const project = home?.projects[0];
  if (home && project) {
    return (
      <Navigate
        to="/o/$org/p/$project/flags"
        params={{ org: home.key, project: project.key }}
        search={{}}
        replace
      />
    );
  }
  const first = session.organizations[0];
  if (first) return <Navigate to="/o/$org" params={{ org: first.key }} replace />;
  return <EmptyState title={common.missingTitle} text={common.missingDetail} />;
}
