import { useCallback, useEffect, useRef, useState } from 'react';
import { Problem } from '@/api/client';
import type { ChangeAnswer, LiveChange, Plan } from '@/api/types';
import { useLiveChange } from '@/app/live';
import type { PlanRequest } from './PlanContext';
import { makePlan, sendPlan, substance } from './send';

export interface Planning {
  plan: Plan | undefined;
  problem: Problem | undefined;
  busy: 'planning' | 'sending' | undefined;
  /** The plan became another one while it was on screen. */
  moved: boolean;
  seen: () => void;
  again: (onTop: boolean) => void;
  send: (note: string) => Promise<ChangeAnswer | undefined>;
}

/** Makes the plan, keeps it true while the world moves, and sends it. */
export function usePlanning(
  request: PlanRequest,
  firstPlan: Plan | undefined,
  firstProblem: Problem | undefined,
): Planning {
  const [plan, setPlan] = useState(firstPlan);
  const [problem, setProblem] = useState(firstProblem);
  const [busy, setBusy] = useState<Planning['busy']>(firstPlan || firstProblem ? undefined : 'planning');
  const [moved, setMoved] = useState(false);
  const current = useRef(firstPlan);
  const base = useRef(request.base);
  const sending = useRef(false);

  const take = useCallback((next: Plan) => {
    if (current.current && substance(current.current) !== substance(next)) setMoved(true);
    current.current = next;
    setPlan(next);
    setProblem(undefined);
  }, []);

  const make = useCallback(
    async (signal?: AbortSignal) => {
      setBusy('planning');
      try {
        const answer = await makePlan({ ...request, base: base.current }, signal);
        take(answer.plan);
      } catch (error) {
        if (signal?.aborted) return;
        setProblem(error instanceof Problem ? error : new Problem(0, { title: String(error) }));
      }
      if (!signal?.aborted) setBusy(undefined);
    },
    [request, take],
  );

  const [first] = useState(request);
  const isFirst = request === first;
  useEffect(() => {
    if ((isFirst && (firstPlan || firstProblem)) || request.changes.length === 0) return;
    // Another request by the same person: that its plan differs is no surprise.
    current.current = undefined;
    base.current = request.base;
    const stop = new AbortController();
    void make(stop.signal);
    return () => stop.abort();
  }, [isFirst, firstPlan, firstProblem, request, make]);

  useLiveChange(
    useCallback(
      (change: LiveChange) => {
        const known = current.current?.base ?? {};
        if (!sending.current && change.touched.some(({ id }) => id in known)) void make();
      },
      [make],
    ),
  );

  const send = useCallback(
    async (note: string) => {
      if (!current.current || sending.current) return undefined;
      sending.current = true;
      setBusy('sending');
      try {
        return await sendPlan({ ...request, base: base.current }, current.current, note);
      } catch (error) {
        const refused = error instanceof Problem ? error : new Problem(0, { title: String(error) });
        if (refused.code === 'plan_changed' && refused.plan) {
          current.current = refused.plan;
          setPlan(refused.plan);
          setMoved(true);
        } else if (refused.code === 'plan_changed') {
          setMoved(true);
          void make();
        } else {
          setProblem(refused);
        }
        return undefined;
      } finally {
        sending.current = false;
        setBusy(undefined);
      }
    },
    [request, make],
  );

  const again = useCallback(
    (onTop: boolean) => {
      if (onTop) base.current = undefined;
      void make();
    },
    [make],
  );

  return { plan, problem, busy, moved, seen: useCallback(() => setMoved(false), []), again, send };
}
