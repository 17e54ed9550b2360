import { Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { FlagEnvironment } from '@/api/types';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { Icon } from '@/components/Icon';
import { StateMark } from '@/components/StateMark';
import { Time, useMinute } from '@/components/Time';
import { diffBodies } from '@/features/rules/diff';
import { bodyOf } from '@/features/rules/parts';
import { nextWords } from '@/features/schedule/words';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { Snippets } from './Snippets';
import { flagAddress, tabAddress, useFlag } from './useFlag';

/** All environments side by side, as rows in the project's order. */
export function FlagOverviewPage() {
  const { detail, root } = useFlag();
  return (
    <>
      <div className={classes.scroll}>
        <Table className={classes.table} aria-label={t.environments}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t.environment}</Table.Th>
              <Table.Th scope="col">{t.state}</Table.Th>
              <Table.Th scope="col">{t.serves}</Table.Th>
              <Table.Th scope="col">{t.versusNext}</Table.Th>
              <Table.Th scope="col">{t.changed}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {detail.environments.map((entry, index) => (
              <Row
                key={entry.environment.key}
                entry={entry}
                next={detail.environments[index + 1]}
                root={root}
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Relations />
      <Snippets />
    </>
  );
}

function Row({
  entry,
  next,
  root,
}: {
  entry: FlagEnvironment;
  next: FlagEnvironment | undefined;
  root: string;
}) {
  const now = useMinute();
  const { key } = entry.environment;
  const coming = nextWords(entry.state, entry.next, now);
  const diffs = next
    ? diffBodies(bodyOf(entry.config, entry.overrides), bodyOf(next.config, next.overrides), now).length +
      (entry.config.enabled === next.config.enabled ? 0 : 1)
    : undefined;
  return (
    <Table.Tr>
      <Table.Td>
        <Link
          to={tabAddress(root, `e/${key}`)}
          className={classes.envLink}
          aria-label={t.openEnvironment(key)}
        >
          <EnvironmentBadge environment={entry.environment} />
        </Link>
      </Table.Td>
      <Table.Td>
        <StateMark state={entry.state} share={entry.share ?? null} />
        {coming && <span className={classes.muted}> {coming}</span>}
      </Table.Td>
      <Table.Td>
        {entry.summary}
        {entry.problems.length > 0 && (
          <span className={classes.broken}>
            <Icon name="warn" size={12} /> {t.problems(entry.problems.length)}
          </span>
        )}
      </Table.Td>
      <Table.Td>
        {next && diffs !== undefined && (
          <Link to={tabAddress(root, 'compare')} search={{ a: key, b: next.environment.key }}>
            {diffs === 0 ? t.same(next.environment.key) : t.diffs(diffs, next.environment.key)}
          </Link>
        )}
      </Table.Td>
      <Table.Td>
        {entry.changed_at && (
          <span className={classes.nowrap}>
            <Time at={entry.changed_at} /> {entry.changed_by?.name}
          </span>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** What this flag waits for, who waits for it, and who cannot see all of it. */
function Relations() {
  const { detail, projectRoot } = useFlag();
  const depends = new Map<string, string[]>();
  for (const entry of detail.environments) {
    for (const { flag } of entry.config.prerequisites) {
      depends.set(flag, [...(depends.get(flag) ?? []), entry.environment.key]);
    }
  }
  const needed = new Map<string, string[]>();
  for (const { flag, environment } of detail.needed_by)
    needed.set(flag, [...(needed.get(flag) ?? []), environment]);
  return (
    <dl className={classes.relations}>
      <Relation title={t.dependsOn} flags={depends} projectRoot={projectRoot} />
      <Relation title={t.neededBy} flags={needed} projectRoot={projectRoot} />
      <div>
        <dt>{t.gaps}</dt>
        <dd>
          {detail.gaps.length === 0 ? (
            t.none
          ) : (
            <ul>
              {detail.gaps.map((gap) => (
                <li key={gap.code + gap.text} className={classes.gap}>
                  <Icon name="gap" size={14} /> {gap.text}
                </li>
              ))}
            </ul>
          )}
        </dd>
      </div>
    </dl>
  );
}

function Relation({
  title,
  flags,
  projectRoot,
}: {
  title: string;
  flags: Map<string, string[]>;
  projectRoot: string;
}) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        {flags.size === 0
          ? t.none
          : [...flags].map(([flag, environments]) => (
              <span key={flag} className={classes.relation}>
                <Link to={flagAddress(projectRoot, flag)} className={classes.key}>
                  {flag}
                </Link>{' '}
                <span className={classes.muted}>{environments.join(', ')}</span>
              </span>
            ))}
      </dd>
    </div>
  );
}
