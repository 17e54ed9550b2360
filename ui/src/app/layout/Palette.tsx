import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import { projectPath } from '@/api/paths';
import type { FlagPage, Page, SegmentListItem } from '@/api/types';
import { Dialog } from '@/components/Dialog';
import { Icon } from '@/components/Icon';
import { common } from '@/text/common';
import { frameText } from '@/text/frame';

interface Target {
  to: string;
  text: string;
}

function pagesOf(org: string | undefined, project: string | undefined): Target[] {
  if (!org) return [{ to: '/account', text: frameText.account }];
  const o = `/o/${org}`;
  const p = `${o}/p/${project}`;
  return [
    ...(project
      ? [
          { to: `${p}/flags`, text: frameText.flags },
          { to: `${p}/segments`, text: frameText.segments },
          { to: `${p}/tester`, text: frameText.tester },
          { to: `${p}/calendar`, text: frameText.calendar },
          { to: `${p}/history`, text: frameText.history },
          { to: `${p}/settings`, text: frameText.settings },
        ]
      : []),
    { to: o, text: frameText.projects },
    { to: `${o}/members`, text: frameText.members },
    { to: `${o}/audit`, text: frameText.audit },
    { to: '/account', text: frameText.account },
  ];
}

/** Jumps to a flag, a segment or a page. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { org, project } = useParams({ strict: false });
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), 80);
  const navigate = useNavigate();
  const combobox = useCombobox({ opened: true });
  const scope = [org ?? '', project ?? ''] as const;
  const path = projectPath(...scope);
  const flags = useQuery({
    queryKey: keys.flags(...scope, { jump: query }),
    queryFn: ({ signal }) => api.get<FlagPage>(`${path}/flags`, { signal, query: { q: query, limit: 8 } }),
    enabled: project !== undefined,
    placeholderData: (before) => before,
  });
  const segments = useQuery({
    queryKey: keys.segments(...scope, { jump: query }),
    queryFn: ({ signal }) =>
      api.get<Page<SegmentListItem>>(`${path}/segments`, { signal, query: { q: query, limit: 8 } }),
    enabled: project !== undefined && query !== '',
    placeholderData: (before) => before,
  });
  const base = `/o/${org}/p/${project}`;
  const pages = pagesOf(org, project).filter((page) => page.text.toLowerCase().includes(query.toLowerCase()));
  const go = (to: string) => {
    onClose();
    void navigate({ to });
  };
  return (
    <Dialog onClose={onClose} withCloseButton={false} size={560} padding={8} aria-label={frameText.palette}>
      <Combobox store={combobox} onOptionSubmit={go} withinPortal={false}>
        <Combobox.EventsTarget>
          <TextInput
            data-autofocus
            aria-label={frameText.paletteHint}
            placeholder={frameText.palettePlaceholder}
            leftSection={<Icon name="search" />}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              combobox.selectFirstOption();
            }}
          />
        </Combobox.EventsTarget>
        <Combobox.Options mah={400} mt={8} aria-label={frameText.palette} style={{ overflowY: 'auto' }}>
          <Combobox.Group label={frameText.flags} hidden={!flags.data?.items.length}>
            {flags.data?.items.map((flag) => (
              <Combobox.Option key={flag.key} value={`${base}/flags/${encodeURIComponent(flag.key)}`}>
                <code>{flag.key}</code> {flag.name}
              </Combobox.Option>
            ))}
          </Combobox.Group>
          {query !== '' && (
            <Combobox.Group label={frameText.segments} hidden={!segments.data?.items.length}>
              {segments.data?.items.map((segment) => (
                <Combobox.Option
                  key={segment.key}
                  value={`${base}/segments/${encodeURIComponent(segment.key)}`}
                >
                  <code>{segment.key}</code> {segment.name}
                </Combobox.Option>
              ))}
            </Combobox.Group>
          )}
          <Combobox.Group label={frameText.palettePages}>
            {pages.map((page) => (
              <Combobox.Option key={page.to} value={page.to}>
                {page.text}
              </Combobox.Option>
            ))}
          </Combobox.Group>
          {pages.length === 0 && !flags.data?.items.length && !segments.data?.items.length && (
            <Combobox.Empty>{common.none}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox>
    </Dialog>
  );
}
