import { Button } from '@mantine/core';
import { useState } from 'react';
import { announce } from '@/components/announce';
import { common } from '@/text/common';
import { testerText as t } from '@/text/tester';
import type { Context } from './fragment';
import classes from './Tester.module.css';

export function curlOf(origin: string, flag: string | undefined, context: Context): string {
  const path =
    flag === undefined ? '/ofrep/v1/evaluate/flags' : `/ofrep/v1/evaluate/flags/${encodeURIComponent(flag)}`;
  const body = JSON.stringify({ context }).replaceAll("'", `'\\''`);
  return [
    `curl -s ${origin}${path} \\`,
    '  -H "Authorization: Bearer $HOIST_KEY" -H "Content-Type: application/json" \\',
    `  -d '${body}'`,
  ].join('\n');
}

/** The link holds the context behind `#`; the command asks as an application would. */
export function CopyActs({ flag, context }: { flag: string | undefined; context: Context }) {
  const [copied, setCopied] = useState<'link' | 'curl'>();
  const copy = async (what: 'link' | 'curl') => {
    const text = what === 'link' ? window.location.href : curlOf(window.location.origin, flag, context);
    await navigator.clipboard?.writeText(text).catch(() => undefined);
    setCopied(what);
    announce(common.copied);
  };
  return (
    <div className={classes.options}>
      <Button size="compact-xs" variant="default" onClick={() => void copy('link')}>
        {copied === 'link' ? common.copied : t.copyLink}
      </Button>
      <Button size="compact-xs" variant="default" onClick={() => void copy('curl')}>
        {copied === 'curl' ? common.copied : t.copyCurl}
      </Button>
    </div>
  );
}
