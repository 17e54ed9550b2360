import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { common } from '@/text/common';
import classes from './PageHeader.module.css';

/** Names the browser's tab: most particular word first. */
export function useTitle(...parts: (string | undefined)[]): void {
  const title = [...parts.filter(Boolean), common.product].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}

interface PageHeaderProps {
  title: string;
  /** Shown beside the title, for example a total. */
  aside?: ReactNode;
  text?: string;
  children?: ReactNode;
}

export function PageHeader({ title, aside, text, children }: PageHeaderProps) {
  return (
    <header className={classes.header}>
      <div className={classes.words}>
        <h1>
          {title}
          {aside !== undefined && <span className={classes.aside}>{aside}</span>}
        </h1>
        {text && <p className={classes.text}>{text}</p>}
      </div>
      {children && <div className={classes.actions}>{children}</div>}
    </header>
  );
}
