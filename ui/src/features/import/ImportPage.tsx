import { Button, FileInput, NativeSelect } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import { api, Problem } from '@/api/client';
import { keys } from '@/api/keys';
import type { Gap, ImportAnswer } from '@/api/types';
import { useConnected } from '@/app/live';
import { useEnvironments, useScope } from '@/app/scope';
import { type Column, DataTable } from '@/components/DataTable';
import form from '@/components/Form.module.css';
import { GuardedButton } from '@/components/GuardedButton';
import { PagedList } from '@/components/PagedList';
import { ErrorPanel, Note } from '@/components/Status';
import { PlanProblem } from '@/features/plan/PlanProblem';
import { PlanView } from '@/features/plan/PlanView';
import { common } from '@/text/common';
import { importText } from '@/text/importing';
import { planText } from '@/text/plan';

type Source = keyof typeof importText.sources;
const sources = Object.keys(importText.sources) as Source[];
const largest = 32 * 1024 * 1024;

interface Checked {
  text: string;
  source: Source;
  environment: string;
  answer: ImportAnswer;
}

/** Upload, plan, gaps, apply. */
export function ImportPage() {
  const { organization, project, path, can } = useScope();
  const environments = useEnvironments();
  const connected = useConnected();
  const client = useQueryClient();
  const [source, setSource] = useState<Source>('unleash');
  const [chosen, setChosen] = useState<string>();
  const [file, setFile] = useState<File | null>(null);
  const [complained, setComplained] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem>();
  const [checked, setChecked] = useState<Checked>();
  const [done, setDone] = useState<ImportAnswer>();
  const environment = chosen ?? environments[0]?.key ?? '';
  const wrongFile = !file ? importText.fileMissing : file.size > largest ? importText.fileTooBig : undefined;

  const reset = () => {
    setChecked(undefined);
    setDone(undefined);
    setError(undefined);
  };

  /** Plans the file, or carries out the plan whose token is given. */
  const send = async (text: string, from: Source, into: string, token?: string) => {
    setBusy(true);
    setError(undefined);
    try {
      return await api.post<ImportAnswer>(`${path}/import`, text, {
        query: { from, environment: into, plan: token, dry_run: token === undefined || undefined },
        headers: { 'content-type': 'application/json' },
      });
    } catch (caught) {
      setError(caught instanceof Problem ? caught : new Problem(0, { title: String(caught) }));
      return undefined;
    } finally {
      setBusy(false);
    }
  };

  const check = async (event?: FormEvent) => {
    event?.preventDefault();
    setComplained(true);
    if (!file || wrongFile || busy) return;
    const text = await file.text();
    const answer = await send(text, source, environment);
    if (answer) setChecked({ text, source, environment, answer });
  };

  const apply = async () => {
    if (!checked || busy) return;
    const answer = await send(checked.text, checked.source, checked.environment, checked.answer.plan.token);
    if (!answer) return;
    setDone(answer);
    await client.invalidateQueries({ queryKey: keys.project(organization, project) });
  };

  if (done) {
    return (
      <div className={form.form}>
        <Note tone="on">
          {done.outcome === 'applied' ? importText.done(done.revision ?? 0) : importText.doneProposed}
        </Note>
        <div className={form.row}>
          <Link to="/o/$org/p/$project/flags" params={{ org: organization, project }} search={{}}>
            {importText.toFlags}
          </Link>
          <Button
            variant="default"
            onClick={() => {
              reset();
              setFile(null);
              setComplained(false);
            }}
          >
            {importText.again}
          </Button>
        </div>
      </div>
    );
  }

  return (
    <>
      <p className={form.text}>{importText.text}</p>
      <form className={form.form} onSubmit={(event) => void check(event)} noValidate>
        <NativeSelect
          label={importText.source}
          value={source}
          onChange={(event) => {
            reset();
            setSource(sources.find((each) => each === event.currentTarget.value) ?? 'unleash');
          }}
          data={sources.map((value) => ({ value, label: importText.sources[value] }))}
        />
        <NativeSelect
          label={importText.environment}
          description={importText.environmentHelp}
          value={environment}
          onChange={(event) => {
            reset();
            setChosen(event.currentTarget.value);
          }}
          data={environments.map((each) => ({
            value: each.key,
            label: each.protected ? `${each.key} · ${common.protectedWord}` : each.key,
          }))}
        />
        <FileInput
          label={importText.file}
          description={importText.fileHelp}
          placeholder={importText.choose}
          accept=".json,application/json"
          value={file}
          error={complained ? wrongFile : undefined}
          onChange={(next) => {
            reset();
            setFile(next);
          }}
        />
        <div className={form.row}>
          <Button type="submit" variant={checked ? 'default' : 'filled'} loading={busy && !checked}>
            {importText.check}
          </Button>
        </div>
      </form>
      {error &&
        (error.problems.length > 0 || error.conflict ? (
          <PlanProblem problem={error} again={() => void check()} />
        ) : (
          <ErrorPanel error={error} what={importText.what} retry={() => void check()} />
        ))}
      {checked && (
        <Outcome checked={checked}>
          <GuardedButton
            allowed={can('import.run') && connected && checked.answer.plan.outcome !== 'refuse'}
            permission="import.run"
            reason={connected ? (checked.answer.plan.reason ?? undefined) : planText.disconnected}
            loading={busy}
            onClick={() => void apply()}
          >
            {checked.answer.plan.outcome === 'propose'
              ? planText.propose(checked.environment)
              : importText.apply(
                  checked.answer.created.length + checked.answer.changed.length,
                  checked.environment,
                )}
          </GuardedButton>
        </Outcome>
      )}
    </>
  );
}

