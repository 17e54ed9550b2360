import type { HistoryItem } from '@/api/types';
import { useScope } from '@/app/scope';
import { usePlan } from '@/features/plan';
import { historyText as t } from '@/text/history';

/** Opens the plan of taking a whole change back. */
export function useTakeBack(): (item: Pick<HistoryItem, 'revision' | 'environments'>) => void {
  const { organization, project } = useScope();
  const { openPlan } = usePlan();
  return ({ revision, environments }) => {
    const [only, ...others] = environments;
    void openPlan({
      organization,
      project,
      ...(only && others.length === 0 ? { environment: only } : {}),
      changes: [{ undo: { revision } }],
      title: t.reverting(revision),
      direct: false,
    });
  };
}
