import { Button, NativeSelect, SegmentedControl } from '@mantine/core';
import { useMinute } from '@/components/Time';
import { splitText as t } from '@/text/split';
import { AllocationNote } from './AllocationNote';
import { LocalTime } from './LocalTime';
import { openPause, PauseList } from './PauseList';
import { RampChart } from './RampChart';
import { RemoveButton } from './RemoveButton';
import { addPause, addPoint, removePoint, setPoint, setShape, validateCurve } from './ramp';
import classes from './Serve.module.css';
import { ShareInput } from './ShareInput';
import type { Curve, CurveShape, Ramp } from './wire';

interface CurveEditorProps {
  curve: Curve;
  readOnly?: boolean;
  onChange: (curve: Curve) => void;
}

/** Points, shape and planned pauses of a share over time. Pausing now is an act and not done here. */
export function CurveEditor({ curve, readOnly = false, onChange }: CurveEditorProps) {
  const now = useMinute();
  const problems = validateCurve(curve);
  const problemOf = (index: number) => {
    const found = problems.find((problem) => problem.index === index && problem.code !== 'pause_order');
    return found ? t.curveProblems[found.code] : undefined;
  };
  return (
    <div className={classes.block}>
      <RampChart curve={curve} now={now} />
      <div className={classes.row}>
        <SegmentedControl
          size="xs"
          aria-label={t.shape}
          readOnly={readOnly}
          value={curve.shape ?? 'steps'}
          data={[
            { value: 'steps', label: t.steps },
            { value: 'linear', label: t.linear },
          ]}
          onChange={(shape) => onChange(setShape(curve, shape as CurveShape))}
        />
      </div>
      <ol className={classes.points}>
        {curve.points.map((point, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: points are told apart by their place
          <li key={index}>
            <ShareInput
              label={t.pointShare(index + 1)}
              value={point.share}
              readOnly={readOnly}
              onChange={(share) => onChange(setPoint(curve, index, { share }))}
            />
            <LocalTime
              label={t.pointTime(index + 1)}
              value={point.at}
              now={now}
              readOnly={readOnly}
              error={problemOf(index)}
              onChange={(at) => onChange(setPoint(curve, index, { at }))}
            />
            {!readOnly && curve.points.length > 1 && (
              <RemoveButton
                label={t.removePoint(index + 1)}
                onRemove={() => onChange(removePoint(curve, index))}
              />
            )}
          </li>
        ))}
      </ol>
      <PauseList curve={curve} now={now} readOnly={readOnly} onChange={onChange} />
      {!readOnly && (
        <div className={classes.row}>
          <Button size="compact-xs" variant="default" onClick={() => onChange(addPoint(curve, now))}>
            {t.addPoint}
          </Button>
          {openPause(curve) === undefined && (
            <Button size="compact-xs" variant="default" onClick={() => onChange(addPause(curve, now))}>
              {t.addPause}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

interface RampEditorProps {
  ramp: Ramp;
  variants: readonly string[];
  readOnly?: boolean;
  onChange: (ramp: Ramp) => void;
}

/** One variant for a growing share, another for the rest. */
export function RampEditor({ ramp, variants, readOnly = false, onChange }: RampEditorProps) {
  return (
    <div className={classes.block}>
      <div className={classes.row}>
        <NativeSelect
          size="xs"
          label={t.rampTo}
          disabled={readOnly}
          value={ramp.variant}
          data={withCurrent(variants, ramp.variant)}
          onChange={(event) => onChange({ ...ramp, variant: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label={t.rampRest}
          disabled={readOnly}
          value={ramp.rest}
          data={withCurrent(variants, ramp.rest)}
          onChange={(event) => onChange({ ...ramp, rest: event.currentTarget.value })}
        />
      </div>
      {ramp.variant === ramp.rest && <p className={classes.warn}>{t.sameVariant}</p>}
      <CurveEditor
        curve={ramp.curve}
        readOnly={readOnly}
        onChange={(curve) => onChange({ ...ramp, curve })}
      />
      <AllocationNote allocation={ramp.allocation} />
    </div>
  );
}

export function withCurrent(variants: readonly string[], current: string): string[] {
  return variants.includes(current) ? [...variants] : [current, ...variants];
}
