import type { ReactNode } from 'react';
import { common } from '@/text/common';
import classes from './Plain.module.css';

/** A page outside the frame: one card. */
export function Plain({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <p className={classes.brand}>
          <img src="/favicon.svg" alt="" width={20} height={20} />
          {common.product}
        </p>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
