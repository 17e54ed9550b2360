import { useSearch } from '@tanstack/react-router';
import { HistoryView } from '@/features/history/HistoryView';
import { useFlag } from './useFlag';

export function FlagHistoryPage() {
  const { detail } = useFlag();
  const search = useSearch({ from: '/session/o/$org/p/$project/flags/$flag/history' });
  return (
    <HistoryView
      scopeFilter={{ flag: detail.flag.key }}
      environments={detail.environments.map((entry) => entry.environment.key)}
      search={search}
    />
  );
}
