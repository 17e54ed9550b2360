import { Button } from '@mantine/core';
import { useState } from 'react';
import type { FlagEnvironment } from '@/api/types';
import { useMinute } from '@/components/Time';
import { ServeEditor } from '@/features/rules/ServeEditor';
import { wordsOfServe } from '@/features/rules/sentence';
import { sameJson } from '@/features/rules/wire';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { RampActs } from './RampActs';
import { Section } from './Section';
import { useFlag } from './useFlag';
import type { FlagDraft } from './useFlagDraft';

interface OtherwiseSectionProps {
  entry: FlagEnvironment;
  draft: FlagDraft;
  variants: readonly string[];
  readOnly: boolean;
}

/** What everybody gets whom no rule took. */
export function OtherwiseSection({ entry, draft, variants, readOnly }: OtherwiseSectionProps) {
  const { detail } = useFlag();
  const now = useMinute();
  const serve = draft.body.config.default;
  const [open, setOpen] = useState(false);
  const edited = !sameJson(serve, entry.config.default);
  const plain = typeof serve.serve !== 'object' || 'variant' in serve.serve;
  const shown = open || edited || plain;
  return (
    <Section
      number={6}
      id="default"
      title={t.otherwise}
      summary={
        <>
          {wordsOfServe(serve, now)}
          {edited && <span className={classes.dot} role="img" aria-label={t.unsaved} title={t.unsaved} />}
        </>
      }
      actions={
        !plain &&
        !edited && (
          <Button size="compact-xs" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? t.fold : readOnly ? t.look : t.edit}
          </Button>
        )
      }
    >
      <RampActs flag={detail.flag.key} entry={entry} />
      {shown && (
        <ServeEditor
          label={t.otherwise}
          serve={serve}
          variants={variants}
          live={entry.config.default}
          readOnly={readOnly}
          onChange={(next) => draft.setConfig({ default: next })}
        />
      )}
    </Section>
  );
}
