import { Button } from '@mantine/core';
import { historyText as t } from '@/text/history';
import type { EditLine } from './effects';
import classes from './History.module.css';

const signs = { add: '+', remove: '−', change: '±', move: '↕' } as const;

interface EditLinesProps {
  edits: readonly EditLine[];
  /** Takes one line back; absent where that is not possible. */
  onUndo?: ((edit: EditLine) => void) | undefined;
}

/** One line per difference, its kind as sign and word. */
export function EditLines({ edits, onUndo }: EditLinesProps) {
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
            {onUndo && edit.part && (
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={t.undoLineNamed(`${edit.title} ${edit.text}`.trim())}
                onClick={() => onUndo(edit)}
              >
                {t.undoLine}
              </Button>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
