import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import { type LiveState, LiveStream, notConnected } from '@/api/live';
import type { LiveChange } from '@/api/types';

const LiveContext = createContext<LiveStream | undefined>(undefined);

interface LiveProviderProps {
  organization: string | undefined;
  project: string | undefined;
  children: ReactNode;
}

/** Keeps one stream open for the project of the address. */
export function LiveProvider({ organization, project, children }: LiveProviderProps) {
  const client = useQueryClient();
  const stream = useMemo(
    () => (organization && project ? new LiveStream(organization, project, client) : undefined),
    [organization, project, client],
  );
  useEffect(() => {
    stream?.open();
    return () => stream?.close();
  }, [stream]);
  return <LiveContext.Provider value={stream}>{children}</LiveContext.Provider>;
}

const nothing = () => () => undefined;

export function useLive(): LiveState {
  const stream = useContext(LiveContext);
  return useSyncExternalStore(stream?.subscribe ?? nothing, () => stream?.state ?? notConnected);
}

export function useLiveStream(): LiveStream | undefined {
  return useContext(LiveContext);
}

/** Whether changes can be sent now. */
export function useConnected(): boolean {
  return useLive().status !== 'disconnected';
}

/** Calls the listener for each change that others (or this session) made. */
export function useLiveChange(listener: (change: LiveChange) => void): void {
  const stream = useContext(LiveContext);
  useEffect(() => stream?.onChange(listener), [stream, listener]);
}
