import { Button } from '@mantine/core';
import { useState } from 'react';
import type { FlagEnvironment, Patch } from '@/api/types';
import { useScope } from '@/app/scope';
import { Dialog } from '@/components/Dialog';
import { Time, useMinute } from '@/components/Time';
import { usePlan } from '@/features/plan';
import { baseAt } from '@/features/rules/draft';
import { RampChart, RampTable } from '@/features/rules/RampChart';
import {
  advance,
  holdAt,
  nextTransition,
  pause,
  previousShare,
  resume,
  shareAt,
  stateOf,
} from '@/features/rules/ramp';
import { ShareInput } from '@/features/rules/ShareInput';
import { percent } from '@/features/rules/sentence';
import type { Curve, Rule, Serve } from '@/features/rules/wire';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';

interface RampActsProps {
  /** Key of the flag. */
  flag: string;
  entry: FlagEnvironment;
  /** The rule whose ramp it is; absent = Otherwise. */
  rule?: string;
}

interface Place {
  curve: Curve;
  patch: (curve: Curve) => Patch;
}

function inServe(serve: Serve): { curve: Curve; put: (curve: Curve) => Serve } | undefined {
  const what = serve.serve;
  if (typeof what !== 'object' || !('ramp' in what)) return undefined;
  return { curve: what.ramp.curve, put: (curve) => ({ ...serve, serve: { ramp: { ...what.ramp, curve } } }) };
}

/** What has a ramp in an environment: rules by id, and Otherwise (absent). */
export const rampsIn = (entry: FlagEnvironment): (string | undefined)[] =>
  [...entry.config.rules.map(({ id }) => id), undefined].filter((id) => placeOf(entry, id) !== undefined);

/** The live ramp of a rule (its gate or what it serves) or of Otherwise. */
function placeOf(entry: FlagEnvironment, id: string | undefined): Place | undefined {
  const { config } = entry;
  if (id === undefined) {
    const found = inServe(config.default);
    return found && { curve: found.curve, patch: (curve) => ({ default: found.put(curve) }) };
  }
  const rule = config.rules.find((other) => other.id === id);
  if (!rule) return undefined;
  const replaced = (next: Rule): Patch => ({
    rules: config.rules.map((other) => (other.id === id ? next : other)),
  });
  const { gate } = rule;
  if (gate?.curve)
    return { curve: gate.curve, patch: (curve) => replaced({ ...rule, gate: { ...gate, curve } }) };
  const found = inServe(rule.serve);
  return found && { curve: found.curve, patch: (curve) => replaced({ ...rule, serve: found.put(curve) }) };
}

/** A running ramp: its share now, what comes next, and the acts on it. */
export function RampActs({ flag, entry, rule }: RampActsProps) {
  const scope = useScope();
  const { openPlan } = usePlan();
  const now = useMinute();
  const [holding, setHolding] = useState(false);
  const place = placeOf(entry, rule);
  if (!place) return null;
  const { curve } = place;
  const state = stateOf(curve, now);
  const next = nextTransition(curve, now);
  const { key } = entry.environment;
  const allowed = scope.can('flag.configure');
  const act = (word: string, edited: Curve) =>
    void openPlan({
      organization: scope.organization,
      project: scope.project,
      environment: key,
      changes: [{ config: { edit: { flag, environment: key, patch: place.patch(edited) } } }],
      base: baseAt(entry.config),
      title: t.rampTitle(word, flag, key),
    });
  return (
    <div className={classes.ramp}>
      <span>
        <strong>{t.rampStates[state]}</strong> {percent(shareAt(curve, now))}
        {next && (
          <>
            {' '}
            · {t.nextStep(percent(next.share))} <Time at={new Date(next.at).toISOString()} />
          </>
        )}
      </span>
      {allowed && state !== 'finished' && (
        <span className={classes.rampButtons}>
          {state === 'paused' ? (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => act(t.resume, resume(curve, Date.now()))}
            >
              {t.resume}
            </Button>
          ) : (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => act(t.pause, pause(curve, Date.now()))}
            >
              {t.pause}
            </Button>
          )}
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => act(t.advance, advance(curve, Date.now()))}
          >
            {t.advance}…
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setHolding(true)}>
            {t.rollBack}…
          </Button>
        </span>
      )}
      {state !== 'finished' && (
        <div className={classes.rampPicture}>
          <RampChart curve={curve} now={now} />
          <RampTable curve={curve} now={now} />
        </div>
      )}
      {holding && (
        <HoldDialog
          start={previousShare(curve, now)}
          onClose={() => setHolding(false)}
          onHold={(share) => act(t.rollBack, holdAt(curve, share, Date.now()))}
        />
      )}
    </div>
  );
}

function HoldDialog({
  start,
  onClose,
  onHold,
}: {
  start: number;
  onClose: () => void;
  onHold: (share: number) => void;
}) {
  const [share, setShare] = useState(start);
  return (
    <Dialog onClose={onClose} title={t.rollBackTitle} size="xs">
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          onHold(share);
        }}
      >
        <p className={classes.muted}>{t.rollBackHelp}</p>
        <ShareInput label={t.rollBackTo} value={share} onChange={setShare} />
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t.cancel}
          </Button>
          <Button type="submit">{t.rollBack}…</Button>
        </div>
      </form>
    </Dialog>
  );
}
