import { conditionEditorText as t } from '@/text/conditionEditor';
import classes from './ConditionEditor.module.css';
import { useMark } from './marks';

const signs = { yes: '✓', no: '✗', unreached: '·', error: '!' } as const;

/** What this part was for the test subject, with the value it saw. */
export function MarkShape({ pointer }: { pointer: string }) {
  const mark = useMark(pointer);
  if (!mark) return null;
  const actual = mark.absent ? t.absent : mark.actual === undefined ? '' : JSON.stringify(mark.actual);
  return (
    <span className={classes.mark} data-result={mark.result}>
      {actual && <span className={classes.actual}>{actual}</span>}
      <span role="img" aria-label={t.marks[mark.result]} title={mark.detail}>
        {signs[mark.result]}
      </span>
    </span>
  );
}
