import { UnstyledButton } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { Icon } from '@/components/Icon';
import classes from './Flag.module.css';

interface SectionProps {
  number: number;
  id: string;
  title: string;
  /** One grey line that says what is in it; stays when it is folded. */
  summary?: ReactNode;
  /** Shown at the right end of the title line. */
  actions?: ReactNode;
  children?: ReactNode;
}

/** One step of the evaluation. */
export function Section({ number, id, title, summary, actions, children }: SectionProps) {
  const [open, setOpen] = useState(true);
  const body = useId();
  return (
    <section id={id} className={classes.section} aria-labelledby={`${id}-title`}>
      <div className={classes.sectionHead}>
        <h2 id={`${id}-title`} className={classes.sectionTitle}>
          <UnstyledButton
            className={classes.fold}
            aria-expanded={open}
            {...(open && children ? { 'aria-controls': body } : {})}
            onClick={() => setOpen(!open)}
          >
            <Icon name={open ? 'chevronDown' : 'chevronRight'} size={12} />
            <span className={classes.sectionNumber}>{number}</span> {title}
          </UnstyledButton>
        </h2>
        {summary && <span className={classes.sectionSummary}>{summary}</span>}
        {actions && <span className={classes.sectionActions}>{actions}</span>}
      </div>
      {open && children && (
        <div id={body} className={classes.sectionBody}>
          {children}
        </div>
      )}
    </section>
  );
}
