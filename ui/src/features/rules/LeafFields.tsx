import { ActionIcon, Autocomplete, Menu, NativeSelect, Tooltip } from '@mantine/core';
import { Icon } from '@/components/Icon';
import { conditionEditorText as t } from '@/text/conditionEditor';
import { operatorWords, typeWords } from '@/text/rules';
import classes from './ConditionEditor.module.css';
import { type Path, replaceAt, type Unit } from './condition';
import {
  type AttributeType,
  isOperator,
  OPERATORS,
  operatorsOf,
  retype,
  TYPES,
  typeOf,
  withOperator,
} from './operators';
import { SegmentPicker } from './SegmentPicker';
import { ShareInput } from './ShareInput';
import { percent } from './sentence';
import { useTree } from './treeContext';
import { ValueFields } from './ValueFields';
import type { Condition, Quantifier, Test } from './wire';

/** The fields of a leaf: a test, a segment, a fixed share, or something unreadable. */
export function LeafFields({ unit }: { path: Path; unit: Unit }) {
  const { root, apply, readOnly } = useTree();
  const set = (node: Condition) => root && apply(replaceAt(root, unit.corePath, node));
  const { core } = unit;
  if ('test' in core) return <TestFields test={core.test} onChange={(test) => set({ test })} />;
  if ('segment' in core) {
    return (
      <>
        <span className={classes.lead}>{t.inSegment}</span>
        <SegmentPicker value={core.segment} readOnly={readOnly} onChange={(segment) => set({ segment })} />
      </>
    );
  }
  if ('percentage' in core) {
    const { percentage } = core;
    return (
      <>
        <span className={classes.lead}>{t.fixedShare}</span>
        {readOnly ? (
          <span>{percent(percentage.share)}</span>
        ) : (
          <ShareInput
            label={t.share}
            value={percentage.share}
            onChange={(share) => set({ percentage: { ...percentage, share } })}
          />
        )}
        <span className={classes.muted}>{t.saltOf(percentage.allocation?.salt ?? '')}</span>
      </>
    );
  }
  if ('broken' in core) {
    return (
      <span className={classes.broken}>
        <Icon name="warn" size={14} /> {t.broken(core.broken.problem, core.broken.verdict)}
      </span>
    );
  }
  return null;
}

function TestFields({ test, onChange }: { test: Test; onChange: (test: Test) => void }) {
  const { attributes, readOnly } = useTree();
  const type = typeOf(test, attributes.typeOf(test.attribute));
  const setAttribute = (attribute: string) => {
    const known = attributes.typeOf(attribute);
    const untouched = (test.values ?? []).length === 0 && test.op !== 'exists';
    const next = { ...test, attribute };
    onChange(known && untouched && known !== type ? retype(next, known) : next);
  };
  return (
    <>
      <Autocomplete
        size="xs"
        className={classes.attribute}
        aria-label={t.attribute}
        placeholder={t.attribute}
        value={test.attribute}
        data={attributes.names}
        readOnly={readOnly}
        limit={50}
        onChange={setAttribute}
      />
      <NativeSelect
        size="xs"
        className={classes.type}
        aria-label={t.type}
        value={type}
        disabled={readOnly}
        data={TYPES.map((value) => ({ value, label: typeWords[value] }))}
        onChange={(event) => onChange(retype(test, event.currentTarget.value as AttributeType))}
      />
      <NativeSelect
        size="xs"
        className={classes.operator}
        aria-label={t.operator}
        value={(test.negate ? '!' : '') + test.op}
        disabled={readOnly}
        data={operatorOptions(test, type)}
        onChange={(event) => onChange(chooseOperator(test, event.currentTarget.value, type))}
      />
      <ValueFields
        test={test}
        type={type}
        readOnly={readOnly}
        examples={attributes.examplesOf(test.attribute)}
        onChange={(values) => onChange({ ...test, values })}
      />
      <TestOptions test={test} type={type} onChange={onChange} />
    </>
  );
}

function operatorOptions(test: Test, type: AttributeType) {
  const list = operatorsOf(type);
  const all = list.includes(test.op) ? list : [...list, test.op];
  return all.flatMap((op) => [
    { value: op, label: operatorWords[op].plain },
    { value: `!${op}`, label: operatorWords[op].negated },
  ]);
}

function chooseOperator(test: Test, choice: string, type: AttributeType): Test {
  const negate = choice.startsWith('!');
  const op = negate ? choice.slice(1) : choice;
  if (!isOperator(op)) return test;
  const { negate: _, ...rest } = op === test.op ? test : withOperator(test, op, type);
  return negate ? { ...rest, negate } : rest;
}

function TestOptions({
  test,
  type,
  onChange,
}: {
  test: Test;
  type: AttributeType;
  onChange: (test: Test) => void;
}) {
  const { readOnly } = useTree();
  const foldable = OPERATORS[test.op].foldsCase && type === 'string';
  const setQuantifier = (quantifier: Quantifier) => {
    const { quantifier: _, ...rest } = test;
    onChange(quantifier === 'any' ? rest : { ...rest, quantifier });
  };
  return (
    <>
      {(foldable || test.ignore_case) && (
        <Tooltip label={t.ignoreCase}>
          <ActionIcon
            size={24}
            aria-label={t.ignoreCase}
            aria-pressed={Boolean(test.ignore_case)}
            data-on={test.ignore_case || undefined}
            className={classes.fold}
            disabled={readOnly}
            onClick={() => {
              const { ignore_case: folded, ...rest } = test;
              onChange(folded ? rest : { ...rest, ignore_case: true });
            }}
          >
            {t.caseSign}
          </ActionIcon>
        </Tooltip>
      )}
      {(test.quantifier ?? 'any') !== 'any' && (
        <span className={classes.muted}>{t.quantifiers[test.quantifier ?? 'any']}</span>
      )}
      {!readOnly && test.op !== 'exists' && (
        <Menu position="bottom-start">
          <Menu.Target>
            <ActionIcon size={24} aria-label={t.elements}>
              <Icon name="layers" size={14} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t.elements}</Menu.Label>
            {(['any', 'all', 'none'] as const).map((quantifier) => (
              <Menu.Item key={quantifier} onClick={() => setQuantifier(quantifier)}>
                {t.quantifiers[quantifier]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
