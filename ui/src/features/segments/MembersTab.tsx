import { ActionIcon, Button, FileButton, Table, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import type { Page, Segment, SegmentMember } from '@/api/types';
import { useScope } from '@/app/scope';
import { Dialog } from '@/components/Dialog';
import { GuardedButton } from '@/components/GuardedButton';
import { Icon } from '@/components/Icon';
import { EmptyState, ErrorPanel, ListSkeleton } from '@/components/Status';
import { usePlan } from '@/features/plan';
import { segmentsText as t } from '@/text/segments';
import { readMembers } from './members';
import classes from './Segments.module.css';

const PAGE = 50;

/** Listed subjects, paged by the server and never loaded as a whole. */
export function MembersTab({ segment }: { segment: Segment }) {
  const scope = useScope();
  const { openPlan } = usePlan();
  const [prefix, setPrefix] = useState('');
  const [settled] = useDebouncedValue(prefix, 150);
  const [cursors, setCursors] = useState<string[]>([]);
  const [adding, setAdding] = useState<string>();
  const cursor = cursors[cursors.length - 1];
  const query = useQuery({
    queryKey: keys.segment(scope.organization, scope.project, segment.key, 'members', settled, cursor),
    queryFn: ({ signal }) =>
      api.get<Page<SegmentMember>>(`${scope.path}/segments/${encodeURIComponent(segment.key)}/members`, {
        signal,
        query: { prefix: settled, cursor, limit: PAGE },
      }),
    placeholderData: keepPreviousData,
  });
  const mayEdit = scope.can('segment.edit') && !segment.archived_at;
  const remove = (members: string[]) =>
    void openPlan({
      organization: scope.organization,
      project: scope.project,
      changes: [{ segment: { remove_members: { segment: segment.key, members } } }],
      title: t.removing(members.length, segment.key),
    });
  const { data } = query;
  return (
    <div className={classes.main}>
      <div className={classes.toolbar}>
        <TextInput
          size="xs"
          className={classes.mono}
          aria-label={t.findMember}
          placeholder={t.findMember}
          value={prefix}
          onChange={(event) => {
            setPrefix(event.currentTarget.value);
            setCursors([]);
          }}
        />
        <span className={classes.spacer} />
        {mayEdit && (
          <FileButton
            accept=".csv,.txt,text/csv,text/plain"
            onChange={(file) => file && void file.text().then(setAdding)}
          >
            {(props) => (
              <Button {...props} size="xs" variant="default" leftSection={<Icon name="upload" size={14} />}>
                {t.upload}
              </Button>
            )}
          </FileButton>
        )}
        <GuardedButton
          allowed={mayEdit}
          permission="segment.edit"
          size="xs"
          variant="default"
          onClick={() => setAdding('')}
        >
          {t.addMembers}
        </GuardedButton>
      </div>
      {query.isPending && <ListSkeleton rows={4} />}
      {query.error && (
        <ErrorPanel error={query.error} what={t.whatMembers} retry={() => void query.refetch()} />
      )}
      {data && data.items.length === 0 && (
        <EmptyState title={settled ? t.noMemberMatches(settled) : t.noMembers} />
      )}
      {data && data.items.length > 0 && (
        <>
          <p className={classes.muted}>{t.shownOf(data.items.length, data.total ?? data.items.length)}</p>
          <Table aria-label={t.members}>
            <Table.Tbody>
              {data.items.map(({ subject }) => (
                <Table.Tr key={subject}>
                  <Table.Td className={classes.key}>{subject}</Table.Td>
                  <Table.Td className={classes.end}>
                    {mayEdit && (
                      <ActionIcon
                        size={24}
                        aria-label={t.removeMember(subject)}
                        onClick={() => remove([subject])}
                      >
                        <Icon name="close" size={14} />
                      </ActionIcon>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <nav className={classes.pager} aria-label={t.pages}>
            <Button
              size="xs"
              variant="default"
              disabled={cursors.length === 0}
              onClick={() => setCursors(cursors.slice(0, -1))}
            >
              {t.previous}
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={!data.next}
              onClick={() => data.next && setCursors([...cursors, data.next])}
            >
              {t.next}
            </Button>
          </nav>
        </>
      )}
      {adding !== undefined && (
        <AddDialog segment={segment} start={adding} onClose={() => setAdding(undefined)} />
      )}
    </div>
  );
}

interface AddDialogProps {
  segment: Segment;
  start: string;
  onClose: () => void;
}

/** Counts what was read before anything is planned; the plan counts what is new. */
function AddDialog({ segment, start, onClose }: AddDialogProps) {
  const scope = useScope();
  const { openPlan } = usePlan();
  const [text, setText] = useState(start);
  const read = readMembers(text);
  const submit = (act: 'add' | 'remove') => {
    onClose();
    const { members } = read;
    void openPlan({
      organization: scope.organization,
      project: scope.project,
      changes: [
        {
          segment:
            act === 'add'
              ? { add_members: { segment: segment.key, members } }
              : { remove_members: { segment: segment.key, members } },
        },
      ],
      title: act === 'add' ? t.adding(members.length, segment.key) : t.removing(members.length, segment.key),
      direct: false,
    });
  };
  return (
    <Dialog onClose={onClose} title={t.addMembers} size={560}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (read.members.length > 0) submit('add');
        }}
      >
        <Textarea
          label={t.subjects}
          description={t.subjectsHelp}
          data-autofocus
          className={classes.mono}
          autosize
          minRows={4}
          maxRows={14}
          value={text.length > 20_000 ? `${text.slice(0, 20_000)}…` : text}
          readOnly={text.length > 20_000}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <p role="status">{t.counts(read.members.length, read.duplicates, read.malformed.length)}</p>
        {read.malformed.length > 0 && (
          <p className={classes.danger}>{t.malformed(read.malformed.slice(0, 5))}</p>
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t.cancel}
          </Button>
          <Button variant="default" disabled={read.members.length === 0} onClick={() => submit('remove')}>
            {t.removeThese}
          </Button>
          <Button type="submit" disabled={read.members.length === 0}>
            {t.addThese}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
