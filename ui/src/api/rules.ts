/** Wire types of rules, as the engine reads them. */

import type { Json, Share } from './types';

export type AllocationInput =
  | 'environment'
  | { literal: string }
  | { first_of: string[] }
  | { flagsmith_identity: string };

export interface Allocation {
  salt: string;
  scheme?: 'hoist64' | 'unleash' | 'flagsmith' | 'togglr' | 'fluxgate';
  inputs?: AllocationInput[];
  missing?: 'not_matched' | 'base' | 'draw';
  draw?: 'interval' | 'rendezvous';
  assign?: 'stable' | 'session' | 'request';
}

export interface CurvePoint {
  at: string;
  share: Share;
}

export interface CurvePause {
  from: string;
  until?: string | null;
}

export interface Curve {
  shape?: 'steps' | 'linear';
  points: CurvePoint[];
  pauses?: CurvePause[];
}

export interface Arm {
  variant: string;
  weight: number;
}

export interface Split {
  /** May be left out for a new split: the server fills it. Sent back unchanged for an existing one. */
  allocation?: Allocation;
  arms: Arm[];
}

export interface Ramp {
  allocation?: Allocation;
  variant: string;
  rest: string;
  curve: Curve;
}

export type What =
  | 'code_default'
  | { variant: string }
  | { value: Json }
  | { split: Split }
  | { ramp: Ramp }
  | { json_logic: { expression: Json; otherwise?: string | null } };

export interface Serve {
  serve: What;
  enabled?: boolean;
  metadata?: Record<string, Json>;
}

export type Operator =
  | 'equals'
  | 'in'
  | 'contains'
  | 'starts_with'
  | 'ends_with'
  | 'matches'
  | 'eq'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'modulo'
  | 'semver_eq'
  | 'semver_lt'
  | 'semver_lte'
  | 'semver_gt'
  | 'semver_gte'
  | 'semver_range'
  | 'before'
  | 'after'
  | 'within'
  | 'exists'
  | 'cidr';

export interface Test {
  attribute: string;
  op: Operator;
  values?: Json[];
  negate?: boolean;
  ignore_case?: boolean;
  quantifier?: 'any' | 'all' | 'none';
}

export interface Percentage {
  allocation?: Allocation;
  share: Share;
  bound?: 'exclusive' | 'inclusive';
}

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { test: Test }
  | { segment: string }
  | { percentage: Percentage }
  | { broken: { verdict: boolean; problem: string } };

export interface Gate {
  allocation?: Allocation;
  share: Share;
  curve?: Curve;
}

export interface Rule {
  id: string;
  name?: string;
  disabled?: boolean;
  condition?: Condition;
  gate?: Gate;
  serve: Serve;
}
