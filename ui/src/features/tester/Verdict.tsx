import type { ExplainResult } from '@/api/types';
import { Time } from '@/components/Time';
import { shortJson } from '@/features/rules/sentence';
import { testerText as t } from '@/text/tester';
import classes from './Tester.module.css';

/** What is served and in which word the reason is told to clients. */
export function Verdict({ result }: { result: ExplainResult }) {
  return (
    <p className={classes.verdictLine}>
      <strong className={classes.served}>→ {servedWords(result)}</strong>
      <span className={classes.reason}>
        {t.reason} {result.reason}
        {result.enabled ? '' : ` · ${detailOf(result) ?? t.notEnabled}`}
        {result.error && <span className={classes.danger}> · {result.error}</span>}
        {result.until && (
          <>
            {' '}
            · {t.mayChange} <Time at={result.until} />
          </>
        )}
      </span>
    </p>
  );
}

/** What turned it off, if it is one step of the way. */
const detailOf = ({ detail }: ExplainResult) => (typeof detail === 'string' ? t.details[detail] : undefined);

export function servedWords(result: ExplainResult): string {
  const value = result.value === undefined ? '' : shortJson(result.value);
  if (result.variant && value && value !== JSON.stringify(result.variant) && value !== result.variant) {
    return `${result.variant} = ${value}`;
  }
  return result.variant ?? (value || t.codeDefault);
}
