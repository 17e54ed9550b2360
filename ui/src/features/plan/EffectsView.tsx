import { useMemo, useState } from 'react';
import type { Change, Effect } from '@/api/types';
import { CopyButton } from '@/components/CopyButton';
import { PagedList } from '@/components/PagedList';
import { planText } from '@/text/plan';
import { fold, lineDiff } from './diff';
import classes from './Plan.module.css';

const grouped = 20;
/** Characters of the request that are drawn; all of it can be copied. */
const drawn = 100_000;
const nameOf = ([name]: [string, Effect[]]) => name;

/** The documents that a plan changes, and the request that makes it; folded until asked for. */
export function EffectsView({ effects, changes }: { effects: Effect[]; changes: Change[] }) {
  const [documents, setDocuments] = useState(false);
  const [json, setJson] = useState(false);
  const text = useMemo(() => (json ? JSON.stringify({ changes }, null, 2) : ''), [json, changes]);
  return (
    <div className={classes.folds}>
      <details className={classes.details} onToggle={(event) => setDocuments(event.currentTarget.open)}>
        <summary>
          {planText.asDocuments} · {planText.effects(effects.length)}
        </summary>
        {documents && (effects.length > grouped ? <Groups effects={effects} /> : <Each effects={effects} />)}
      </details>
      <details className={classes.details} onToggle={(event) => setJson(event.currentTarget.open)}>
        <summary>{planText.asJson}</summary>
        {json && (
          <div className={classes.document}>
            <CopyButton value={text} what={planText.asJson} />
            {text.length > drawn && <p className={classes.muted}>{planText.shortened}</p>}
            <pre>{text.slice(0, drawn)}</pre>
          </div>
        )}
      </details>
    </div>
  );
}

function Groups({ effects }: { effects: Effect[] }) {
  const groups = useMemo(() => {
    const found = new Map<string, Effect[]>();
    for (const effect of effects) {
      const name = effect.key.split(/\/| in /)[0] || effect.kind;
      const group = found.get(name);
      if (group) group.push(effect);
      else found.set(name, [effect]);
    }
    return [...found];
  }, [effects]);
  return (
    <PagedList items={groups} textOf={nameOf}>
      {(rows) => rows.map(([name, members]) => <Group key={name} name={name} effects={members} />)}
    </PagedList>
  );
}

function Group({ name, effects }: { name: string; effects: Effect[] }) {
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{planText.moreEffects(name, effects.length)}</summary>
      {open && <Each effects={effects} />}
    </details>
  );
}

function Each({ effects }: { effects: Effect[] }) {
  return effects.map((effect) => (
    <section key={`${effect.document} ${effect.op}`} className={classes.document}>
      <p className={classes.muted}>
        {planText.effectOps[effect.op]} {effect.kind} <code>{effect.key}</code>
        {effect.count !== undefined && ` · ${planText.members(effect.count, effect.op === 'add_members')}`}
      </p>
      {(effect.before !== undefined || effect.after !== undefined) && (
        <DocumentDiff before={effect.before} after={effect.after} />
      )}
    </section>
  ));
}

/** A unified difference of two JSON documents. */
export function DocumentDiff({ before, after }: Pick<Effect, 'before' | 'after'>) {
  const lines = fold(lineDiff(before, after));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable
    <pre className={classes.diff} tabIndex={0}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text
        <span key={index} data-op={line.op}>
          {line.op === 'add' ? '+ ' : line.op === 'remove' ? '− ' : '  '}
          {line.text}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
