import { Button } from '@mantine/core';
import { PagedList } from '@/components/PagedList';
import { planText } from '@/text/plan';
import classes from './Plan.module.css';
import type { PlanPart } from './PlanContext';

const textOf = (part: PlanPart) => [part.title, ...part.lines].join(' ');

interface PlanPartsProps {
  parts: readonly PlanPart[];
  left: ReadonlySet<string>;
  onLeft: (left: ReadonlySet<string>) => void;
}

/** What the request is made of; each part can be taken out of it, and in again, before anything is sent. */
export function PlanParts({ parts, left, onLeft }: PlanPartsProps) {
  const toggle = (key: string) => {
    const next = new Set(left);
    if (!next.delete(key)) next.add(key);
    onLeft(next);
  };
  return (
    <section className={classes.parts} aria-label={planText.parts}>
      <p className={classes.muted}>{planText.partsCount(parts.length - left.size, left.size)}</p>
      <PagedList items={parts} textOf={textOf}>
        {(rows) => (
          <ul>
            {rows.map((part) => {
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
        )}
      </PagedList>
    </section>
  );
}
