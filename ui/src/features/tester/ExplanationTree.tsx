import { createContext, type ReactNode, useContext } from 'react';
import type { ScheduleWindow } from '@/api/types';
import { isOperator } from '@/features/rules/operators';
import { percent } from '@/features/rules/sentence';
import { windowSentence } from '@/features/schedule/words';
import { operatorWords } from '@/text/rules';
import { testerText as t } from '@/text/tester';
import type {
  AllocationNote,
  ConditionNote,
  Explanation,
  RuleNote,
  SegmentNote,
  StepNote,
} from './explanation';
import classes from './Tester.module.css';

type Sign = 'yes' | 'no' | 'outside' | 'unreached' | 'error' | 'none';
const signs: Record<Sign, string> = {
  yes: '✓',
  no: '✗',
  outside: '◌',
  unreached: '·',
  error: '!',
  none: '–',
};

const Windows = createContext<readonly ScheduleWindow[]>([]);

interface ExplanationTreeProps {
  explanation: Explanation;
  /** Of the flag where it was evaluated: they have the names. */
  windows?: readonly ScheduleWindow[] | undefined;
}

/** The whole path of one evaluation: each step, each rule, each test with the value it saw. */
export function ExplanationTree({ explanation, windows = [] }: ExplanationTreeProps) {
  return (
    <Windows value={windows}>
      <ol className={classes.tree} aria-label={t.explanation}>
        {explanation.steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are told apart by their place
          <Step key={index} step={step} />
        ))}
        {explanation.random && <Line sign="none">{t.random}</Line>}
      </ol>
    </Windows>
  );
}

function Line({
  sign,
  word,
  children,
  below,
}: {
  sign: Sign;
  word?: string;
  children: ReactNode;
  below?: ReactNode;
}) {
  return (
    <li>
      <div className={classes.line} data-sign={sign}>
        <span
          className={classes.sign}
          role="img"
          aria-label={word ?? t.signs[sign]}
          title={word ?? t.signs[sign]}
        >
          {signs[sign]}
        </span>
        <span>{children}</span>
      </div>
      {below && <ol>{below}</ol>}
    </li>
  );
}

function Step({ step }: { step: StepNote }) {
  const decided = step.verdict === 'decided';
  if (step.verdict === 'not_reached' && step.step !== 'rules') {
    return (
      <Line sign="unreached">
        {t.steps[step.step]} {t.notReached}
      </Line>
    );
  }
  switch (step.step) {
    case 'kill':
      return <Line sign={decided ? 'no' : 'yes'}>{decided ? t.isKilled : t.notKilled}</Line>;
    case 'off':
      return <Line sign={decided ? 'no' : 'yes'}>{decided ? t.isOff : t.isOn}</Line>;
    case 'windows':
      return <WindowsLine note={step.windows} />;
    case 'prerequisites':
      return (
        <>
          {(step.prerequisites ?? []).map((item) => (
            <Line
              key={item.flag}
              sign={item.verdict === 'holds' ? 'yes' : item.verdict === 'differs' ? 'no' : 'error'}
            >
              {t.prerequisite(item.flag)} {t.prerequisiteVerdicts[item.verdict]}
            </Line>
          ))}
        </>
      );
    case 'subjects':
      return <Line sign={decided ? 'yes' : 'none'}>{decided ? t.subjectOverride : t.noSubjectOverride}</Line>;
    case 'segments':
      return (
        <Line
          sign={decided ? 'yes' : 'none'}
          below={(step.segments ?? []).map((note) => <SegmentLine key={note.segment} note={note} />)}
        >
          {decided ? t.segmentOverride : t.noSegmentOverride}
        </Line>
      );
    case 'rules':
      return (
        <>
          {(step.rules ?? []).map((rule, index) => (
            <RuleLine key={rule.id} rule={rule} position={index + 1} />
          ))}
        </>
      );
    case 'serve':
      return (
        <Line sign={decided ? 'yes' : 'none'} below={allocationLines(step.allocations)}>
          {t.steps.serve}
        </Line>
      );
  }
}

function WindowsLine({ note }: { note: StepNote['windows'] }) {
  const windows = useContext(Windows);
  if (!note) return null;
  const open = windows.find((window) => window.id === note.open);
  const name = open ? open.name || windowSentence(open) : note.open;
  return (
    <Line sign={note.turns === 'on' ? 'yes' : 'no'}>
      {name === undefined ? t.noWindowOpen(note.turns) : t.windowOpen(name, note.turns)}
    </Line>
  );
}

