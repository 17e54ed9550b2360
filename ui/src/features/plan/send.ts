import type { QueryClient } from '@tanstack/react-query';
import { api, Problem } from '@/api/client';
import { keys } from '@/api/keys';
import { invalidate } from '@/api/live';
import { changesPath } from '@/api/paths';
import type { ChangeAnswer, ChangesBody, Plan, SentAnswer } from '@/api/types';
import { planText } from '@/text/plan';
import type { PlanRequest } from './PlanContext';

type Scope = Pick<PlanRequest, 'organization' | 'project'>;

export async function makePlan(request: PlanRequest, signal?: AbortSignal): Promise<ChangeAnswer> {
  const answer = await post(request, { changes: request.changes, base: request.base, dry_run: true }, signal);
  if (!answer.plan) throw new Problem(500, { title: planText.failed });
  return { ...answer, plan: answer.plan };
}

export async function sendPlan(request: PlanRequest, plan: Plan, note: string): Promise<ChangeAnswer> {
  const base = { ...plan.base, ...request.base };
  const answer = await post(request, {
    changes: request.changes,
    note: note.trim() || undefined,
    base: Object.keys(base).length > 0 ? base : undefined,
    plan: plan.token,
  });
  if (answer.outcome === 'refused')
    throw new Problem(403, { title: planText.refusedTitle, detail: answer.reason });
  return { ...answer, plan: answer.plan ?? plan };
}

function post(scope: Scope, body: ChangesBody, signal?: AbortSignal): Promise<SentAnswer> {
  const headers = body.dry_run ? undefined : { 'idempotency-key': crypto.randomUUID() };
  return api.post<SentAnswer>(changesPath(scope.organization, scope.project), body, { signal, headers });
}

/** Reads again what the applied change touched, without waiting for the stream. */
export async function refresh(client: QueryClient, scope: Scope, answer: ChangeAnswer): Promise<void> {
  const { organization, project } = scope;
  const touched = answer.plan.effects.map(({ kind, key, document }) => ({ kind, key, id: document }));
  if (organization && project) {
    invalidate(client, organization, project, {
      revision: answer.revision ?? 0,
      touched,
      actor: { name: '' },
      summary: '',
    });
  }
  if (organization && (!project || touched.some((each) => each.kind === 'project'))) {
    void client.invalidateQueries({ queryKey: keys.organization(organization) });
    await client.invalidateQueries({ queryKey: keys.session });
  }
  if (!organization) void client.invalidateQueries({ queryKey: ['instance'] });
}

/** What a person would notice: two plans with equal substance need no second look. */
export function substance(plan: Plan): string {
  return JSON.stringify([
    plan.sentences.map((sentence) => sentence.text),
    plan.effects,
    plan.problems,
    plan.warnings.map((warning) => warning.text),
    plan.outcome,
    plan.grade,
  ]);
}

/** May be applied without the dialog: harmless, at once, nothing to warn of. */
export function isPlain(plan: Plan): boolean {
  return (
    plan.grade <= 1 && plan.outcome === 'apply' && plan.warnings.length === 0 && plan.problems.length === 0
  );
}

/** The name that stands in the button. */
export function whereOf(plan: Plan | undefined, environment: string | undefined): string | undefined {
  if (environment) return environment;
  const reached = plan?.impact.environments ?? [];
  if (reached.length === 0) return undefined;
  if (reached.length <= 3) return reached.map((each) => each.key).join(', ');
  return `${reached.length} environments`;
}
