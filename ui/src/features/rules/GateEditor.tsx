import { Button, SegmentedControl } from '@mantine/core';
import { useMinute } from '@/components/Time';
import { splitText as t } from '@/text/split';
import { AllocationNote } from './AllocationNote';
import { CurveEditor } from './RampEditor';
import { newCurve, shareAt } from './ramp';
import classes from './Serve.module.css';
import { ShareInput } from './ShareInput';
import type { Gate } from './wire';

interface GateEditorProps {
  gate: Gate | undefined;
  readOnly?: boolean;
  onChange: (gate: Gate | undefined) => void;
}

/** Lets only a share of those who match into the rule; the others go on to the next one. */
export function GateEditor({ gate, readOnly = false, onChange }: GateEditorProps) {
  const now = useMinute();
  if (!gate) {
    if (readOnly) return <p className={classes.hint}>{t.noGate}</p>;
    return (
      <div className={classes.row}>
        <span className={classes.hint}>{t.noGate}</span>
        <Button size="compact-xs" variant="default" onClick={() => onChange({ share: 1_000 })}>
          {t.addGate}
        </Button>
      </div>
    );
  }
  const { curve, ...still } = gate;
  return (
    <div className={classes.block}>
      <div className={classes.row}>
        <SegmentedControl
          size="xs"
          aria-label={t.gateForm}
          readOnly={readOnly}
          value={curve ? 'curve' : 'share'}
          data={[
            { value: 'share', label: t.gateShare },
            { value: 'curve', label: t.gateCurve },
          ]}
          onChange={(form) =>
            onChange(
              form === 'curve'
                ? { ...still, curve: newCurve(now) }
                : { ...still, share: curve ? shareAt(curve, now) : gate.share },
            )
          }
        />
        {!curve && (
          <ShareInput
            label={t.gateShareLabel}
            value={gate.share}
            readOnly={readOnly}
            onChange={(share) => onChange({ ...gate, share })}
          />
        )}
        {!readOnly && (
          <Button size="compact-xs" variant="subtle" onClick={() => onChange(undefined)}>
            {t.removeGate}
          </Button>
        )}
      </div>
      <p className={classes.hint}>{t.gateHint}</p>
      {curve && (
        <CurveEditor
          curve={curve}
          readOnly={readOnly}
          onChange={(next) => onChange({ ...gate, curve: next })}
        />
      )}
      <AllocationNote allocation={gate.allocation} />
    </div>
  );
}
