import type { FlagState, Share } from '@/api/types';
import { stateWords } from '@/text/common';
import { percent } from './percent';
import classes from './StateMark.module.css';

interface StateMarkProps {
  state: FlagState;
  share?: Share | null;
}

/** Shape, word and colour of a state; any one of the three is enough to tell it. */
export function StateMark({ state, share }: StateMarkProps) {
  const withShare = (state === 'ramping' || state === 'paused') && share !== undefined && share !== null;
  return (
    <span className={classes.mark} data-state={state}>
      <StateShape state={state} />
      <span>
        {stateWords[state]}
        {withShare ? ` ${percent(share)}` : ''}
      </span>
    </span>
  );
}

export function StateShape({ state }: { state: FlagState }) {
  return (
    <svg
      className={classes.shape}
      width="14"
      height="14"
      viewBox="0 0 14 14"
      aria-hidden="true"
      focusable="false"
    >
      {state === 'on' && <circle cx="7" cy="7" r="5" fill="currentColor" />}
      {state === 'off' && <circle cx="7" cy="7" r="4.25" className={classes.line} />}
      {state === 'waiting' && (
        <>
          <circle cx="7" cy="7" r="5" className={classes.line} />
          <path d="M7 4v3.2l2.2 1.4" className={classes.line} />
        </>
      )}
      {state === 'killed' && (
        <>
          <circle cx="7" cy="7" r="5" className={classes.line} />
          <path d="M3.5 10.5l7-7" className={classes.line} />
        </>
      )}
      {state === 'ramping' && (
        <>
          <circle cx="7" cy="7" r="5" className={classes.line} />
          <path d="M7 7V2a5 5 0 0 1 5 5z" fill="currentColor" />
        </>
      )}
      {state === 'paused' && <path d="M4.5 2.5v9M9.5 2.5v9" className={classes.bars} />}
      {state === 'broken' && (
        <>
          <path d="M7 1.5L13 12.5H1z" className={classes.line} />
          <path d="M7 5.5v3M7 10.5v.01" className={classes.line} />
        </>
      )}
    </svg>
  );
}
