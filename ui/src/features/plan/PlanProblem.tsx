import { Button } from '@mantine/core';
import type { Problem } from '@/api/client';
import { ErrorPanel, Note } from '@/components/Status';
import { Time } from '@/components/Time';
import { planText } from '@/text/plan';
import classes from './Plan.module.css';

interface PlanProblemProps {
  problem: Problem;
  again: (onTop: boolean) => void;
}

/** Why there is no plan, or why it was not taken. */
export function PlanProblem({ problem, again }: PlanProblemProps) {
  if (problem.conflict) {
    const { winner } = problem;
    return (
      <Note tone="danger">
        <strong>{planText.conflictTitle}</strong>
        {winner && (
          <p className={classes.notice}>
            {planText.conflictBy(winner.actor?.name, winner.revision)}
            {winner.at && (
              <>
                {' · '}
                <Time at={winner.at} />
              </>
            )}
            <br />
            {winner.summary}
          </p>
        )}
        {problem.problems.length > 0 && (
          <ul className={classes.list}>
            {problem.problems.map((part) => (
              <li key={part.pointer + part.code}>{part.detail || part.pointer}</li>
            ))}
          </ul>
        )}
        <p className={classes.notice}>{problem.problems.length === 0 && !winner ? problem.detail : ''}</p>
        <p className={classes.notice}>{planText.conflictHelp}</p>
        <Button size="compact-sm" variant="default" onClick={() => again(true)}>
          {planText.conflictAgain}
        </Button>
      </Note>
    );
  }
  if (problem.forbidden) {
    return (
      <Note tone="danger">
        <strong>{planText.refusedTitle}</strong>
        <p className={classes.notice}>{problem.detail || planText.noPermission}</p>
      </Note>
    );
  }
  if (problem.problems.length > 0) {
    return (
      <Note tone="danger">
        <strong>{planText.problemsTitle}</strong>
        <ul className={classes.list}>
          {problem.problems.map((part) => (
            <li key={part.pointer + part.code + part.detail}>
              {part.detail} <code>{part.pointer}</code>
            </li>
          ))}
        </ul>
      </Note>
    );
  }
  return <ErrorPanel error={problem} what={planText.failed} retry={() => again(false)} />;
}
