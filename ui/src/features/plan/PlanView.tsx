import type { Change, Plan } from '@/api/types';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { Icon } from '@/components/Icon';
import { common } from '@/text/common';
import { planText } from '@/text/plan';
import { EffectsView } from './EffectsView';
import classes from './Plan.module.css';

const shownSentences = 20;

function policyText(plan: Plan): string {
  if (plan.outcome === 'propose') return planText.policyPropose;
  if (plan.outcome === 'schedule') return planText.policySchedule;
  if (plan.outcome === 'refuse') return planText.policyRefuse;
  return planText.policyNow;
}

/** A plan, read-only: sentences, checks, reach, policy, undo, documents. */
export function PlanView({ plan, changes }: { plan: Plan; changes: Change[] }) {
  const { impact } = plan;
  const reaches = [
    impact.flags > 0 ? planText.reachesFlags(impact.flags) : '',
    impact.segments > 0 ? planText.reachesSegments(impact.segments) : '',
  ].filter(Boolean);
  return (
    <div className={classes.plan}>
      {plan.sentences.length > 1 && <p className={classes.muted}>{planText.edits(plan.sentences.length)}</p>}
      <ul className={classes.sentences}>
        {plan.sentences.slice(0, shownSentences).map((sentence, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sentences may repeat and never move
          <li key={index}>{sentence.text}</li>
        ))}
      </ul>
      {plan.sentences.length > shownSentences && (
        <details className={classes.details}>
          <summary>{planText.usedByMore(plan.sentences.length - shownSentences)}</summary>
          <ul className={classes.sentences}>
            {plan.sentences.slice(shownSentences).map((sentence, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: sentences may repeat and never move
              <li key={index}>{sentence.text}</li>
            ))}
          </ul>
        </details>
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
      {plan.problems.map((problem) => (
        <p key={problem.pointer + problem.detail} className={classes.check} data-tone="danger">
          <Icon name="close" /> {problem.detail}
        </p>
      ))}
      {plan.warnings.map((warning) => (
        <p key={warning.code + warning.text} className={classes.check} data-tone="warn">
          <Icon name="warn" /> {warning.text}
        </p>
      ))}
    </>
  );
}
