import { UnstyledButton } from '@mantine/core';
import type { KeyboardEvent, ReactNode } from 'react';
import { Icon } from '@/components/Icon';
import { ruleText as t } from '@/text/rule';
import classes from './Rules.module.css';
import { sentenceOf, wordsOfGate, wordsOfServe } from './sentence';
import type { DragOrder } from './useDragOrder';
import type { Rule } from './wire';

interface RuleRowProps {
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
  onKeyDown: (event: KeyboardEvent) => void;
  onToggle: () => void;
  children?: ReactNode;
}

/** One rule in one line: name, who, what. */
export function RuleRow(props: RuleRowProps) {
  const {
    rule,
    index,
    now,
    changed,
    open,
    result,
    problem,
    unreachable,
    handle,
    onKeyDown,
    onToggle,
    children,
  } = props;
  const name = rule.name || t.position(index + 1);
  return (
    <div className={classes.rowBox}>
      {/* biome-ignore lint/a11y/useSemanticElements: a row that moves by keys */}
      <div
        className={classes.row}
        role="group"
        aria-label={t.rowLabel(index + 1, rule.name ?? '')}
        aria-keyshortcuts="Enter Alt+ArrowUp Alt+ArrowDown"
        data-rule-row={rule.id}
        data-disabled={rule.disabled || undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a row that moves by keys
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {handle && (
          <span className={classes.handle} aria-hidden="true" {...handle}>
            ⠿
          </span>
        )}
        <span className={classes.number}>{index + 1}</span>
        <UnstyledButton
          className={classes.open}
          aria-expanded={open}
          aria-label={t.openRule(name)}
          onClick={onToggle}
        >
          <span className={classes.name}>{name}</span>
          <span className={classes.sentence}>{sentenceOf(rule.condition)}</span>
          <span className={classes.serve}>
            {rule.gate && <span className={classes.gate}>{wordsOfGate(rule.gate, now)} </span>}→{' '}
            {wordsOfServe(rule.serve, now)}
          </span>
        </UnstyledButton>
        {result && <span className={classes.tested}>{result}</span>}
        {changed && <span className={classes.dot} role="img" aria-label={t.edited} title={t.edited} />}
        <span className={classes.acts}>{children}</span>
      </div>
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
