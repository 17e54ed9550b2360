import { Time } from '@/components/Time';
import { absolute } from '@/components/time';
import { splitText as t } from '@/text/split';
import { linesOf, nextTransition, outline, realTime, shareAt } from './ramp';
import classes from './Serve.module.css';
import { percent } from './sentence';
import type { Curve } from './wire';

const WIDTH = 480;
const HEIGHT = 96;

/** Share over time: past solid, future dashed, pauses shaded, a line at now. */
export function RampChart({ curve, now }: { curve: Curve; now: number }) {
  const times = curve.points.flatMap((point) => {
    const real = realTime(curve, Date.parse(point.at));
    return real === undefined ? [] : [real];
  });
  const edges = (curve.pauses ?? [])
    .flatMap(({ from, until }) => [from, until])
    .flatMap((edge) => (edge ? [Date.parse(edge)] : []));
  const first = Math.min(now, ...times, ...edges);
  const last = Math.max(now, ...times, ...edges);
  const margin = Math.max((last - first) * 0.08, 3_600_000);
  const [from, to] = [first - margin, last + margin];
  if (!Number.isFinite(from) || !Number.isFinite(to)) return null;
  const x = (at: number) => ((at - from) / (to - from)) * WIDTH;
  const y = (share: number) => HEIGHT - 4 - (share / 10_000) * (HEIGHT - 12);
  const line = (start: number, end: number) =>
    outline(curve, start, end)
      .map(
        (corner, index) =>
          `${index === 0 ? 'M' : 'L'}${x(corner.at).toFixed(1)} ${y(corner.share).toFixed(1)}`,
      )
      .join('');
  const next = nextTransition(curve, now);
  const name = next
    ? t.chartNext(percent(shareAt(curve, now)), percent(next.share), absolute(new Date(next.at)))
    : t.chartEnd(percent(shareAt(curve, now)));
  return (
    <figure className={classes.chart}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={name} preserveAspectRatio="none">
        {curve.pauses?.map((span) => {
          const [begin, end] = [Date.parse(span.from), span.until ? Date.parse(span.until) : to];
          return (
            <rect
              key={span.from}
              x={x(begin)}
              width={Math.max(0, x(end) - x(begin))}
              y="0"
              height={HEIGHT}
              className={classes.pause}
            />
          );
        })}
        {[0, 5_000, 10_000].map((share) => (
          <line key={share} x1="0" x2={WIDTH} y1={y(share)} y2={y(share)} className={classes.grid} />
        ))}
        <path d={line(from, now)} className={classes.past} />
        <path d={line(now, to)} className={classes.future} />
        <line x1={x(now)} x2={x(now)} y1="0" y2={HEIGHT} className={classes.now} />
      </svg>
      <span
        className={classes.here}
        aria-hidden="true"
        data-late={x(now) > WIDTH * 0.7 || undefined}
        style={{ insetInlineStart: `${(x(now) / WIDTH) * 100}%` }}
      >
        {t.here}
      </span>
      <figcaption className={classes.hint}>{name}</figcaption>
    </figure>
  );
}

/** The same in words, for those who do not see the picture. */
export function RampTable({ curve, now }: { curve: Curve; now: number }) {
  const lines = linesOf(curve, now);
  const open = curve.pauses?.some(({ until }) => !until);
  return (
    <details className={classes.tableBox}>
      <summary>{t.asTable}</summary>
      <table className={classes.table} aria-label={t.tableTitle}>
        <thead>
          <tr>
            <th scope="col">{t.tableWhen}</th>
            <th scope="col">{t.tableWhat}</th>
            <th scope="col">{t.tableShare}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ at, kind, share }) => (
            <tr key={`${kind} ${at}`} aria-current={kind === 'here' ? 'time' : undefined}>
              <td>
                {kind === 'here' ? absolute(new Date(at)) : <Time at={new Date(at).toISOString()} exact />}
              </td>
              <td>{t.lines[kind]}</td>
              <td>{percent(share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {open && <p className={classes.hint}>{t.until}</p>}
    </details>
  );
}
