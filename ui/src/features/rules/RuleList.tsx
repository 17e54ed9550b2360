import { ActionIcon, Button, Menu, NumberInput } from '@mantine/core';
import { memo, useState } from 'react';
import { Dialog } from '@/components/Dialog';
import { Icon } from '@/components/Icon';
import { useMovable } from '@/components/Movable';
import movable from '@/components/Movable.module.css';
import { useMinute } from '@/components/Time';
import { ruleText as t } from '@/text/rule';
import { newRuleId } from './draft';
import type { Marks } from './marks';
import { readOpenRule } from './openRule';
import { moveItem } from './parts';
import { RuleEditor } from './RuleEditor';
import { RuleRow } from './RuleRow';
import classes from './Rules.module.css';
import { unreachableRules } from './unreachable';
import { useDragOrder } from './useDragOrder';
import { type Rule, sameJson } from './wire';

export interface RuleListProps {
  rules: Rule[];
  live: readonly Rule[];
  variants: readonly string[];
  /** Key of the opened rule; part of the address. */
  open: string | undefined;
  setOpen: (id: string | undefined) => void;
  onChange: (rules: Rule[]) => void;
  /** Key of the draft that the rules belong to. */
  draftKey: string;
  /** An edited rule, and what it was when its editor opened. */
  onRule: (rule: Rule, started: Rule) => void;
  readOnly?: boolean;
  problems?: ReadonlyMap<string, string>;
  marksOf?: (rule: string) => Marks;
  resultOf?: (rule: string) => string | undefined;
  onEdit?: (rule: Rule | undefined) => void;
  /** Controls of a running ramp in the live rule. */
  acts?: (rule: Rule) => React.ReactNode;
}

const none: Marks = new Map();

/**
 * The rules in order; the first that matches decides. Every change goes into the draft. A hundred of them are not drawn
 * anew for each pause of the keys in one: give it functions that stay the same.
 */
