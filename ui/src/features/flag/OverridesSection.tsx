import { ActionIcon, Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '@/components/Icon';
import { useMinute } from '@/components/Time';
import { readList } from '@/features/rules/operators';
import { groupSubjects, moveItem, partsOf } from '@/features/rules/parts';
import { withCurrent } from '@/features/rules/RampEditor';
import { SegmentPicker } from '@/features/rules/SegmentPicker';
import { wordsOfServe } from '@/features/rules/sentence';
import type { Serve } from '@/features/rules/wire';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { Section } from './Section';
import type { FlagDraft } from './useFlagDraft';

interface OverridesSectionProps {
  draft: FlagDraft;
  variants: readonly string[];
  readOnly: boolean;
}

const SHOWN = 20;

/** Single subjects and whole segments that get a fixed variant, before any rule. */
export function OverridesSection({ draft, variants, readOnly }: OverridesSectionProps) {
  const [adding, setAdding] = useState<'subject' | 'segment'>();
  const { subjects } = partsOf(draft.body);
  const { segments } = draft.body.overrides;
  const empty = subjects.size === 0 && segments.length === 0;
  return (
    <Section
      number={4}
      id="overrides"
      title={t.overrides}
      summary={empty ? t.none : t.overrideCounts(subjects.size, segments.length)}
      actions={
        !readOnly && (
          <>
            <Button size="compact-xs" variant="default" onClick={() => setAdding('subject')}>
              {t.addSubjects}
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => setAdding('segment')}>
              {t.addSegment}
            </Button>
          </>
        )
      }
    >
      {(!empty || adding) && (
        <>
          {subjects.size > 0 && (
            <Subjects
              subjects={subjects}
              variants={variants}
              readOnly={readOnly}
              onChange={(next) => draft.setOverrides({ subjects: groupSubjects(next) })}
            />
          )}
          {adding === 'subject' && (
            <AddSubjects
              variants={variants}
              onCancel={() => setAdding(undefined)}
              onAdd={(keys, serve) => {
                const next = new Map(subjects);
                for (const key of keys) next.set(key, serve);
                draft.setOverrides({ subjects: groupSubjects(next) });
                setAdding(undefined);
              }}
            />
          )}
          <Segments draft={draft} variants={variants} readOnly={readOnly} />
          {adding === 'segment' && (
            <AddSegment
              variants={variants}
              onCancel={() => setAdding(undefined)}
              onAdd={(segment, serve) => {
                draft.setOverrides({
                  segments: [...segments.filter((item) => item.segment !== segment), { segment, serve }],
                });
                setAdding(undefined);
              }}
            />
          )}
        </>
      )}
    </Section>
  );
}

interface SubjectsProps {
  subjects: Map<string, Serve>;
  variants: readonly string[];
  readOnly: boolean;
  onChange: (subjects: Map<string, Serve>) => void;
}

