import { absolute } from '@/components/time';
import { splitText as t } from '@/text/split';
import { LocalTime } from './LocalTime';
import { RemoveButton } from './RemoveButton';
import { removePause, setPause, validateCurve } from './ramp';
import classes from './Serve.module.css';
import type { Curve, Pause } from './wire';

/** The pause that nobody has ended yet: no other comes behind it. */
export const openPause = (curve: Curve): Pause | undefined => curve.pauses?.find(({ until }) => !until);

interface PauseListProps {
  curve: Curve;
  now: number;
  readOnly: boolean;
  onChange: (curve: Curve) => void;
}

/** Spans in which a curve stands still. What has passed is told, what comes is edited. */
export function PauseList({ curve, now, readOnly, onChange }: PauseListProps) {
  const pauses = curve.pauses ?? [];
  if (pauses.length === 0) return null;
  const wrong = new Set(
    validateCurve(curve).flatMap(({ code, index }) => (code === 'pause_order' ? [index] : [])),
  );
  return (
    <ul className={classes.pauses} aria-label={t.pauses}>
      {pauses.map((span, index) => {
        const error = wrong.has(index) ? t.curveProblems.pause_order : undefined;
        const isPlanned = !readOnly && Date.parse(span.from) > now;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: pauses are told apart by their place
          <li key={index}>
            {isPlanned && <span>{t.pauseWord}</span>}
            {isPlanned ? (
              <LocalTime
                label={t.pauseFrom(index + 1)}
                value={span.from}
                now={now}
                error={error}
                onChange={(from) => onChange(setPause(curve, index, { from }))}
              />
            ) : (
              <span>{t.pauseSpan(absolute(span.from), span.until ? absolute(span.until) : undefined)}</span>
            )}
            {isPlanned && span.until && (
              <>
                <span>{t.pauseTo}</span>
                <LocalTime
                  label={t.pauseUntil(index + 1)}
                  value={span.until}
                  now={now}
                  onChange={(until) => onChange(setPause(curve, index, { until }))}
                />
              </>
            )}
            {isPlanned && (
              <RemoveButton
                label={t.removePause(index + 1)}
                onRemove={() => onChange(removePause(curve, index))}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