export const RuleList = memo(function RuleList(props: RuleListProps) {
  const {
    rules,
    live,
    variants,
    open,
    setOpen,
    onChange,
    draftKey,
    onRule,
    readOnly = false,
    problems,
    marksOf,
    onEdit,
  } = props;
  const now = useMinute();
  const [placing, setPlacing] = useState<string>();
  const [fresh, setFresh] = useState<Rule | undefined>(() => {
    const kept = readOpenRule(draftKey);
    return kept && !kept.started && kept.edited.id === open ? kept.edited : undefined;
  });
  const unreachable = unreachableRules(rules);

  const list = useMovable({
    items: rules,
    texts: t,
    readOnly,
    onMove: (from, to) => onChange(moveItem(rules, from, to)),
    onOpen: (rule) => setOpen(rule.id),
  });
  const drag = useDragOrder(list.box, list.move);
  const close = () => {
    setFresh(undefined);
    setOpen(undefined);
    onEdit?.(undefined);
  };
  const add = () => {
    const rule: Rule = {
      id: newRuleId(),
      serve: { serve: variants[0] === undefined ? 'code_default' : { variant: variants[0] } },
    };
    setFresh(rule);
    setOpen(rule.id);
  };
  const duplicate = (rule: Rule, index: number) => {
    const copy: Rule = {
      ...withoutSalts(rule),
      id: newRuleId(),
      name: t.copyOf(list.nameAt(index)),
    };
    onChange([...rules.slice(0, index + 1), copy, ...rules.slice(index + 1)]);
  };
  return (
    <>
      {rules.length === 0 && !fresh && <p className={classes.empty}>{t.none}</p>}
      <ol ref={list.box} className={movable.list}>
        {rules.map((rule, index) => (
          <li
            key={rule.id}
            id={`rule-${rule.id}`}
            className={movable.item}
            data-line={drag.target === index || undefined}
            data-line-after={(drag.target === rules.length && index === rules.length - 1) || undefined}
            data-dragged={drag.dragged === index || undefined}
          >
            <RuleRow
              list={list}
              rule={rule}
              index={index}
              now={now}
              changed={
                !sameJson(
                  rule,
                  live.find((other) => other.id === rule.id),
                )
              }
              open={open === rule.id}
              result={props.resultOf?.(rule.id)}
              problem={problems?.get(rule.id)}
              unreachable={unreachable.get(rule.id)}
              handle={readOnly ? undefined : drag.handle(index)}
              onToggle={() => (open === rule.id ? close() : setOpen(rule.id))}
            >
              {!readOnly && (
                <Menu position="bottom-end">
                  <Menu.Target>
                    <ActionIcon size={24} aria-label={t.more(list.nameAt(index))}>
                      <Icon name="dots" />
                    </ActionIcon>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item onClick={() => setOpen(rule.id)}>{t.edit}</Menu.Item>
                    <Menu.Item onClick={() => duplicate(rule, index)}>{t.duplicate}</Menu.Item>
                    <Menu.Item disabled={index === 0} onClick={() => list.move(index, 0)}>
                      {t.toTop}
                    </Menu.Item>
                    <Menu.Item disabled={rules.length < 2} onClick={() => setPlacing(rule.id)}>
                      {t.toPosition}
                    </Menu.Item>
                    <Menu.Item
                      onClick={() => onChange(rules.map((other) => (other === rule ? flipped(rule) : other)))}
                    >
                      {rule.disabled ? t.takeUp : t.setAside}
                    </Menu.Item>
                    <Menu.Divider />
                    <Menu.Item onClick={() => onChange(rules.filter((other) => other !== rule))}>
                      {t.delete}
                    </Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              )}
            </RuleRow>
            {props.acts?.(rule)}
            {open === rule.id && !readOnly && (
              <RuleEditor
                position={index + 1}
                rule={rule}
                live={live.find((other) => other.id === rule.id)}
                variants={variants}
                marks={marksOf?.(rule.id) ?? none}
                onCancel={close}
                onEdit={(next) => onEdit?.(next)}
                draftKey={draftKey}
                onDone={(next, started) => {
                  onRule(next, started);
                  list.focusLater(rule.id);
                  close();
                }}
              />
            )}
          </li>
        ))}
      </ol>
      {fresh && open === fresh.id && (
        <RuleEditor
          position={rules.length + 1}
          rule={fresh}
          fresh
          draftKey={draftKey}
          live={undefined}
          variants={variants}
          marks={none}
          onCancel={close}
          onDone={(next) => {
            onChange([...rules, next]);
            list.focusLater(next.id);
            close();
          }}
        />
      )}
      {!readOnly && !fresh && (
        <Button size="xs" variant="default" className={movable.add} data-add-rule onClick={add}>
          {t.add}
        </Button>
      )}
      {placing !== undefined && (
        <PlaceDialog
          count={rules.length}
          from={rules.findIndex((rule) => rule.id === placing)}
          onClose={() => setPlacing(undefined)}
          onMove={list.move}
        />
      )}
    </>
  );
});

function flipped(rule: Rule): Rule {
  const { disabled, ...rest } = rule;
  return disabled ? rest : { ...rest, disabled: true };
}

/** A copy places its subjects anew: allocations keep nothing of the original but their form. */
function withoutSalts(rule: Rule): Rule {
  return JSON.parse(JSON.stringify(rule), (key, value: unknown) =>
    key === 'allocation' ? undefined : value,
  ) as Rule;
}

interface PlaceDialogProps {
  count: number;
  from: number;
  onClose: () => void;
  onMove: (from: number, to: number) => void;
}

function PlaceDialog({ count, from, onClose, onMove }: PlaceDialogProps) {
  const [position, setPosition] = useState(from + 1);
  return (
    <Dialog onClose={onClose} title={t.toPosition} size="xs">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onClose();
          onMove(from, position - 1);
        }}
      >
        <NumberInput
          label={t.positionLabel(count)}
          data-autofocus
          min={1}
          max={count}
          allowDecimal={false}
          value={position}
          onChange={(value) => setPosition(Number(value))}
        />
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t.cancel}
          </Button>
          <Button type="submit">{t.move}</Button>
        </div>
      </form>
    </Dialog>
  );
}
