import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import type { ExplainAnswer, ExplainRequest } from '@/api/types';
import { useScope } from '@/app/scope';

/** Asks the engine why, 250 ms after the last key. The last answer stays until the next one. */
export function useExplain(request: ExplainRequest, enabled: boolean, revision?: number) {
  const { organization, project, path } = useScope();
  const text = JSON.stringify(request);
  const [settled] = useDebouncedValue(text, 250);
  return useQuery({
    queryKey: keys.explain(organization, project, [settled, revision ?? 0]),
    queryFn: ({ signal }) =>
      api.post<ExplainAnswer>(`${path}/explain`, JSON.parse(settled) as ExplainRequest, { signal }),
    enabled: enabled && project !== '' && request.environments.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 60_000,
  });
}
