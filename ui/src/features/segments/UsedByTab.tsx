import { Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { SegmentDetail } from '@/api/types';
import { useEnvironments, useScope } from '@/app/scope';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { StateMark } from '@/components/StateMark';
import { EmptyState } from '@/components/Status';
import { segmentsText as t } from '@/text/segments';
import classes from './Segments.module.css';

/** Which flags and segments this one reaches. */
export function UsedByTab({ detail }: { detail: SegmentDetail }) {
  const { organization, project } = useScope();
  const environments = useEnvironments();
  const root = `/o/${organization}/p/${project}`;
  if (detail.used_by.length === 0) return <EmptyState title={t.notUsed} text={t.safeToDelete} />;
  return (
    <div className={classes.scroll}>
      <Table aria-label={t.usedBy}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t.what}</Table.Th>
            <Table.Th scope="col">{t.environment}</Table.Th>
            <Table.Th scope="col">{t.where}</Table.Th>
            <Table.Th scope="col">{t.state}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {detail.used_by.map((use) => {
            const environment = environments.find((known) => known.key === use.environment);
            const id = [use.flag, use.segment, use.environment, use.where, use.rule].join(' ');
            return (
              <Table.Tr key={id}>
                <Table.Td className={classes.key}>
                  {use.flag ? (
                    <Link
                      to={flagLink(root, use.flag, use.environment)}
                      {...(use.rule ? { hash: `rule-${use.rule}` } : {})}
                    >
                      {use.flag}
                    </Link>
                  ) : (
                    <Link to={segmentLink(root, use.segment ?? '')}>{use.segment}</Link>
                  )}
                </Table.Td>
                <Table.Td>
                  {environment ? <EnvironmentBadge environment={environment} /> : use.environment}
                </Table.Td>
                <Table.Td>{t.places[use.where]}</Table.Td>
                <Table.Td>{use.state && <StateMark state={use.state} />}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function flagLink(root: string, flag: string, environment: string | undefined): string {
  const page = `${root}/flags/${encodeURIComponent(flag)}`;
  return environment ? `${page}/e/${environment}` : page;
}

function segmentLink(root: string, key: string): string {
  return `${root}/segments/${encodeURIComponent(key)}`;
}
