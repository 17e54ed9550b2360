import { Button, Textarea, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Problem } from '@/api/client';
import { environmentsQuery } from '@/api/queries';
import type { ChangeAnswer, Environment, Plan } from '@/api/types';
import { useConnected } from '@/app/live';
import { Dialog } from '@/components/Dialog';
import { EnvironmentBadge, EnvironmentStripe } from '@/components/EnvironmentBadge';
import { ListSkeleton, Note } from '@/components/Status';
import { planText } from '@/text/plan';
import classes from './Plan.module.css';
import type { PlanRequest } from './PlanContext';
import { PlanParts } from './PlanParts';
import { PlanProblem } from './PlanProblem';
import { PlanView } from './PlanView';
import { whereOf } from './send';
import { usePlanning } from './usePlanning';

interface PlanDialogProps {
  request: PlanRequest;
  firstPlan: Plan | undefined;
  firstProblem: Problem | undefined;
  onSent: (answer: ChangeAnswer) => Promise<void>;
  onClose: (problem: Problem | undefined) => void;
}

function useEnvironment(request: PlanRequest, plan: Plan | undefined): Environment | undefined {
  const { organization = '', project = '' } = request;
  const { data } = useQuery({ ...environmentsQuery(organization, project), enabled: project !== '' });
  const reached = plan?.impact.environments ?? [];
  const key = request.environment ?? (reached.length === 1 ? reached[0]?.key : undefined);
  return data?.find((environment) => environment.key === key);
}

function buttonText(plan: Plan, where: string | undefined): string {
  if (plan.outcome === 'propose') return planText.propose(where);
  if (plan.outcome === 'schedule') return planText.schedule(where);
  return planText.apply(where);
}

const nothingLeft: ReadonlySet<string> = new Set();

export function PlanDialog({ request: whole, firstPlan, firstProblem, onSent, onClose }: PlanDialogProps) {
  const [left, setLeft] = useState(nothingLeft);
  const request = useMemo(
    () => (left.size > 0 && whole.without ? { ...whole, ...whole.without(left) } : whole),
    [whole, left],
  );
  const empty = request.changes.length === 0;
  const planning = usePlanning(request, firstPlan, firstProblem);
  const { plan, problem, busy, moved } = planning;
  const connected = useConnected();
  const phone = useMediaQuery('(max-width: 767px)');
  const environment = useEnvironment(request, plan);
  const [note, setNote] = useState(request.note ?? '');
  const [typed, setTyped] = useState('');
  const [complained, setComplained] = useState(false);
  const noteRef = useRef<HTMLTextAreaElement>(null);
  const keyRef = useRef<HTMLInputElement>(null);
  const buttonRef = useRef<HTMLButtonElement>(null);
  const focused = useRef(false);
  const reasonId = useId();

  const careful = plan !== undefined && plan.grade >= 2;
  const mustType = plan?.grade === 3 ? plan.confirm || undefined : undefined;
  const refused = plan !== undefined && (plan.outcome === 'refuse' || plan.problems.length > 0);
  const sendable = plan !== undefined && !problem && !refused && !empty;
  const locked = moved || !connected || busy !== undefined;

  // The dialog itself puts the focus where `data-autofocus` is; this is for a plan that comes later.
  useEffect(() => {
    if (!plan || focused.current) return;
    focused.current = true;
    (plan.grade >= 2 ? noteRef : buttonRef).current?.focus();
  }, [plan]);

  const submit = async () => {
    if (!sendable || locked) return;
    if (mustType !== undefined && typed !== mustType) {
      setComplained(true);
      keyRef.current?.focus();
      return;
    }
    const answer = await planning.send(note);
    if (answer) await onSent(answer);
  };

  return (
    <Dialog
      onClose={() => onClose(problem)}
      size={720}
      fullScreen={phone}
      closeOnClickOutside={false}
      classNames={{ content: classes.content, header: classes.header, body: classes.body }}
      title={
        <span className={classes.title}>
          {request.title}
          {environment && <EnvironmentBadge environment={environment} long />}
        </span>
      }
    >
      {environment && <EnvironmentStripe environment={environment} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+Enter anywhere in the dialog */}
      <div
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void submit();
          }
        }}
      >
        {!plan && !problem && (
          <>
            <p className={classes.muted}>{planText.loading}</p>
            <ListSkeleton rows={4} />
          </>
        )}
        {problem && <PlanProblem problem={problem} again={planning.again} />}
        {moved && (
          <Note tone="warn">
            <strong>{planText.changedTitle}</strong>
            <p className={classes.notice}>{planText.changedHelp}</p>
            <Button size="compact-sm" variant="default" onClick={planning.seen}>
              {planText.changedSeen}
            </Button>
          </Note>
        )}
        {whole.parts && whole.parts.length > 1 && (
          <PlanParts parts={whole.parts} left={left} onLeft={setLeft} />
        )}
        {empty && <Note tone="info">{planText.nothingLeft}</Note>}
        {plan && !empty && <PlanView plan={plan} changes={request.changes} />}
        {sendable && (
          <div className={classes.fields}>
            <Textarea
              ref={noteRef}
              data-autofocus={careful || undefined}
              label={planText.note}
              description={planText.noteHelp}
              autosize
              minRows={1}
              maxRows={5}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            {mustType !== undefined && (
              <TextInput
                ref={keyRef}
                label={planText.typeKey(mustType)}
                autoComplete="off"
                spellCheck={false}
                value={typed}
                error={complained && typed !== mustType ? planText.typeKeyWrong(mustType) : undefined}
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
            )}
          </div>
        )}
      </div>
      <footer className={classes.footer}>
        <Button variant="default" onClick={() => onClose(problem)}>
          {planText.keep}
        </Button>
        <span className={classes.spacer} id={reasonId}>
          {!connected ? planText.disconnected : ''}
        </span>
        {sendable && plan && (
          <Button
            ref={buttonRef}
            data-autofocus={!careful || undefined}
            color={careful && plan.grade === 3 ? 'danger' : 'accent'}
            loading={busy === 'sending'}
            aria-disabled={locked || undefined}
            data-disabled={locked || undefined}
            aria-describedby={reasonId}
            onClick={() => void submit()}
          >
            {buttonText(plan, whereOf(plan, request.environment))}
            <span className={classes.shortcut} aria-hidden="true">
              Ctrl ⏎
            </span>
          </Button>
        )}
      </footer>
    </Dialog>
  );
}
