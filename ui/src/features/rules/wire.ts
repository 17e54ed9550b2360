/** Shapes of rules as they travel: the same JSON the engine reads. */
import type { Config, Overrides, Test } from '@/api/types';

export type {
  Allocation,
  Arm,
  Condition,
  Curve,
  CurvePause as Pause,
  CurvePoint as Point,
  FlagKind as Kind,
  Gate,
  Json,
  Operator,
  Outside,
  Percentage,
  Prerequisite,
  Ramp,
  Rule,
  Schedule,
  ScheduleWindow,
  SegmentOverride as SegmentGroup,
  Serve,
  Split,
  SubjectOverride as SubjectGroup,
  Test,
  Variant,
  What,
} from '@/api/types';

export type Scalar = string | number | boolean;
export type Quantifier = NonNullable<Test['quantifier']>;
export type CurveShape = 'steps' | 'linear';

/** The parts of a flag's configuration that a draft may hold. */
export type ConfigBody = Pick<Config, 'off' | 'schedule' | 'prerequisites' | 'rules' | 'default'>;
export type OverridesBody = Pick<Overrides, 'subjects' | 'segments'>;

/** Equality of two JSON documents; the order of keys does not count. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => sameJson(item, right[index]));
  }
  const a = left as Record<string, unknown>;
  const b = right as Record<string, unknown>;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (!sameJson(a[key], b[key])) return false;
  }
  return true;
}
