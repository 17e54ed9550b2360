import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { Problem } from '@/api/client';
import type { ChangeAnswer, Plan } from '@/api/types';
import { useToasts } from '@/components/Toasts';
import { planText } from '@/text/plan';
import { PlanContext, type PlanRequest, type PlanResult } from './PlanContext';
import { PlanDialog } from './PlanDialog';
import { isPlain, makePlan, refresh, sendPlan } from './send';

interface Open {
  id: number;
  request: PlanRequest;
  plan: Plan | undefined;
  problem: Problem | undefined;
  resolve: (result: PlanResult) => void;
}

const asProblem = (error: unknown) =>
  error instanceof Problem ? error : new Problem(0, { title: String(error) });

/** The one place where changes are planned, shown and sent. */
export function PlanProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const toasts = useToasts();
  const [open, setOpen] = useState<Open | undefined>();
  const counter = useRef(0);
  const openPlanRef = useRef<(request: PlanRequest) => Promise<PlanResult>>(undefined);

  const applied = useCallback(
    async (request: PlanRequest, answer: ChangeAnswer): Promise<PlanResult> => {
      await refresh(client, request, answer);
      if (answer.outcome === 'proposed' || answer.outcome === 'scheduled') {
        toasts.show({
          text: answer.outcome === 'proposed' ? planText.proposedToast : planText.scheduledToast,
        });
        return { outcome: answer.outcome, answer, plan: answer.plan };
      }
      const { revision } = answer;
      const text = request.done ?? answer.plan.sentences[0]?.text ?? request.title;
      const undoable = revision !== undefined && !answer.secrets?.length && request.project !== undefined;
      toasts.show({
        text: planText.appliedToast(text, revision),
        action: undoable
          ? {
              label: planText.undoButton,
              run: () =>
                void openPlanRef.current?.({
                  organization: request.organization,
                  project: request.project,
                  environment: request.environment,
                  changes: [{ undo: { revision } }],
                  title: planText.undoing(revision),
                  done: planText.undone(revision),
                }),
            }
          : undefined,
      });
      return { outcome: 'applied', answer, plan: answer.plan };
    },
    [client, toasts],
  );

  const openPlan = useCallback(
    async (request: PlanRequest): Promise<PlanResult> => {
      const direct = request.direct ?? request.changes.length === 1;
      let plan: Plan | undefined;
      let problem: Problem | undefined;
      if (direct || request.onProblems) {
        try {
          const answer = await makePlan(request);
          plan = answer.plan;
          if (plan.problems.length > 0 && request.onProblems?.(plan.problems))
            return { outcome: 'cancelled' };
          if (direct && isPlain(plan))
            return await applied(request, await sendPlan(request, plan, request.note ?? ''));
        } catch (error) {
          problem = asProblem(error);
          if (problem.problems.length > 0 && request.onProblems?.(problem.problems)) {
            return { outcome: 'cancelled', problem };
          }
          if (problem.plan) plan = problem.plan;
        }
      }
      return new Promise<PlanResult>((resolve) => {
        counter.current += 1;
        setOpen((before) => {
          before?.resolve({ outcome: 'cancelled' });
          return { id: counter.current, request, plan, problem, resolve };
        });
      });
    },
    [applied],
  );
  openPlanRef.current = openPlan;

  const dialogOpen = open !== undefined;
  const { runLast } = toasts;
  const value = useMemo(
    () => ({ openPlan, undoLast: () => void runLast(), dialogOpen }),
    [openPlan, runLast, dialogOpen],
  );

  return (
    <PlanContext.Provider value={value}>
      {children}
      {open && (
        <PlanDialog
          key={open.id}
          request={open.request}
          firstPlan={open.plan}
          firstProblem={open.problem}
          onSent={async (answer) => {
            setOpen(undefined);
            open.resolve(await applied(open.request, answer));
          }}
          onClose={(problem) => {
            setOpen(undefined);
            open.resolve({ outcome: 'cancelled', problem });
          }}
        />
      )}
    </PlanContext.Provider>
  );
}
