import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { type Context, contextOf, withContext } from './fragment';

/** The context of the tester; it lives in the address behind `#` and nowhere else. */
export function useContextState(): [Context, (context: Context) => void] {
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const [context, setContext] = useState<Context>(() => contextOf(hash) ?? {});
  const timer = useRef<number>(undefined);
  const latest = useRef(hash);
  latest.current = hash;
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const change = (next: Context) => {
    setContext(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      void navigate({
        to: '.',
        search: true,
        hash: withContext(latest.current, next),
        replace: true,
        resetScroll: false,
        hashScrollIntoView: false,
      });
    }, 250);
  };
  return [context, change];
}
