import { useSearch } from '@tanstack/react-router';
import { useEnvironments } from '@/app/scope';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { historyText as t } from '@/text/history';
import { HistoryView } from './HistoryView';

/** All changes of the project. */
export function HistoryPage() {
  const search = useSearch({ from: '/session/o/$org/p/$project/history' });
  const environments = useEnvironments().map((environment) => environment.key);
  useTitle(t.title);
  return (
    <>
      <PageHeader title={t.title} text={t.purpose} />
      <HistoryView
        scopeFilter={{
          ...(search.flag ? { flag: search.flag } : {}),
          ...(search.segment ? { segment: search.segment } : {}),
        }}
        environments={environments}
        search={search}
        wide
      />
    </>
  );
}
