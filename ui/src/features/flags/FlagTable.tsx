import { ActionIcon, UnstyledButton } from '@mantine/core';
import { memo, useEffect, useRef } from 'react';
import type { Environment, FlagListItem } from '@/api/types';
import { useScope } from '@/app/scope';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { Icon } from '@/components/Icon';
import { RowLink } from '@/components/RowLink';
import { StateMark } from '@/components/StateMark';
import { Time } from '@/components/Time';
import { nextWords, shortWhen } from '@/features/schedule/words';
import { common, stateWords } from '@/text/common';
import { flagsText } from '@/text/flags';
import type { Columns, OtherColumn } from './columns';
import classes from './Flags.module.css';
import type { ListSearch, Sort } from './search';
import type { PlacedFlag } from './useFlagList';

export interface CellTarget {
  flag: string;
  environment: string;
  element: HTMLElement;
}

export interface RowActions {
  onCell: (target: CellTarget) => void;
  onSelect: (item: FlagListItem, on: boolean, range: boolean) => void;
}

interface FlagTableProps extends RowActions {
  items: FlagListItem[];
  rows: PlacedFlag[];
  columns: Columns;
  search: ListSearch;
  selected: ReadonlySet<string>;
  flashing: ReadonlySet<string>;
  onSort: (sort: Sort) => void;
  onSelectPage: (on: boolean) => void;
  onColumns: () => void;
}

const sortColumns: Partial<Record<OtherColumn | 'flag', [Sort, Sort]>> = {
  flag: ['key', '-key'],
  changed: ['-changed', 'changed'],
  created: ['-created', 'created'],
};

