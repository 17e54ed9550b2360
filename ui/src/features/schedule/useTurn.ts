import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useScope } from '@/app/scope';

/** After the moment, so that the server's clock has passed it too. */
const graceMs = 1_000;
/** Until the server says another moment. */
const againMs = 10_000;
/** The longest wait that a timer takes. */
const longestMs = 2_147_483_647;

/** Reads flags again when the time comes at which one turns by itself: nobody's change announces it. */
export function useTurn(at: string | undefined): void {
  const client = useQueryClient();
  const { organization, project } = useScope();
  useEffect(() => {
    if (at === undefined) return;
    const wait = Math.max(Date.parse(at) - Date.now(), 0) + graceMs;
    let timer: number | undefined;
    const read = () => {
      for (const kind of ['flags', 'flag', 'explain'])
        void client.invalidateQueries({ queryKey: ['project', organization, project, kind] });
      timer = window.setTimeout(read, againMs);
    };
    if (wait < longestMs) timer = window.setTimeout(read, wait);
    return () => window.clearTimeout(timer);
  }, [at, client, organization, project]);
}
