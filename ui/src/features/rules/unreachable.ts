/** "Can never match", only where it is provable. */
import { type Condition, type Rule, sameJson } from './wire';

/** For each rule that can never match: the position of the rule that takes everyone before it. */
export function unreachableRules(rules: readonly Rule[]): Map<string, number> {
  const found = new Map<string, number>();
  rules.forEach((rule, index) => {
    if (rule.disabled) return;
    const taker = rules.findIndex((earlier, place) => place < index && takesAllOf(earlier, rule));
    if (taker >= 0) found.set(rule.id, taker);
  });
  return found;
}

function takesAllOf(earlier: Rule, later: Rule): boolean {
  if (earlier.disabled || earlier.gate || !decidesAlways(earlier)) return false;
  if (isTrue(earlier.condition)) return true;
  const condition = earlier.condition;
  if (!condition || !later.condition || hasDraw(condition)) return false;
  return implies(later.condition, condition);
}

/** A split or ramp may pass a subject on when its inputs are missing. */
function decidesAlways(rule: Rule): boolean {
  const what = rule.serve.serve;
  return what === 'code_default' || 'variant' in what || 'value' in what;
}

function isTrue(condition: Condition | undefined): boolean {
  if (!condition) return true;
  return 'all' in condition && condition.all.every(isTrue);
}

function hasDraw(condition: Condition): boolean {
  if ('percentage' in condition) return true;
  if ('not' in condition) return hasDraw(condition.not);
  if ('all' in condition) return condition.all.some(hasDraw);
  return 'any' in condition && condition.any.some(hasDraw);
}

/** Whether `left` holding proves `right`; false when it is not obvious. */
function implies(left: Condition, right: Condition): boolean {
  if (sameJson(left, right)) return true;
  if ('all' in right) return right.all.every((part) => implies(left, part));
  if ('all' in left && left.all.some((part) => implies(part, right))) return true;
  if ('any' in left) return left.any.length > 0 && left.any.every((part) => implies(part, right));
  if ('any' in right) return right.any.some((part) => implies(left, part));
  return narrows(left, right);
}

/** `country in [NO]` proves `country in [NO, IS]`. */
function narrows(left: Condition, right: Condition): boolean {
  if (!('test' in left) || !('test' in right)) return false;
  const [a, b] = [left.test, right.test];
  if (a.attribute !== b.attribute || a.negate || b.negate || a.ignore_case || b.ignore_case) return false;
  if ((a.quantifier ?? 'any') !== 'any' || (b.quantifier ?? 'any') !== 'any') return false;
  if (!['in', 'equals'].includes(a.op) || !['in', 'equals'].includes(b.op)) return false;
  const wider = b.values ?? [];
  return (
    (a.values ?? []).length > 0 &&
    (a.values ?? []).every((value) => wider.some((other) => sameJson(value, other)))
  );
}
