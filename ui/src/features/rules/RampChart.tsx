import { absolute } from '@/components/time';
import { splitText as t } from '@/text/split';
import { nextTransition, outline, realTime, shareAt } from './ramp';
import classes from './Serve.module.css';
import { percent } from './sentence';
import type { Curve } from './wire';

const WIDTH = 480;
const HEIGHT = 96;

/** Share over time: past solid, future dashed, a line at now. The points beside it are its table. */
export function RampChart({ curve, now }: { curve: Curve; now: number }) {
  const times = curve.points.flatMap((point) => {
    const real = realTime(curve, Date.parse(point.at));
    return real === undefined ? [] : [real];
  });
  const first = Math.min(now, ...times);
  const last = Math.max(now, ...times);
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
        {[0, 5_000, 10_000].map((share) => (
          <line key={share} x1="0" x2={WIDTH} y1={y(share)} y2={y(share)} className={classes.grid} />
        ))}
        <path d={line(from, now)} className={classes.past} />
        <path d={line(now, to)} className={classes.future} />
        <line x1={x(now)} x2={x(now)} y1="0" y2={HEIGHT} className={classes.now} />
      </svg>
      <figcaption className={classes.hint}>{name}</figcaption>
    </figure>
  );
}