const ruleSigns: Record<RuleNote['verdict'], Sign> = {
  matched: 'yes',
  not_matched: 'no',
  outside_gate: 'outside',
  not_reached: 'unreached',
  error: 'error',
};

function RuleLine({ rule, position }: { rule: RuleNote; position: number }) {
  const below = [
    rule.condition && <ConditionLine key="condition" note={rule.condition} />,
    ...(allocationLines(rule.allocations) ?? []),
  ].filter(Boolean);
  return (
    <Line
      sign={ruleSigns[rule.verdict]}
      word={t.ruleVerdicts[rule.verdict]}
      below={below.length > 0 ? below : undefined}
    >
      <strong>{t.ruleNamed(position, rule.name ?? '')}</strong>{' '}
      <span className={classes.verdict}>{t.ruleVerdicts[rule.verdict]}</span>
      {rule.problem && <span className={classes.danger}> {rule.problem}</span>}
    </Line>
  );
}

const conditionSigns: Record<ConditionNote['verdict'], Sign> = {
  holds: 'yes',
  fails: 'no',
  not_reached: 'unreached',
};

function ConditionLine({ note }: { note: ConditionNote }) {
  const broken = note.note === 'broken' || note.problem !== undefined;
  const children = note.children ?? [];
  const below = [
    ...children.map((child) => <ConditionLine key={child.path} note={child} />),
    note.segment?.condition && <ConditionLine key="segment" note={note.segment.condition} />,
    ...(allocationLines(note.allocation ? [note.allocation] : undefined) ?? []),
  ].filter(Boolean);
  return (
    <Line sign={broken ? 'error' : conditionSigns[note.verdict]} below={below.length > 0 ? below : undefined}>
      {conditionWords(note)}
      {note.note === 'missing' && <em className={classes.absent}> {t.isAbsent(note.attribute ?? '')}</em>}
      {note.note === 'wrong_type' && <em className={classes.absent}> {t.wrongType}</em>}
      {note.actual !== undefined && note.note !== 'missing' && (
        <code className={classes.actual}> {JSON.stringify(note.actual)}</code>
      )}
      {note.problem && <span className={classes.danger}> {note.problem}</span>}
    </Line>
  );
}

function conditionWords(note: ConditionNote): string {
  switch (note.kind) {
    case 'all':
    case 'any':
    case 'not':
    case 'percentage':
    case 'broken':
      return t.conditionKinds[note.kind];
    case 'segment':
      return note.segment
        ? `${t.segment(note.key ?? '')} ${t.segmentVerdicts[note.segment.verdict]}`
        : t.segment(note.key ?? '');
    case 'test': {
      const operator = note.operator ?? '';
      return `${note.attribute ?? ''} ${isOperator(operator) ? operatorWords[operator].plain : operator}`;
    }
  }
}

function SegmentLine({ note }: { note: SegmentNote }) {
  const inside = note.verdict === 'member' || note.verdict === 'condition';
  const sign = inside ? 'yes' : note.verdict === 'outside' ? 'no' : 'error';
  return (
    <Line sign={sign} below={note.condition && <ConditionLine note={note.condition} />}>
      {t.segment(note.segment)} {t.segmentVerdicts[note.verdict]}
    </Line>
  );
}

function allocationLines(notes: AllocationNote[] | undefined): ReactNode[] | undefined {
  return notes?.map((note) => (
    <Line
      key={note.purpose}
      sign={note.inside === false ? 'outside' : note.inside || note.arm ? 'yes' : 'none'}
    >
      {t.purposes[note.purpose]}:{' '}
      {note.position === undefined ? t.noPosition : t.position(percent(note.position))}
      {note.share !== undefined &&
        ` · ${note.inside ? t.insideShare(percent(note.share)) : t.outsideShare(percent(note.share))}`}
      {note.arm !== undefined && ` → ${note.arm}`}
      {note.position !== undefined && <Placement position={note.position} share={note.share} />}
    </Line>
  ));
}

/** Where the subject stands between 0 and 100 %. */
function Placement({ position, share }: { position: number; share: number | undefined }) {
  return (
    <span className={classes.scale} aria-hidden="true">
      {share !== undefined && <span className={classes.share} style={{ inlineSize: `${share / 100}%` }} />}
      <span className={classes.needle} style={{ insetInlineStart: `${position / 100}%` }} />
    </span>
  );
}
