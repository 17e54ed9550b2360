import type { FlagEnvironment } from '@/api/types';
import { useMinute } from '@/components/Time';
import { ServeEditor } from '@/features/rules/ServeEditor';
import { wordsOfServe } from '@/features/rules/sentence';
import { sameJson } from '@/features/rules/wire';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { RampActs } from './RampActs';
import { Section } from './Section';
import type { FlagDraft } from './useFlagDraft';

interface OtherwiseSectionProps {
  entry: FlagEnvironment;
  draft: FlagDraft;
  variants: readonly string[];
  readOnly: boolean;
}

/** What everybody gets whom no rule took. */
export function OtherwiseSection({ entry, draft, variants, readOnly }: OtherwiseSectionProps) {
  const now = useMinute();
  const serve = draft.body.config.default;
  const edited = !sameJson(serve, entry.config.default);
  return (
    <Section
      number={5}
      id="default"
      title={t.otherwise}
      summary={
        <>
          {wordsOfServe(serve, now)}
          {edited && <span className={classes.dot} role="img" aria-label={t.unsaved} title={t.unsaved} />}
        </>
      }
    >
      <RampActs entry={entry} />
      <ServeEditor
        label={t.otherwise}
        serve={serve}
        variants={variants}
        live={entry.config.default}
        readOnly={readOnly}
        onChange={(next) => draft.setConfig({ default: next })}
      />
    </Section>
  );
}
