import { Link, useParams } from '@tanstack/react-router';
import { ErrorPanel, ListSkeleton, Note } from '@/components/Status';
import { useMinute } from '@/components/Time';
import { useFlagAt } from '@/features/history/useFlagAt';
import { ruleWords } from '@/features/rules/diff';
import { partsOf } from '@/features/rules/parts';
import { wordsOfServe } from '@/features/rules/sentence';
import { windowSentence } from '@/features/schedule/words';
import { flagText as t } from '@/text/flag';
import { ruleText } from '@/text/rule';
import classes from './Flag.module.css';
import { useFlag } from './useFlag';

/** The flag as it was after a revision; read-only. */
export function FlagAtPage() {
  const { detail, root } = useFlag();
  const { revision = '' } = useParams({ strict: false });
  const { past, error, retry } = useFlagAt(detail, Number(revision));
  const now = useMinute();
  if (error) return <ErrorPanel error={error} what={t.whatRevision} retry={retry} />;
  if (!past) return <ListSkeleton />;
  return (
    <div className={classes.main}>
      <Note tone="info">
        {t.asOf(revision)} <Link to={root}>{t.showNow}</Link>
      </Note>
      {past.map(({ environment, enabled, body }) => (
        <section key={environment} className={classes.section} aria-label={environment}>
          <h2 className={classes.sectionTitle}>
            {environment} · {enabled ? t.on : t.off}
          </h2>
          <dl className={classes.past}>
            <dt>{t.offVariant}</dt>
            <dd>{wordsOfServe(body.config.off, now)}</dd>
            <dt>{t.schedule}</dt>
            <dd>{(body.config.schedule?.windows ?? []).map(windowSentence).join('; ') || t.none}</dd>
            <dt>{t.prerequisites}</dt>
            <dd>{body.config.prerequisites.map((item) => item.flag).join(', ') || t.none}</dd>
            <dt>{t.overrides}</dt>
            <dd>{t.overrideCounts(partsOf(body).subjects.size, body.overrides.segments.length)}</dd>
            <dt>{t.rules}</dt>
            <dd>
              <ol>
                {body.config.rules.map((rule, index) => (
                  <li key={rule.id}>
                    <strong>{rule.name || ruleText.position(index + 1)}</strong> {ruleWords(rule, now)}
                  </li>
                ))}
              </ol>
            </dd>
            <dt>{t.otherwise}</dt>
            <dd>{wordsOfServe(body.config.default, now)}</dd>
          </dl>
        </section>
      ))}
    </div>
  );
}
