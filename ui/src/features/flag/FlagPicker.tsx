import { Autocomplete } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import type { FlagPage } from '@/api/types';
import { useScope } from '@/app/scope';
import classes from './Flag.module.css';

interface FlagPickerProps {
  label: string;
  value: string;
  without?: string;
  onChange: (flag: string) => void;
}

/** Finds a flag by the server's search. */
export function FlagPicker({ label, value, without, onChange }: FlagPickerProps) {
  const { organization, project, path } = useScope();
  const [q] = useDebouncedValue(value, 150);
  const { data } = useQuery({
    queryKey: keys.flags(organization, project, { pick: q }),
    queryFn: ({ signal }) => api.get<FlagPage>(`${path}/flags`, { signal, query: { q, limit: 20 } }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  return (
    <Autocomplete
      size="xs"
      label={label}
      className={classes.mono}
      value={value}
      data={(data?.items ?? []).map((flag) => flag.key).filter((key) => key !== without)}
      filter={({ options }) => options}
      onChange={onChange}
    />
  );
}
