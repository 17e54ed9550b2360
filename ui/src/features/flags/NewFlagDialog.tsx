import {
  ActionIcon,
  Button,
  Checkbox,
  NativeSelect,
  SegmentedControl,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId, useRef, useState } from 'react';
import { api, Problem } from '@/api/client';
import type { FieldProblem, FlagDetail, FlagKind, Purpose } from '@/api/types';
import { useConnected } from '@/app/live';
import { useScope } from '@/app/scope';
import { Dialog } from '@/components/Dialog';
import { Icon } from '@/components/Icon';
import { Note } from '@/components/Status';
import { usePlan } from '@/features/plan';
import { common } from '@/text/common';
import { flagsText } from '@/text/flags';
import { planText } from '@/text/plan';
import classes from './NewFlag.module.css';
import { keyFrom, keyPattern, readVariant, type VariantDraft, variantsOf } from './newFlag';

const kinds: FlagKind[] = ['boolean', 'string', 'integer', 'float', 'object'];
const purposes: Purpose[] = ['release', 'experiment', 'operational', 'permission'];

function useTaken(key: string): boolean | undefined {
  const { path } = useScope();
  const [checked] = useDebouncedValue(key, 200);
  const valid = keyPattern.test(checked);
  const { data } = useQuery({
    queryKey: ['key-taken', path, checked],
    queryFn: async ({ signal }) => {
      try {
        await api.get<FlagDetail>(`${path}/flags/${encodeURIComponent(checked)}`, { signal });
        return true;
      } catch (error) {
        if (error instanceof Problem && error.missing) return false;
        throw error;
      }
    },
    enabled: valid,
    staleTime: 10_000,
    retry: false,
  });
  return checked === key && valid ? data : undefined;
}

const fieldOf = (problems: FieldProblem[], name: string) =>
  problems.find((problem) => problem.pointer.split('/').includes(name))?.detail;

interface NewFlagDialogProps {
  onClose: () => void;
  /** The name to begin with. */
  startName?: string;
}

