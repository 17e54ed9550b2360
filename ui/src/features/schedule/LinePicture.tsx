import { useId } from 'react';
import { percent } from '@/components/percent';
import { scheduleText as t } from '@/text/schedule';
import classes from './Schedule.module.css';
import type { Happening, Span } from './spans';

interface LinePictureProps {
  name: string;
  from: number;
  to: number;
  now: number;
  spans: readonly Span[];
  coming: readonly Happening[];
}

const top = 22;
const height = 20;
const bottom = top + height;
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric' });
const shortFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric' });

/** The first moments of the days between two moments, by the wall clock. */
export function daysBetween(from: number, to: number): number[] {
  const days: number[] = [];
  const day = new Date(from);
  day.setHours(0, 0, 0, 0);
  while (day.getTime() < to) {
    if (day.getTime() >= from) days.push(day.getTime());
    day.setDate(day.getDate() + 1);
  }
  return days;
}

/** On and off as bars, points of ramps as diamonds, ends of kills and now as lines. */
export function LinePicture({ name, from, to, now, spans, coming }: LinePictureProps) {
  const hatch = useId();
  const x = (at: number) => `${(((at - from) / (to - from)) * 100).toFixed(3)}%`;
  const wide = (span: Span) => `${(((span.to - span.from) / (to - from)) * 100).toFixed(3)}%`;
  const days = daysBetween(from, to);
  const dense = days.length > 10;
  const ramps = coming.filter((event) => event.event === 'ramp');
  const kinds = new Set(spans.map((span) => span.is));
  return (
    <figure className={classes.picture}>
      <svg width="100%" height={bottom + 20} role="img" aria-label={name}>
        <defs>
          <pattern
            id={hatch}
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <line x1="0" y1="0" x2="0" y2="6" className={classes.hatch} />
          </pattern>
        </defs>
        {days.map((day, index) => (
          <g key={day}>
            <line x1={x(day)} x2={x(day)} y1={top - 4} y2={bottom + 4} className={classes.grid} />
            {(!dense || index % 5 === 0) && (
              <text x={x(day)} dx="3" y={bottom + 16} className={classes.label}>
                {(dense ? shortFormat : dayFormat).format(day)}
              </text>
            )}
          </g>
        ))}
        <line x1="0" x2="100%" y1={bottom} y2={bottom} className={classes.base} />
        {spans
          .filter((span) => span.is !== 'off')
          .map((span) => (
            <rect
              key={span.from}
              x={x(span.from)}
              width={wide(span)}
              y={top}
              height={height}
              className={classes.bar}
              data-is={span.is}
              {...(span.is === 'killed' ? { fill: `url(#${hatch})` } : {})}
            />
          ))}
        {now > from && <rect x="0" width={x(now)} y={top - 4} height={height + 8} className={classes.past} />}
        {ramps.map((event) => (
          <svg key={`${event.at} ${event.share}`} x={x(Date.parse(event.at))} y={top} overflow="visible">
            <title>{t.ramps(percent(event.share ?? 0))}</title>
            <path d="M0 4L6 10 0 16-6 10z" className={classes.ramp} />
          </svg>
        ))}
        <line x1={x(now)} x2={x(now)} y1={top - 8} y2={bottom + 4} className={classes.now} />
        <text x={x(now)} y={top - 10} className={classes.nowLabel}>
          {t.now}
        </text>
      </svg>
      <figcaption className={classes.legend}>
        {(['on', 'off', 'killed'] as const)
          .filter((is) => kinds.has(is))
          .map((is) => (
            <span key={is}>
              <svg width="18" height="10" aria-hidden="true" focusable="false">
                {is === 'off' ? (
                  <line x1="0" x2="18" y1="9" y2="9" className={classes.base} />
                ) : (
                  <rect
                    width="18"
                    height="10"
                    className={classes.bar}
                    data-is={is}
                    {...(is === 'killed' ? { fill: `url(#${hatch})` } : {})}
                  />
                )}
              </svg>{' '}
              {t.legend[is]}
            </span>
          ))}
        {ramps.length > 0 && (
          <span>
            <svg width="12" height="12" aria-hidden="true" focusable="false">
              <path d="M6 0L12 6 6 12 0 6z" className={classes.ramp} />
            </svg>{' '}
            {t.legend.ramp}
          </span>
        )}
      </figcaption>
    </figure>
  );
}
