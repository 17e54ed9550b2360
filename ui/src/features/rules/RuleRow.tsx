import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '@/components/Icon';
import { type Movable, MovableRow } from '@/components/Movable';
import movable from '@/components/Movable.module.css';
import { ruleText as t } from '@/text/rule';
import classes from './Rules.module.css';
import { sentenceOf, wordsOfGate, wordsOfServe } from './sentence';
import type { DragOrder } from './useDragOrder';
import type { Rule } from './wire';

interface RuleRowProps {
  list: Movable<Rule>;
  rule: Rule;
  index: number;
  now: number;
  changed: boolean;
  open: boolean;
  /** What the rule was for the test subject. */
  result?: string | undefined;
  problem?: string | undefined;
  unreachable?: number | undefined;
  handle?: ReturnType<DragOrder['handle']> | undefined;
  onToggle: () => void;
  /** Behind the buttons that move it. */
  children?: ReactNode;
}

/** One rule in one line: name, who, what. */
export function RuleRow(props: RuleRowProps) {
  const { list, rule, index, now, changed, open, result, problem, unreachable, handle, onToggle, children } =
    props;
  const name = list.nameAt(index);
  return (
    <div className={classes.rowBox}>
      <MovableRow
        list={list}
        index={index}
        changed={changed}
        handle={handle}
        acts={children}
        marks={{ 'data-rule-row': rule.id, 'data-disabled': rule.disabled || undefined }}
      >
        <UnstyledButton
          className={`${movable.words} ${classes.open}`}
          aria-expanded={open}
          aria-label={t.openRule(name)}
          onClick={onToggle}
        >
          <span className={movable.name}>{name}</span>
          <span className={classes.sentence}>{sentenceOf(rule.condition)}</span>
          <span className={classes.serve}>
            {rule.gate && <span className={classes.gate}>{wordsOfGate(rule.gate, now)} </span>}→{' '}
            {wordsOfServe(rule.serve, now)}
          </span>
        </UnstyledButton>
        {result && <span className={classes.tested}>{result}</span>}
      </MovableRow>
      {rule.disabled && <p className={classes.warn}>{t.isAside}</p>}
      {unreachable !== undefined && (
        <p className={classes.warn}>
          <Icon name="warn" size={12} /> {t.unreachable(index + 1, unreachable + 1)}
        </p>
      )}
      {problem && (
        <p className={classes.problem}>
          <Icon name="warn" size={12} /> {t.broken(problem)}
        </p>
      )}
    </div>
  );
}