export function NewFlagDialog({ onClose, startName = '' }: NewFlagDialogProps) {
  const { organization, project } = useScope();
  const { openPlan } = usePlan();
  const connected = useConnected();
  const navigate = useNavigate();
  const formId = useId();
  const keyInput = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(startName);
  const [ownKey, setOwnKey] = useState<string>();
  const [kind, setKind] = useState<FlagKind>('boolean');
  const [variants, setVariants] = useState<VariantDraft[]>([
    { id: 1, key: 'a', text: '' },
    { id: 2, key: 'b', text: '' },
  ]);
  const [description, setDescription] = useState('');
  const [tags, setTags] = useState('');
  const [owner, setOwner] = useState('');
  const [purpose, setPurpose] = useState<Purpose>();
  const [client, setClient] = useState(false);
  const [open, setOpen] = useState(true);
  const [complained, setComplained] = useState(false);
  const [found, setFound] = useState<{ of: string; problems: FieldProblem[] }>({ of: '', problems: [] });
  const [busy, setBusy] = useState(false);

  const key = ownKey ?? keyFrom(name);
  const taken = useTaken(key);
  // What the server said stands until the fields it spoke of change.
  const subject = JSON.stringify([key, kind, variants]);
  const problems = found.of === subject ? found.problems : [];
  const keyProblem = keyError(key, taken, complained) ?? fieldOf(problems, 'key');
  const variantProblem = kind === 'boolean' ? undefined : variantsError(kind, variants);

  const submit = async () => {
    if (busy || !connected) return;
    setComplained(true);
    if (!keyPattern.test(key) || taken) {
      keyInput.current?.focus();
      return;
    }
    if (variantProblem) return;
    setBusy(true);
    const list = tags
      .split(',')
      .map((tag) => tag.trim().replace(/^#/, ''))
      .filter(Boolean);
    const result = await openPlan({
      organization,
      project,
      changes: [
        {
          flag: {
            create: {
              key,
              kind,
              name: name.trim() || undefined,
              description: description.trim() || undefined,
              variants: kind === 'boolean' ? undefined : variantsOf(kind, variants),
              tags: list.length > 0 ? list : undefined,
              owner: owner.trim() || undefined,
              purpose,
              client_visible: client || undefined,
            },
          },
        },
      ],
      title: flagsText.newTitle,
      done: flagsText.newDone(key),
      onProblems: (list) => {
        setFound({ of: subject, problems: list });
        return true;
      },
    });
    setBusy(false);
    if (result.outcome === 'cancelled') return;
    onClose();
    if (open)
      await navigate({
        to: '/o/$org/p/$project/flags/$flag',
        params: { org: organization, project, flag: key },
      });
  };

  return (
    <Dialog onClose={onClose} title={flagsText.newTitle} size={480} closeOnClickOutside={false}>
      <form
        id={formId}
        className={classes.form}
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void submit();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void submit();
          }
        }}
      >
        {problems.length > 0 && (
          <Note tone="danger">
            <strong>{flagsText.problemsSummary}</strong>
            <ul className={classes.list}>
              {problems.map((problem) => (
                <li key={problem.pointer + problem.detail}>{problem.detail}</li>
              ))}
            </ul>
          </Note>
        )}
        <TextInput
          data-autofocus
          label={flagsText.newName}
          description={flagsText.newNameHelp}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          ref={keyInput}
          label={flagsText.newKey}
          description={taken === false ? flagsText.newKeyFree : flagsText.newKeyHelp}
          classNames={{ input: classes.mono }}
          required
          withAsterisk
          spellCheck={false}
          autoComplete="off"
          value={key}
          error={keyProblem}
          onChange={(event) => setOwnKey(event.currentTarget.value)}
        />
        <div>
          <p className={classes.label} id={`${formId}-type`}>
            {flagsText.newType}
          </p>
          <SegmentedControl
            aria-labelledby={`${formId}-type`}
            fullWidth
            size="xs"
            value={kind}
            onChange={(value) => setKind(kinds.find((each) => each === value) ?? 'boolean')}
            data={kinds.map((value) => ({ value, label: flagsText.kindNames[value] }))}
          />
        </div>
        {kind !== 'boolean' && (
          <VariantRows
            kind={kind}
            variants={variants}
            complained={complained}
            problem={complained ? variantProblem : undefined}
            onChange={setVariants}
          />
        )}
        <Textarea
          label={flagsText.newDescription}
          autosize
          minRows={1}
          maxRows={4}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <div className={classes.pair}>
          <TextInput
            label={flagsText.newTags}
            description={flagsText.tagsHelp}
            value={tags}
            onChange={(event) => setTags(event.currentTarget.value)}
          />
          <TextInput
            label={flagsText.newOwner}
            description={flagsText.ownerHelp}
            value={owner}
            onChange={(event) => setOwner(event.currentTarget.value)}
          />
        </div>
        <NativeSelect
          label={flagsText.newPurpose}
          value={purpose ?? ''}
          onChange={(event) => setPurpose(purposes.find((each) => each === event.currentTarget.value))}
          data={[
            { value: '', label: flagsText.newPurposeNone },
            ...purposes.map((value) => ({ value, label: flagsText.purposes[value] })),
          ]}
        />
        <Checkbox
          label={flagsText.newClient}
          checked={client}
          onChange={(event) => setClient(event.currentTarget.checked)}
        />
        <Checkbox
          label={flagsText.newOpen}
          checked={open}
          onChange={(event) => setOpen(event.currentTarget.checked)}
        />
        <p className={classes.help}>{connected ? flagsText.newOff : planText.disconnected}</p>
        <div className={classes.actions}>
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={busy} data-disabled={!connected || undefined}>
            {flagsText.newSubmit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function keyError(key: string, taken: boolean | undefined, complained: boolean): string | undefined {
  if (key === '') return complained ? flagsText.newKeyMissing : undefined;
  if (!keyPattern.test(key)) return flagsText.newKeyRule;
  return taken ? flagsText.newKeyTaken : undefined;
}

function variantsError(kind: FlagKind, variants: VariantDraft[]): string | undefined {
  const keys = variants.map((variant) => variant.key.trim());
  if (keys.includes('') || new Set(keys).size !== keys.length) return flagsText.newVariantMissing;
  return variants.some((variant) => readVariant(kind, variant.text) === undefined)
    ? flagsText.newVariantBadValue
    : undefined;
}

interface VariantRowsProps {
  kind: FlagKind;
  variants: VariantDraft[];
  complained: boolean;
  problem: string | undefined;
  onChange: (variants: VariantDraft[]) => void;
}

function VariantRows({ kind, variants, complained, problem, onChange }: VariantRowsProps) {
  const set = (id: number, change: Partial<VariantDraft>) =>
    onChange(variants.map((variant) => (variant.id === id ? { ...variant, ...change } : variant)));
  return (
    <fieldset className={classes.variants}>
      <legend>{flagsText.newVariants}</legend>
      <p className={classes.help}>{flagsText.newVariantsHelp}</p>
      {variants.map((variant, index) => (
        <div key={variant.id} className={classes.variant}>
          <TextInput
            aria-label={flagsText.newVariantKey(index + 1)}
            classNames={{ input: classes.mono }}
            value={variant.key}
            onChange={(event) => set(variant.id, { key: event.currentTarget.value })}
          />
          <TextInput
            aria-label={flagsText.newVariantValue(index + 1)}
            classNames={{ input: classes.mono }}
            value={variant.text}
            error={complained && readVariant(kind, variant.text) === undefined}
            onChange={(event) => set(variant.id, { text: event.currentTarget.value })}
          />
          <ActionIcon
            aria-label={flagsText.newVariantRemove(index + 1)}
            disabled={variants.length <= 1}
            onClick={() => onChange(variants.filter((each) => each.id !== variant.id))}
          >
            <Icon name="close" size={14} />
          </ActionIcon>
        </div>
      ))}
      {problem && (
        <p className={classes.error} role="alert">
          {problem}
        </p>
      )}
      <Button
        size="compact-sm"
        variant="default"
        onClick={() =>
          onChange([
            ...variants,
            { id: Math.max(0, ...variants.map((each) => each.id)) + 1, key: '', text: '' },
          ])
        }
      >
        {flagsText.newVariantAdd}
      </Button>
    </fieldset>
  );
}
