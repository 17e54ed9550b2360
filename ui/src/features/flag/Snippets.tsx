import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { CopyButton } from '@/components/CopyButton';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { type Asked, type Language, languages, snippet } from './snippet';
import { useFlag } from './useFlag';

const storageKey = 'hoist.language';

/** How an application asks for the flag of the page. */
export function Snippets() {
  const { detail } = useFlag();
  return (
    <section aria-labelledby="use-in-code">
      <h2 id="use-in-code" className={classes.sectionTitle}>
        {t.useInCode}
      </h2>
      <p className={classes.muted}>{t.useHint}</p>
      <SnippetBox flag={detail.flag} />
    </section>
  );
}

interface SnippetBoxProps {
  flag: Asked;
  /** Written into the code; else it is read from the environment. */
  clientKey?: string | undefined;
}

/** The code in the language that was chosen last. */
export function SnippetBox({ flag, clientKey }: SnippetBoxProps) {
  const [language, setLanguage] = useState<Language>(
    () => languages.find((known) => known === localStorage.getItem(storageKey)) ?? 'node',
  );
  const code = snippet(language, flag, { origin: window.location.origin, clientKey });
  return (
    <>
      <NativeSelect
        size="xs"
        className={classes.language}
        aria-label={t.language}
        value={language}
        data={languages.map((value) => ({ value, label: t.languages[value] }))}
        onChange={(event) => {
          const next = languages.find((known) => known === event.currentTarget.value) ?? 'node';
          localStorage.setItem(storageKey, next);
          setLanguage(next);
        }}
      />
      <div className={classes.codeBox}>
        <CopyButton value={code} what={t.snippet} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable */}
        <pre className={classes.code} tabIndex={0}>
          {code}
        </pre>
      </div>
    </>
  );
}
