import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { CopyButton } from '@/components/CopyButton';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { type Language, languages, snippet } from './snippet';
import { useFlag } from './useFlag';

const storageKey = 'hoist.language';

/** How an application asks for this flag, in its language. */
export function Snippets() {
  const { detail } = useFlag();
  const [language, setLanguage] = useState<Language>(
    () => languages.find((known) => known === localStorage.getItem(storageKey)) ?? 'typescript',
  );
  const code = snippet(language, detail.flag, window.location.origin);
  return (
    <section aria-labelledby="use-in-code">
      <h2 id="use-in-code" className={classes.sectionTitle}>
        {t.useInCode}
      </h2>
      <p className={classes.muted}>{t.useHint}</p>
      <SegmentedControl
        size="xs"
        aria-label={t.language}
        value={language}
        data={languages.map((value) => ({ value, label: t.languages[value] }))}
        onChange={(next) => {
          localStorage.setItem(storageKey, next);
          setLanguage(next as Language);
        }}
      />
      <div className={classes.codeBox}>
        <CopyButton value={code} what={t.snippet} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable */}
        <pre className={classes.code} tabIndex={0}>
          {code}
        </pre>
      </div>
    </section>
  );
}
