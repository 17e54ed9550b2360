import { Button, NativeSelect, Radio } from '@mantine/core';
import { useId, useState } from 'react';
import { splitText as t } from '@/text/split';
import { AllocationNote } from './AllocationNote';
import { RemoveButton } from './RemoveButton';
import classes from './Serve.module.css';
import { ShareInput } from './ShareInput';
import { percent } from './sentence';
import {
  addArm,
  even,
  isEditable,
  mostFor,
  movesBetween,
  removeArm,
  type SplitModel,
  setRest,
  setVariant,
  setWeight,
  splitFrom,
} from './split';
import type { Split } from './wire';

interface SplitEditorProps {
  split: Split;
  variants: readonly string[];
  /** The split that is live now, to say who moves. */
  live?: Split | undefined;
  readOnly?: boolean;
  onChange: (split: Split) => void;
}

/** Weights that always sum to 100 %: one arm takes the rest. */
export function SplitEditor({ split, variants, live, readOnly = false, onChange }: SplitEditorProps) {
  const [rest, setRestAt] = useState(split.arms.length - 1);
  const name = useId();
  const model = splitFrom(split.arms, rest);
  const unused = variants.filter((key) => !model.arms.some((arm) => arm.variant === key));
  const set = (next: SplitModel) => {
    setRestAt(next.rest);
    onChange({ ...split, arms: [...next.arms] });
  };
  return (
    <div className={classes.block}>
      <SplitBar arms={model.arms} order={variants} />
      {variants.length < 2 && <p className={classes.hint}>{t.needTwo}</p>}
      <table className={classes.arms}>
        <thead>
          <tr>
            <th scope="col">{t.variant}</th>
            <th scope="col">{t.share}</th>
            <th scope="col">{t.rest}</th>
            <th scope="col">
              <span className={classes.hidden}>{t.acts}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {model.arms.map((arm, index) => (
            <tr key={arm.variant} data-zero={arm.weight === 0 || undefined}>
              <td>
                <span
                  className={classes.swatch}
                  data-series={seriesOf(variants, arm.variant)}
                  aria-hidden="true"
                />
                <NativeSelect
                  size="xs"
                  aria-label={t.variantOf(index + 1)}
                  disabled={readOnly}
                  value={arm.variant}
                  data={[arm.variant, ...unused]}
                  onChange={(event) => set(setVariant(model, index, event.currentTarget.value))}
                />
              </td>
              <td>
                {isEditable(model, index) && !readOnly ? (
                  <ShareInput
                    label={t.shareOf(arm.variant)}
                    value={arm.weight}
                    most={mostFor(model, index)}
                    onChange={(weight) => {
                      const edited = setWeight(model, index, weight);
                      if ('model' in edited) set(edited.model);
                    }}
                  />
                ) : (
                  <span className={classes.number}>{percent(arm.weight)}</span>
                )}
              </td>
              <td>
                <Radio
                  name={name}
                  aria-label={t.restIs(arm.variant)}
                  checked={index === model.rest}
                  disabled={readOnly}
                  onChange={() => set(setRest(model, index))}
                />
                {index === model.rest && <span className={classes.hint}>{t.takesRest}</span>}
              </td>
              <td>
                {!readOnly && model.arms.length > 1 && (
                  <RemoveButton
                    label={t.removeArm(arm.variant)}
                    onRemove={() => set(removeArm(model, index))}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!readOnly && (
        <div className={classes.row}>
          {unused[0] !== undefined && (
            <NativeSelect
              size="xs"
              aria-label={t.addArm}
              value=""
              data={[{ value: '', label: t.addArm }, ...unused]}
              onChange={(event) => event.currentTarget.value && set(addArm(model, event.currentTarget.value))}
            />
          )}
          <Button
            size="compact-xs"
            variant="default"
            disabled={model.arms.length < 2}
            onClick={() => set(even(model))}
          >
            {t.even}
          </Button>
        </div>
      )}
      {live && <Moves live={live} split={{ ...split, arms: [...model.arms] }} />}
      <AllocationNote allocation={split.allocation} />
    </div>
  );
}

function Moves({ live, split }: { live: Split; split: Split }) {
  const moves = movesBetween(live.arms, split.arms);
  if (moves.length === 0) return null;
  const total = moves.reduce((sum, move) => sum + move.share, 0);
  const before = splitFrom(live.arms).arms.map((arm) => arm.weight / 100);
  return (
    <p className={classes.moves} role="status">
      {t.moves(
        before.join('/'),
        percent(total),
        moves.map((move) => t.move(percent(move.share), move.from, move.to)),
      )}
    </p>
  );
}

export function seriesOf(variants: readonly string[], variant: string): number {
  return (Math.max(0, variants.indexOf(variant)) % 6) + 1;
}

interface SplitBarProps {
  arms: readonly { variant: string; weight: number }[];
  order: readonly string[];
}

/** A picture of the shares; the numbers stand beside it. */
export function SplitBar({ arms, order }: SplitBarProps) {
  return (
    <div className={classes.bar} aria-hidden="true">
      {arms.map((arm) => (
        <span key={arm.variant} data-series={seriesOf(order, arm.variant)} style={{ flexGrow: arm.weight }} />
      ))}
    </div>
  );
}
