import { historyText as t } from '@/text/history';
import type { EditLine } from './effects';
import classes from './History.module.css';

const signs = { add: '+', remove: '−', change: '±', move: '↕' } as const;

/** One line per difference, its kind as sign and word. */
export function EditLines({ edits }: { edits: readonly EditLine[] }) {
  return (
    <ul className={classes.lines}>
      {edits.map((edit, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text
        <li key={index} data-mark={edit.mark}>
          <span className={classes.sign} role="img" aria-label={t.marks[edit.mark]}>
            {signs[edit.mark]}
          </span>
          <span>
            {edit.title && <strong>{edit.title}</strong>} {edit.text}
          </span>
        </li>
      ))}
    </ul>
  );
}