const gapColumns: Column<Gap & { row: number }>[] = [
  { key: 'flag', title: importText.flag, cell: (gap) => (gap.flag ? <code>{gap.flag}</code> : common.all) },
  { key: 'text', title: importText.meaning, cell: (gap) => gap.text },
  { key: 'code', title: importText.code, cell: (gap) => <code>{gap.code}</code> },
];

const gapText = (gap: Gap) => [gap.flag, gap.text, gap.code].join(' ');

function Outcome({ checked, children }: { checked: Checked; children: ReactNode }) {
  const { answer } = checked;
  const rows = answer.gaps.map((gap, row) => ({ ...gap, row }));
  const nothing = answer.created.length === 0 && answer.changed.length === 0;
  return (
    <section className={form.section} aria-label={importText.what}>
      <h2>{importText.gaps(answer.gaps.length)}</h2>
      {rows.length === 0 ? (
        <Note tone="on">{importText.noGaps}</Note>
      ) : (
        <>
          <p className={form.text}>{importText.gapsHelp}</p>
          <PagedList items={rows} textOf={gapText}>
            {(shown) => (
              <DataTable
                caption={importText.gaps(rows.length)}
                columns={gapColumns}
                rows={[...shown]}
                rowKey={(gap) => String(gap.row)}
              />
            )}
          </PagedList>
        </>
      )}
      <Keys title={importText.created(answer.created.length)} items={answer.created} />
      <Keys title={importText.changed(answer.changed.length)} items={answer.changed} />
      <Keys title={importText.skipped(answer.skipped.length)} items={answer.skipped} />
      <PlanView plan={answer.plan} changes={[]} />
      {nothing ? <Note tone="info">{importText.nothing}</Note> : children}
    </section>
  );
}

const asIs = (key: string) => key;

function Keys({ title, items }: { title: string; items: string[] }) {
  const [open, setOpen] = useState(false);
  if (items.length === 0) return <p className={form.muted}>{title}</p>;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open && (
        <PagedList items={items} textOf={asIs}>
          {(rows) => (
            <p>
              {rows.map((item) => (
                <span key={item}>
                  <code>{item}</code>{' '}
                </span>
              ))}
            </p>
          )}
        </PagedList>
      )}
    </details>
  );
}