function Subjects({ subjects, variants, readOnly, onChange }: SubjectsProps) {
  const [filter, setFilter] = useState('');
  const now = useMinute();
  const found = [...subjects].filter(([key]) => key.includes(filter));
  return (
    <>
      {subjects.size > SHOWN && (
        <TextInput
          size="xs"
          aria-label={t.findSubject}
          placeholder={t.findSubject}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      )}
      <ul className={classes.lines}>
        {found.slice(0, SHOWN).map(([key, serve]) => (
          <li key={key} className={classes.line}>
            <span className={classes.key}>{key}</span>
            <span aria-hidden="true">→</span>
            <VariantSelect
              label={t.variantOf(key)}
              serve={serve}
              variants={variants}
              readOnly={readOnly}
              words={wordsOfServe(serve, now)}
              onChange={(next) => onChange(new Map(subjects).set(key, next))}
            />
            {!readOnly && (
              <ActionIcon
                size={24}
                aria-label={t.removeNamed(key)}
                onClick={() => {
                  const next = new Map(subjects);
                  next.delete(key);
                  onChange(next);
                }}
              >
                <Icon name="close" size={14} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
      {found.length > SHOWN && <p className={classes.muted}>{t.moreSubjects(found.length - SHOWN)}</p>}
    </>
  );
}

interface SegmentsProps {
  draft: FlagDraft;
  variants: readonly string[];
  readOnly: boolean;
}

function Segments({ draft, variants, readOnly }: SegmentsProps) {
  const now = useMinute();
  const { segments } = draft.body.overrides;
  const set = (next: typeof segments) => draft.setOverrides({ segments: next });
  if (segments.length === 0) return null;
  return (
    <ol className={classes.lines}>
      {segments.map((item, index) => (
        <li key={item.segment} className={classes.line}>
          <span>{t.inSegment}</span>
          <span className={classes.key}>{item.segment}</span>
          <span aria-hidden="true">→</span>
          <VariantSelect
            label={t.variantOf(item.segment)}
            serve={item.serve}
            variants={variants}
            readOnly={readOnly}
            words={wordsOfServe(item.serve, now)}
            onChange={(serve) => set(segments.map((other) => (other === item ? { ...item, serve } : other)))}
          />
          {!readOnly && (
            <>
              <ActionIcon
                size={24}
                aria-label={t.upNamed(item.segment)}
                disabled={index === 0}
                onClick={() => set(moveItem(segments, index, index - 1))}
              >
                <Icon name="up" size={14} />
              </ActionIcon>
              <ActionIcon
                size={24}
                aria-label={t.downNamed(item.segment)}
                disabled={index === segments.length - 1}
                onClick={() => set(moveItem(segments, index, index + 1))}
              >
                <Icon name="down" size={14} />
              </ActionIcon>
              <ActionIcon
                size={24}
                aria-label={t.removeNamed(item.segment)}
                onClick={() => set(segments.filter((other) => other !== item))}
              >
                <Icon name="close" size={14} />
              </ActionIcon>
            </>
          )}
        </li>
      ))}
    </ol>
  );
}

interface VariantSelectProps {
  label: string;
  serve: Serve;
  variants: readonly string[];
  readOnly: boolean;
  words: string;
  onChange: (serve: Serve) => void;
}

/** An override serves one variant; anything else (from an import) is shown in words. */
function VariantSelect({ label, serve, variants, readOnly, words, onChange }: VariantSelectProps) {
  const what = serve.serve;
  if (typeof what !== 'object' || !('variant' in what) || readOnly) return <span>{words}</span>;
  return (
    <NativeSelect
      size="xs"
      aria-label={label}
      value={what.variant}
      data={withCurrent(variants, what.variant)}
      onChange={(event) => onChange({ ...serve, serve: { variant: event.currentTarget.value } })}
    />
  );
}

interface AddSubjectsProps {
  variants: readonly string[];
  onAdd: (keys: string[], serve: Serve) => void;
  onCancel: () => void;
}

function AddSubjects({ variants, onAdd, onCancel }: AddSubjectsProps) {
  const [text, setText] = useState('');
  const [variant, setVariant] = useState(variants[0] ?? '');
  const { values, duplicates } = readList(text, 'string');
  const ready = values.length > 0 && variant !== '';
  return (
    <form
      className={classes.inlineForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onAdd(values.map(String), { serve: { variant } });
      }}
    >
      <Textarea
        size="xs"
        label={t.subjectKeys}
        autosize
        minRows={1}
        maxRows={6}
        autoFocus
        className={classes.mono}
        description={duplicates.length > 0 ? t.duplicates(duplicates.slice(0, 5).join(', ')) : t.pasteHint}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <NativeSelect
        size="xs"
        label={t.gets}
        value={variant}
        data={[...variants]}
        onChange={(event) => setVariant(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" variant="default" disabled={!ready}>
        {values.length > 1 ? t.addMany(values.length) : t.add}
      </Button>
      <Button size="xs" variant="subtle" onClick={onCancel}>
        {t.cancel}
      </Button>
    </form>
  );
}

interface AddSegmentProps {
  variants: readonly string[];
  onAdd: (segment: string, serve: Serve) => void;
  onCancel: () => void;
}

function AddSegment({ variants, onAdd, onCancel }: AddSegmentProps) {
  const [segment, setSegment] = useState('');
  const [variant, setVariant] = useState(variants[0] ?? '');
  const ready = segment.trim() !== '' && variant !== '';
  return (
    <form
      className={classes.inlineForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onAdd(segment.trim(), { serve: { variant } });
      }}
    >
      <SegmentPicker value={segment} onChange={setSegment} />
      <NativeSelect
        size="xs"
        aria-label={t.gets}
        value={variant}
        data={[...variants]}
        onChange={(event) => setVariant(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" variant="default" disabled={!ready}>
        {t.add}
      </Button>
      <Button size="xs" variant="subtle" onClick={onCancel}>
        {t.cancel}
      </Button>
    </form>
  );
}
