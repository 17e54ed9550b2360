import { createContext, useContext } from 'react';
import type { Problem } from '@/api/client';
import type { Change, ChangeAnswer, FieldProblem, Plan, Revision } from '@/api/types';

/** Something of a request that can be left out of it. */
export interface PlanPart {
  key: string;
  title: string;
  lines: string[];
}

export interface PlanRequest {
  /** Left out for a change of the instance (own tokens). */
  organization?: string;
  /** Left out for a change of the organization. */
  project?: string;
  changes: Change[];
  /** Revisions the changes were made on, by document id. */
  base?: Record<string, Revision>;
  /** What the request is made of, when its parts can be left out one by one. */
  parts?: PlanPart[];
  /** The changes without the parts that were left out. */
  without?: (left: ReadonlySet<string>) => Pick<PlanRequest, 'changes' | 'base'>;
  /** Title of the dialog, for example "Change checkout-v2 in prod". */
  title: string;
  /** Key of the environment that the changes touch, when it is one. */
  environment?: string;
  note?: string;
  /**
   * Apply without the dialog when the plan is of grade 0 or 1, would be applied now and has no warnings; the
   * undo toast follows. The default is true for one change, false for several.
   */
  direct?: boolean;
  /** The past-tense sentence of the toast; without it the server's first sentence. */
  done?: string;
  /**
   * Called with the field problems of an invalid change. Answering true means that they are shown at the
   * fields: no dialog opens and the result is cancelled.
   */
  onProblems?: (problems: FieldProblem[]) => boolean;
}

export type PlanResult =
  | { outcome: 'applied' | 'proposed' | 'scheduled'; answer: ChangeAnswer; plan: Plan }
  | {
      outcome: 'cancelled';
      /** The conflict or refusal that was on screen when the dialog was left. */
      problem?: Problem;
    };

export interface PlanApi {
  /** Makes the plan, shows it where needed, sends it. Resolves when applied, proposed or cancelled. */
  openPlan: (request: PlanRequest) => Promise<PlanResult>;
  /** The last thing that can be undone with `z`, if any. */
  undoLast: () => void;
  /** Whether the dialog is on screen; what floats below it hides meanwhile. */
  dialogOpen: boolean;
}

export const PlanContext = createContext<PlanApi>({
  openPlan: async () => ({ outcome: 'cancelled' }),
  undoLast: () => undefined,
  dialogOpen: false,
});

export function usePlan(): PlanApi {
  return useContext(PlanContext);
}
