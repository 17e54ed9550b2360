import { QueryClient } from '@tanstack/react-query';
import { Problem } from '@/api/client';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      networkMode: 'always',
      retry: (count, error) =>
        error instanceof Problem && (error.offline || error.status >= 502) && count < 2,
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
