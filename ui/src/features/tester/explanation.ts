/** The explanation of one evaluation, as the engine writes it down. Fields are only ever added. */
import type { Json } from '@/api/types';
import type { Marks, NodeMark } from '@/features/rules/marks';

export interface AllocationNote {
  purpose: 'gate' | 'percentage' | 'ramp' | 'split';
  position?: number;
  share?: number;
  inside?: boolean;
  arm?: string;
}

export interface SegmentNote {
  segment: string;
  verdict: 'member' | 'condition' | 'outside' | 'missing' | 'too_deep';
  condition?: ConditionNote;
}

export interface ConditionNote {
  path: string;
  kind: 'all' | 'any' | 'not' | 'test' | 'segment' | 'percentage' | 'broken';
  verdict: 'holds' | 'fails' | 'not_reached';
  attribute?: string;
  operator?: string;
  key?: string;
  actual?: Json;
  note?: 'missing' | 'wrong_type' | 'broken';
  problem?: string;
  segment?: SegmentNote;
  allocation?: AllocationNote;
  children?: ConditionNote[];
}

export interface RuleNote {
  id: string;
  name?: string;
  verdict: 'matched' | 'not_matched' | 'outside_gate' | 'not_reached' | 'error';
  problem?: string;
  condition?: ConditionNote;
  allocations?: AllocationNote[];
}

export interface StepNote {
  step: 'kill' | 'off' | 'windows' | 'prerequisites' | 'subjects' | 'segments' | 'rules' | 'serve';
  verdict: 'decided' | 'passed' | 'not_reached';
  /** What the windows say; `open` is the id of the one that decides. */
  windows?: { turns: 'on' | 'off'; open?: string };
  prerequisites?: { flag: string; verdict: 'holds' | 'differs' | 'missing' | 'cyclic' | 'too_deep' }[];
  segments?: SegmentNote[];
  rules?: RuleNote[];
  allocations?: AllocationNote[];
}

export interface Explanation {
  flag: string;
  subject?: string;
  until?: string;
  random?: boolean;
  steps: StepNote[];
}

export function readExplanation(value: unknown): Explanation | undefined {
  if (typeof value !== 'object' || value === null || !('steps' in value) || !Array.isArray(value.steps)) {
    return undefined;
  }
  return value as Explanation;
}

export function ruleNotes(explanation: Explanation | undefined): RuleNote[] {
  return explanation?.steps.flatMap((step) => step.rules ?? []) ?? [];
}

const results = { holds: 'yes', fails: 'no', not_reached: 'unreached' } as const;

/** Marks for the rows of a condition, by pointer. */
export function marksFrom(note: ConditionNote | undefined): Marks {
  const marks = new Map<string, NodeMark>();
  const visit = (node: ConditionNote) => {
    const mark: NodeMark = {
      result: node.note === 'broken' || node.problem ? 'error' : results[node.verdict],
    };
    if (node.note === 'missing') mark.absent = true;
    else if (node.actual !== undefined) mark.actual = node.actual;
    if (node.problem) mark.detail = node.problem;
    marks.set(node.path, mark);
    for (const child of node.children ?? []) visit(child);
  };
  if (note) visit(note);
  return marks;
}
