import { type ReactNode, useMemo, useState } from 'react';
import type { Change, Plan } from '@/api/types';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { Icon } from '@/components/Icon';
import { PagedList } from '@/components/PagedList';
import { common } from '@/text/common';
import { planText } from '@/text/plan';
import { EffectsView } from './EffectsView';
import classes from './Plan.module.css';

const shownSentences = 20;
const textOf = ({ text }: { text: string }) => text;
const detailOf = ({ detail }: { detail: string }) => detail;

function policyText(plan: Plan): string {
  if (plan.outcome === 'propose') return planText.policyPropose;
  if (plan.outcome === 'schedule') return planText.policySchedule;
  if (plan.outcome === 'refuse') return planText.policyRefuse;
  return planText.policyNow;
}

/** A plan, read-only: sentences, checks, reach, policy, undo, documents. */
export function PlanView({ plan, changes }: { plan: Plan; changes: Change[] }) {
  const { impact } = plan;
  const more = useMemo(() => plan.sentences.slice(shownSentences), [plan.sentences]);
  const reaches = [
    impact.flags > 0 ? planText.reachesFlags(impact.flags) : '',
    impact.segments > 0 ? planText.reachesSegments(impact.segments) : '',
  ].filter(Boolean);
  return (
    <div className={classes.plan}>
      {plan.sentences.length > 1 && <p className={classes.muted}>{planText.edits(plan.sentences.length)}</p>}
      <Sentences sentences={plan.sentences.slice(0, shownSentences)} from={0} />
      {more.length > 0 && (
        <Fold summary={planText.usedByMore(more.length)}>
          <PagedList items={more} textOf={textOf}>
            {(rows, from) => <Sentences sentences={rows} from={from} />}
          </PagedList>
        </Fold>
      )}
      <dl className={classes.facts}>
        {(impact.environments.length > 0 || reaches.length > 0) && (
          <>
            <dt>{planText.reaches}</dt>
            <dd className={classes.reach}>
              {impact.environments.map((environment) => (
                <EnvironmentBadge key={environment.key} environment={environment} />
              ))}
              {reaches.join(', ')}
            </dd>
          </>
        )}
        {impact.used_by.length > 0 && (
          <>
            <dt>{planText.usedBy}</dt>
            <dd>
              <UsedBy uses={impact.used_by} />
            </dd>
          </>
        )}
        <dt>{planText.checks}</dt>
        <dd>
          <Checks plan={plan} />
        </dd>
        <dt>{planText.policy}</dt>
        <dd>
          {policyText(plan)}
          {plan.reason ? `: ${plan.reason}` : ''}
        </dd>
      </dl>
      <EffectsView effects={plan.effects} changes={changes} />
    </div>
  );
}

function Sentences({ sentences, from }: { sentences: readonly Plan['sentences'][number][]; from: number }) {
  return (
    <ul className={classes.sentences}>
      {sentences.map((sentence, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sentences may repeat and never move
        <li key={from + index}>{sentence.text}</li>
      ))}
    </ul>
  );
}

/** What is drawn only when it is asked for. */
function Fold({ summary, children }: { summary: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {open && children}
    </details>
  );
}

function UsedBy({ uses }: { uses: Plan['impact']['used_by'] }) {
  return (
    <>
      {uses.slice(0, 5).map((use) => (
        <p key={`${use.flag} ${use.environment} ${use.where}`}>
          <code>{use.flag}</code> {use.environment} {use.where}
        </p>
      ))}
      {uses.length > 5 && <p>{planText.usedByMore(uses.length - 5)}</p>}
    </>
  );
}

function Checks({ plan }: { plan: Plan }) {
  if (plan.problems.length === 0 && plan.warnings.length === 0) {
    return (
      <p className={classes.check} data-tone="on">
        <Icon name="check" label={common.yes} /> {planText.checksFine}
      </p>
    );
  }
  return (
    <>
      <PagedList items={plan.problems} textOf={detailOf}>
        {(rows) =>
          rows.map((problem) => (
            <p key={problem.pointer + problem.detail} className={classes.check} data-tone="danger">
              <Icon name="close" /> {problem.detail}
            </p>
          ))
        }
      </PagedList>
      <PagedList items={plan.warnings} textOf={textOf}>
        {(rows) =>
          rows.map((warning) => (
            <p key={warning.code + warning.text} className={classes.check} data-tone="warn">
              <Icon name="warn" /> {warning.text}
            </p>
          ))
        }
      </PagedList>
    </>
  );
}
