import { type FormEvent, useState } from 'react';
import type { FieldProblem } from '@/api/types';
import { type PlanRequest, usePlan } from './PlanContext';

interface SecretForm {
  /** The form was sent at least once: what is missing may be said. */
  complained: boolean;
  problems: FieldProblem[];
  forgetProblems: () => void;
  busy: boolean;
  /** What the answer brought, to be shown once. */
  secret: string | undefined;
  submit: (event: FormEvent) => Promise<void>;
}

/** A form whose change makes a secret: sends it with its plan, and closes unless there is a secret to show. */
export function useSecretForm(
  valid: boolean,
  request: () => Omit<PlanRequest, 'onProblems'>,
  onClose: () => void,
): SecretForm {
  const { openPlan } = usePlan();
  const [complained, setComplained] = useState(false);
  const [problems, setProblems] = useState<FieldProblem[]>([]);
  const [busy, setBusy] = useState(false);
  const [secret, setSecret] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setComplained(true);
    if (!valid || busy) return;
    setBusy(true);
    const result = await openPlan({
      ...request(),
      onProblems: (found) => {
        setProblems(found);
        return true;
      },
    });
    setBusy(false);
    if (result.outcome === 'cancelled') return;
    const made = result.answer.secrets?.[0]?.secret;
    if (made === undefined) onClose();
    else setSecret(made);
  };
  return { complained, problems, forgetProblems: () => setProblems([]), busy, secret, submit };
}
