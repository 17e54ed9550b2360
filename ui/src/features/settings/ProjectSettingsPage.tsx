import { Link, Navigate, useParams } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { useScope } from '@/app/scope';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { ListSkeleton } from '@/components/Status';
import { CredentialsPage } from '@/features/credentials/CredentialsPage';
import { EnvironmentsPage } from '@/features/environments/EnvironmentsPage';
import { settingsText } from '@/text/settings';
import { GeneralPage } from './GeneralPage';
import classes from './Settings.module.css';

const ImportPage = lazy(async () => ({ default: (await import('@/features/import/ImportPage')).ImportPage }));

const sections = ['general', 'environments', 'credentials', 'import-export'] as const;
type Section = (typeof sections)[number];

const pages: Record<Section, () => ReactNode> = {
  general: () => <GeneralPage />,
  environments: () => <EnvironmentsPage />,
  credentials: () => <CredentialsPage />,
  'import-export': () => <ImportPage />,
};

export function ProjectSettingsPage() {
  const { organization, project, can } = useScope();
  const { section } = useParams({ strict: false });
  const visible = sections.filter(
    (each) =>
      (each !== 'credentials' || can('credential.view') || can('credential.manage')) &&
      (each !== 'import-export' || can('import.run')),
  );
  const current = visible.find((each) => each === section);
  useTitle(current ? settingsText.tabs[current] : settingsText.title, project);
  if (!current) {
    return (
      <Navigate
        to="/o/$org/p/$project/settings/{-$section}"
        params={{ org: organization, project, section: 'general' }}
        replace
      />
    );
  }
  return (
    <>
      <PageHeader title={settingsText.title} />
      <nav aria-label={settingsText.sections} className={classes.tabs}>
        {visible.map((each) => (
          <Link
            key={each}
            to="/o/$org/p/$project/settings/{-$section}"
            params={{ org: organization, project, section: each }}
            className={classes.tab}
            aria-current={each === current ? 'page' : undefined}
          >
            {settingsText.tabs[each]}
          </Link>
        ))}
      </nav>
      <Suspense fallback={<ListSkeleton />}>{pages[current]()}</Suspense>
    </>
  );
}
