import { Problem } from '@/api/client';
import type { Schedule } from '@/api/types';
import type { Scope } from '@/app/scope';
import { makePlan } from '@/features/plan/send';
import { type Errors, refusedOf } from './form';

/**
 * Asks the server for a plan with these windows, to show what it refuses at its field. What else may be wrong is
 * said by the plan of the whole draft.
 */
export async function checkWindow(
  { organization, project }: Scope,
  flag: string,
  environment: string,
  schedule: Schedule,
  position: number,
): Promise<Errors | undefined> {
  const change = { config: { edit: { flag, environment, patch: { schedule } } } };
  try {
    const { plan } = await makePlan({ organization, project, changes: [change], title: '' });
    return refusedOf(plan.problems, position);
  } catch (error) {
    return error instanceof Problem ? refusedOf(error.problems, position) : undefined;
  }
}
