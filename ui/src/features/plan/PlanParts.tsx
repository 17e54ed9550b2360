import { Button } from '@mantine/core';
import { useState } from 'react';
import { planText } from '@/text/plan';
import classes from './Plan.module.css';
import type { PlanPart } from './PlanContext';

/** Rows shown at once; a batch may have five hundred. */
const page = 50;

interface PlanPartsProps {
  parts: readonly PlanPart[];
  left: ReadonlySet<string>;
  onLeft: (left: ReadonlySet<string>) => void;
}

/** What the request is made of; each part can be taken out of it, and in again, before anything is sent. */
export function PlanParts({ parts, left, onLeft }: PlanPartsProps) {
  const [from, setFrom] = useState(0);
  const toggle = (key: string) => {
    const next = new Set(left);
    if (!next.delete(key)) next.add(key);
    onLeft(next);
  };
  return (
    <section className={classes.parts} aria-label={planText.parts}>
      <p className={classes.muted}>{planText.partsCount(parts.length - left.size, left.size)}</p>
      <ul>
        {parts.slice(from, from + page).map((part) => {
          const out = left.has(part.key);
          return (
            <li key={part.key} data-left={out || undefined}>
              <span>
                <strong>{part.title}</strong>
                {part.lines.map((line) => (
                  <span key={line} className={classes.partLine}>
                    {line}
                  </span>
                ))}
              </span>
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={out ? planText.takeInNamed(part.title) : planText.leaveOutNamed(part.title)}
                onClick={() => toggle(part.key)}
              >
                {out ? planText.takeIn : planText.leaveOut}
              </Button>
            </li>
          );
        })}
      </ul>
      {parts.length > page && (
        <p className={classes.partPages}>
          <Button
            size="compact-xs"
            variant="default"
            disabled={from === 0}
            onClick={() => setFrom(from - page)}
          >
            {planText.earlier}
          </Button>
          <span>{planText.partsRange(from + 1, Math.min(from + page, parts.length), parts.length)}</span>
          <Button
            size="compact-xs"
            variant="default"
            disabled={from + page >= parts.length}
            onClick={() => setFrom(from + page)}
          >
            {planText.later}
          </Button>
        </p>
      )}
    </section>
  );
}
