import { useQueryClient } from '@tanstack/react-query';
import { flagQuery } from '@/api/queries';
import type { Change } from '@/api/types';
import { useScope } from '@/app/scope';
import { useToasts } from '@/components/Toasts';
import { usePlan } from '@/features/plan';
import { baseOf, changesOf, startDraft } from '@/features/rules/draft';
import { takePart } from '@/features/rules/parts';
import { historyText as t } from '@/text/history';
import type { EditLine, EffectLines } from './effects';

/** Takes one line of a change back: that part becomes what it was, whatever happened to the others since. */
export function useUndoLine(): (group: EffectLines, line: EditLine) => Promise<void> {
  const { organization, project } = useScope();
  const client = useQueryClient();
  const toasts = useToasts();
  const { openPlan } = usePlan();
  return async ({ setting }, { part, title }) => {
    if (!setting || !part) return;
    const { flag, environment, was } = setting;
    const detail = await client.fetchQuery(flagQuery(organization, project, flag));
    const live = detail.environments.find((entry) => entry.environment.key === environment);
    if (!live) return;
    let request: { changes: Change[]; base?: Record<string, number> };
    if (part.kind === 'state') {
      const same = live.config.enabled === part.on;
      request = { changes: same ? [] : [{ config: { switch: { flag, environment, on: part.on } } }] };
    } else {
      const draft = startDraft(baseOf(live.config, live.overrides));
      request = changesOf({ ...draft, mine: takePart(draft.mine, part, was) }, flag, environment);
    }
    if (request.changes.length === 0) {
      toasts.show({ text: t.asBefore(title) });
      return;
    }
    await openPlan({
      organization,
      project,
      environment,
      ...request,
      title: t.undoingLine(title, flag, environment),
      direct: false,
    });
  };
}