export const FlagTable = memo(function FlagTable({
  items,
  rows,
  columns,
  search,
  selected,
  flashing,
  ...actions
}: FlagTableProps) {
  const addressOf = useAddress();
  const density = search.density ?? 'normal';
  const pageSelected = items.length > 0 && items.every((item) => selected.has(item.key));
  const someSelected = !pageSelected && items.some((item) => selected.has(item.key));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that may scroll sideways must be reachable
    <section className={classes.scroller} aria-label={flagsText.tableCaption} tabIndex={0}>
      <table className={classes.table} data-density={density}>
        <caption className={classes.caption}>{flagsText.tableCaption}</caption>
        <thead>
          <tr>
            <th scope="col" className={classes.checkCell}>
              <SelectPage all={pageSelected} some={someSelected} onSelectPage={actions.onSelectPage} />
            </th>
            <SortHead column="flag" search={search} onSort={actions.onSort} />
            {columns.environments.map((environment) => (
              <th key={environment.key} scope="col">
                <EnvironmentBadge environment={environment} />
              </th>
            ))}
            {columns.hidden > 0 && (
              <th scope="col">
                <UnstyledButton
                  className={classes.sort}
                  aria-label={flagsText.moreEnvironmentsLabel(columns.hidden)}
                  onClick={actions.onColumns}
                >
                  {flagsText.moreEnvironments(columns.hidden)}
                </UnstyledButton>
              </th>
            )}
            {columns.others.map((column) => (
              <SortHead key={column} column={column} search={search} onSort={actions.onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ place, item }) => (
            <FlagRow
              key={place}
              item={item}
              address={addressOf(item)}
              columns={columns}
              selected={selected.has(item.key)}
              flashing={flashing.has(item.key)}
              onCell={actions.onCell}
              onSelect={actions.onSelect}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
});

function SortHead({
  column,
  search,
  onSort,
}: {
  column: OtherColumn | 'flag';
  search: ListSearch;
  onSort: (sort: Sort) => void;
}) {
  const pair = sortColumns[column];
  const text = flagsText.column[column];
  if (!pair) return <th scope="col">{text}</th>;
  const current = search.sort ?? 'key';
  const position = pair.indexOf(current);
  const ascending = current.startsWith('-') ? 'descending' : 'ascending';
  return (
    <th scope="col" aria-sort={position === -1 ? 'none' : ascending}>
      <UnstyledButton
        className={classes.sort}
        aria-label={flagsText.sortBy(text)}
        onClick={() => onSort(position === 0 ? pair[1] : pair[0])}
      >
        {text}
        {position !== -1 && <Icon name={ascending === 'ascending' ? 'up' : 'down'} size={12} />}
      </UnstyledButton>
    </th>
  );
}

interface SelectPageProps {
  all: boolean;
  some: boolean;
  onSelectPage: (on: boolean) => void;
}

function SelectPage({ all, some, onSelectPage }: SelectPageProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = some;
  }, [some]);
  return (
    <input
      ref={box}
      type="checkbox"
      className={classes.check}
      aria-label={flagsText.selectPage}
      checked={all}
      onChange={(event) => onSelectPage(event.currentTarget.checked)}
    />
  );
}

interface FlagRowProps extends RowActions {
  item: FlagListItem;
  address: string;
  columns: Columns;
  selected: boolean;
  flashing: boolean;
}

/** Plain elements: a key press in the search may bring a hundred new rows. */
const FlagRow = memo(function FlagRow({ item, address, columns, ...row }: FlagRowProps) {
  const { selected, flashing, onCell, onSelect } = row;
  return (
    <tr data-selected={selected || undefined} data-flash={flashing || undefined} data-row={item.key}>
      <td className={classes.checkCell}>
        <input
          type="checkbox"
          className={classes.check}
          aria-label={flagsText.selectRow(item.key)}
          checked={selected}
          onChange={() => undefined}
          onClick={(event) => onSelect(item, !selected, event.shiftKey)}
        />
      </td>
      <th scope="row" className={classes.flagCell}>
        <FlagName item={item} address={address} />
      </th>
      {columns.environments.map((environment) => (
        <td key={environment.key} className={classes.stateCell}>
          <StateCell item={item} environment={environment} onCell={onCell} />
        </td>
      ))}
      {columns.hidden > 0 && <td aria-hidden="true" />}
      {columns.others.map((column) => (
        <td key={column} className={classes.otherCell}>
          <OtherCell item={item} column={column} />
        </td>
      ))}
    </tr>
  );
});

/** Where the flags of the project are; asked once for the list, not in each row. */
function useAddress(): (item: FlagListItem) => string {
  const { organization, project } = useScope();
  return (item) => `/o/${organization}/p/${project}/flags/${encodeURIComponent(item.key)}`;
}

function FlagName({ item, address }: { item: FlagListItem; address: string }) {
  return (
    <div className={classes.name}>
      <RowLink to={address} className={classes.key} title={item.name || undefined} data-row-link>
        {item.key}
      </RowLink>
      <span className={classes.kind}>{flagsText.kinds[item.kind]}</span>
      {item.archived && <span className={classes.tag}>{flagsText.archivedMark}</span>}
      {item.tags.slice(0, 3).map((tag) => (
        <span key={tag} className={classes.tag}>
          #{tag}
        </span>
      ))}
      {item.tags.length > 3 && <span className={classes.tag}>+{item.tags.length - 3}</span>}
      {item.name && item.name !== item.key && <span className={classes.fullName}>{item.name}</span>}
    </div>
  );
}

interface StateCellProps {
  item: FlagListItem;
  environment: Environment;
  onCell: RowActions['onCell'];
}

export function StateCell({ item, environment, onCell }: StateCellProps) {
  const state = item.environments[environment.key];
  if (!state) return <span className={classes.muted}>–</span>;
  const waits = state.state === 'waiting' ? nextWords(state.state, state.next, Date.now()) : undefined;
  const summary = state.state === 'on' || state.state === 'broken' ? state.summary : (waits ?? '');
  return (
    <button
      type="button"
      className={classes.cell}
      aria-haspopup="dialog"
      aria-label={flagsText.cell(
        item.key,
        environment.key,
        [stateWords[state.state], summary].filter(Boolean).join(', '),
      )}
      data-cell={environment.key}
      onClick={(event) =>
        onCell({ flag: item.key, environment: environment.key, element: event.currentTarget })
      }
    >
      <StateMark state={state.state} share={state.share} />
      {summary && (
        <span className={classes.summary}>
          {waits && state.next ? shortWhen(state.next.at, Date.now()) : summary}
        </span>
      )}
    </button>
  );
}

function OtherCell({ item, column }: { item: FlagListItem; column: OtherColumn }) {
  switch (column) {
    case 'owner':
      return item.owner || <span className={classes.muted}>–</span>;
    case 'changed':
      return (
        <>
          {item.changed_at && <Time at={item.changed_at} />}
          {item.changed_by?.name && <span className={classes.muted}> · {item.changed_by.name}</span>}
        </>
      );
    case 'purpose':
      return item.purpose ? flagsText.purposes[item.purpose] : <span className={classes.muted}>–</span>;
    case 'created':
      return <Time at={item.created_at} />;
    case 'description':
      return <span className={classes.description}>{item.description}</span>;
    case 'id':
      return <code>{item.id}</code>;
  }
}

interface FlagCardsProps extends RowActions {
  rows: PlacedFlag[];
  environments: Environment[];
  selected: ReadonlySet<string>;
}

/** The list on a phone: two lines for a flag, name first, then a pill for each environment. */
export function FlagCards({ rows, environments, selected, onCell, onSelect }: FlagCardsProps) {
  const addressOf = useAddress();
  return (
    <ul className={classes.cards}>
      {rows.map(({ place, item }) => (
        <li key={place} data-row={item.key} data-selected={selected.has(item.key) || undefined}>
          <div className={classes.cardTop}>
            <FlagName item={item} address={addressOf(item)} />
            <ActionIcon
              aria-label={flagsText.selectRow(item.key)}
              aria-pressed={selected.has(item.key)}
              onClick={() => onSelect(item, !selected.has(item.key), false)}
            >
              <Icon name={selected.has(item.key) ? 'check' : 'plus'} label={common.add} />
            </ActionIcon>
          </div>
          <ul className={classes.pills}>
            {environments.map((environment) => (
              <li key={environment.key}>
                <span className={classes.pillName}>{environment.code || environment.key}</span>
                <StateCell item={item} environment={environment} onCell={onCell} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
