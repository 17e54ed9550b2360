import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import { common } from '@/text/common';
import classes from './PagedList.module.css';

/** Rows shown at once: a list of ten thousand must not be drawn to read its first lines. */
const page = 50;

interface PagedListProps<T> {
  items: readonly T[];
  /** What a search looks into. */
  textOf: (item: T) => string;
  /** The rows of one page; `from` is the place of the first among those that match. */
  children: (rows: readonly T[], from: number) => ReactNode;
}

/** A list whose pages are turned; one that has several can be searched. */
export function PagedList<T>({ items, textOf, children }: PagedListProps<T>) {
  const [from, setFrom] = useState(0);
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const found = useMemo(
    () => (wanted === '' ? items : items.filter((item) => textOf(item).toLowerCase().includes(wanted))),
    [items, textOf, wanted],
  );
  if (items.length <= page) return children(items, 0);
  const start = from < found.length ? from : 0;
  const end = Math.min(start + page, found.length);
  return (
    <>
      <TextInput
        className={classes.search}
        size="xs"
        aria-label={common.searchLines}
        placeholder={common.searchLines}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setFrom(0);
        }}
      />
      {children(found.slice(start, end), start)}
      <p className={classes.pages}>
        <Button
          size="compact-xs"
          variant="default"
          disabled={start === 0}
          onClick={() => setFrom(start - page)}
        >
          {common.earlier}
        </Button>
        <span role="status">
          {found.length === 0 ? common.noLines : common.range(start + 1, end, found.length)}
        </span>
        <Button
          size="compact-xs"
          variant="default"
          disabled={end >= found.length}
          onClick={() => setFrom(end)}
        >
          {common.later}
        </Button>
      </p>
    </>
  );
}
