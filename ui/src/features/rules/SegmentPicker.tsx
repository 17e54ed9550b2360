import { Autocomplete, Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import { projectPath } from '@/api/paths';
import type { Page, SegmentListItem } from '@/api/types';
import { useScope } from '@/app/scope';
import { common } from '@/text/common';
import { conditionEditorText as t } from '@/text/conditionEditor';
import classes from './ConditionEditor.module.css';

export const segmentSearchQuery = (organization: string, project: string, q: string) =>
  queryOptions({
    queryKey: keys.segments(organization, project, { pick: q }),
    queryFn: ({ signal }) =>
      api.get<Page<SegmentListItem>>(`${projectPath(organization, project)}/segments`, {
        signal,
        query: { q, limit: 20 },
      }),
    staleTime: 30_000,
  });

interface SegmentPickerProps {
  value: string;
  readOnly?: boolean;
  label?: string;
  onChange: (segment: string) => void;
}

/** Finds a segment by the server's search. A failing list keeps the rule readable. */
export function SegmentPicker({ value, readOnly = false, label = t.segment, onChange }: SegmentPickerProps) {
  const { organization, project } = useScope();
  const [typed, setTyped] = useState<string>();
  const [q] = useDebouncedValue(typed ?? '', 150);
  const { data, error, refetch } = useQuery({
    ...segmentSearchQuery(organization, project, q),
    enabled: !readOnly && project !== '',
    placeholderData: keepPreviousData,
  });
  const found = data?.items ?? [];
  const names = new Map(found.map((segment) => [segment.key, segment.name]));
  return (
    <>
      <Autocomplete
        size="xs"
        className={classes.segment}
        aria-label={label}
        placeholder={t.chooseSegment}
        value={value}
        readOnly={readOnly}
        data={found.filter((segment) => !segment.archived_at).map((segment) => segment.key)}
        filter={({ options }) => options}
        renderOption={({ option }) => (
          <span>
            {option.value} <span className={classes.muted}>{names.get(option.value)}</span>
          </span>
        )}
        onChange={(next) => {
          setTyped(next);
          onChange(next);
        }}
      />
      {error && (
        <Button size="compact-xs" variant="default" onClick={() => void refetch()}>
          {common.retry}
        </Button>
      )}
    </>
  );
}
