import { useMediaQuery } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, memo, Suspense, useCallback, useMemo, useState } from 'react';
import { flagKeys } from '@/api/live';
import type { Facet, FlagListItem, LiveChange } from '@/api/types';
import { useLiveChange } from '@/app/live';
import { useEnvironments, useScope } from '@/app/scope';
import { GuardedButton } from '@/components/GuardedButton';
import { Icon } from '@/components/Icon';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { BusyBar, ErrorPanel, ListSkeleton } from '@/components/Status';
import { useStable } from '@/components/useStable';
import { useTurn } from '@/features/schedule/useTurn';
import { flagsText } from '@/text/flags';
import { BulkBar } from './BulkBar';
import { CellPanel } from './CellPanel';
import { columnsOf } from './columns';
import classes from './Flags.module.css';
import { type CellTarget, FlagCards, FlagTable } from './FlagTable';
import { NoFlags, NoMatch } from './ListStates';
import { ColumnsMenu, Pager } from './ListTools';
import { QueryBox } from './QueryBox';
import { type ListSearch, type Sort, sizes } from './search';
import { useAllMatching, useFlagList, useTrail, useTypedQuery } from './useFlagList';
import { useRowKeys } from './useRowKeys';
import { ViewsMenu } from './ViewsMenu';

const NewFlagDialog = lazy(async () => ({ default: (await import('./NewFlagDialog')).NewFlagDialog }));
const route = getRouteApi('/session/o/$org/p/$project/flags');
const noTags: Facet[] = [];

/** Keys of the flags that others changed in the last two seconds. */
function useFlashing(): ReadonlySet<string> {
  const [flashing, setFlashing] = useState<ReadonlySet<string>>(new Set());
  const listener = useCallback((change: LiveChange) => {
    const touched = change.touched.flatMap(({ key }) => flagKeys(key));
    setFlashing((before) => new Set([...before, ...touched]));
    window.setTimeout(() => {
      setFlashing((before) => new Set([...before].filter((key) => !touched.includes(key))));
    }, 2000);
  }, []);
  useLiveChange(listener);
  return flashing;
}

/** When the first of these flags turns by itself. */
function nextOf(items: readonly FlagListItem[]): string | undefined {
  const states = items.flatMap((item) => Object.values(item.environments));
  const moments = states
    .flatMap(({ next, until }) => [next?.at, until])
    .filter((at) => typeof at === 'string');
  return moments.sort((a, b) => Date.parse(a) - Date.parse(b))[0];
}

function useSelection(items: FlagListItem[]) {
  const [selection, setSelection] = useState<ReadonlyMap<string, FlagListItem>>(new Map());
  const [last, setLast] = useState<string>();
  const select = (item: FlagListItem, on: boolean, range: boolean) => {
    const next = new Map(selection);
    const from = range ? items.findIndex((each) => each.key === last) : -1;
    const to = items.findIndex((each) => each.key === item.key);
    const chosen = from === -1 ? [item] : items.slice(Math.min(from, to), Math.max(from, to) + 1);
    for (const each of chosen) {
      if (on) next.set(each.key, each);
      else next.delete(each.key);
    }
    setLast(item.key);
    setSelection(next);
  };
  const selectPage = (on: boolean) => {
    const next = new Map(selection);
    for (const item of items) {
      if (on) next.set(item.key, item);
      else next.delete(item.key);
    }
    setSelection(next);
  };
  const selectAll = (all: FlagListItem[]) => setSelection(new Map(all.map((item) => [item.key, item])));
  return {
    selected: useMemo(() => new Set(selection.keys()), [selection]),
    selectedItems: useMemo(() => [...selection.values()], [selection]),
    select,
    selectPage,
    selectAll,
    clear: () => setSelection(new Map()),
  };
}

const CreateButton = memo(function CreateButton(props: { allowed: boolean; onCreate: () => void }) {
  return (
    <GuardedButton
      allowed={props.allowed}
      permission="flag.create"
      leftSection={<Icon name="flag" />}
      onClick={props.onCreate}
    >
      {flagsText.create}
    </GuardedButton>
  );
});

export function FlagsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { can, project } = useScope();
  const environments = useEnvironments();
  const list = useFlagList(search);
  const { items } = list;
  useTurn(useMemo(() => nextOf(items), [items]));
  const { previous } = useTrail(search);
  const allMatching = useAllMatching(search);
  const selection = useSelection(items);
  const flashing = useFlashing();
  const phone = useMediaQuery('(max-width: 767px)', window.innerWidth < 768);
  const [cell, setCell] = useState<CellTarget>();
  const [creating, setCreating] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const columns = useMemo(() => columnsOf(search.cols, environments), [search.cols, environments]);
  const mayCreate = can('flag.create');
  useTitle(flagsText.title, project);
  useRowKeys({
    items,
    onSelect: (item) => selection.select(item, !selection.selected.has(item.key), false),
    onCreate: () => mayCreate && setCreating(true),
  });

  const view = (change: Partial<ListSearch>, replace = true) =>
    void navigate({
      search: (before) => ({ ...before, cursor: undefined, page: undefined, ...change }),
      replace,
      resetScroll: !replace,
    });
  // A letter of the search draws the page several times: what stands around the rows only when it changes.
  const create = useStable(() => setCreating(true));
  const open = useStable(
    (next: ListSearch) => void navigate({ search: { cols: search.cols, density: search.density, ...next } }),
  );
  const keepPage = useStable(
    (change: Partial<ListSearch>) =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false }),
  );
  const rowActions = {
    onCell: setCell,
    onSelect: useStable(selection.select),
    onSelectPage: useStable(selection.selectPage),
    onSort: useStable((sort: Sort) => view({ sort: sort === 'key' ? undefined : sort })),
    onColumns: useStable(() => setChoosing(true)),
  };
  const pageActions = {
    onPrevious: useStable(() => view({ cursor: previous, page: page > 2 ? page - 1 : undefined }, false)),
    onNext: useStable(() => view({ cursor: list.data?.next ?? undefined, page: page + 1 }, false)),
    onSize: useStable((size: number) => view({ size: sizes.find((allowed) => allowed === size) })),
  };
  const page = search.page ?? 1;
  const typed = useStable(useTypedQuery(search, (q) => view({ q: q || undefined })));
  const known = useMemo(
    () => ({ environments, tags: list.data?.tags ?? noTags }),
    [environments, list.data?.tags],
  );
  const target = cell && items.find((item) => item.key === cell.flag);
  const targetEnvironment = cell && environments.find((environment) => environment.key === cell.environment);
  const total = list.data?.total ?? 0;

  return (
    <div className={classes.page} data-selecting={selection.selected.size > 0 || undefined}>
      <BusyBar busy={list.isFetching && list.isPlaceholderData} />
      <PageHeader title={flagsText.title} aside={list.data ? flagsText.total(total) : undefined}>
        <ViewsMenu environments={environments} search={search} onView={open} />
        <CreateButton allowed={mayCreate} onCreate={create} />
      </PageHeader>
      <div className={classes.tools}>
        <QueryBox
          value={search.q ?? ''}
          known={known}
          matches={list.data && !list.isPlaceholderData ? total : undefined}
          onChange={typed}
        />
        <ColumnsMenu
          opened={choosing}
          onOpened={setChoosing}
          environments={environments}
          columns={columns}
          search={search}
          onSearch={keepPage}
        />
      </div>
      {list.isError && (
        <ErrorPanel error={list.error} what={flagsText.what} retry={() => void list.refetch()} />
      )}
      {list.isPending && <ListSkeleton rows={12} />}
      {list.data &&
        items.length === 0 &&
        !list.isPlaceholderData &&
        (search.q ? (
          <NoMatch query={search.q} onQuery={(q) => view({ q: q || undefined })} />
        ) : (
          <NoFlags onCreate={create} />
        ))}
      {items.length > 0 &&
        (phone ? (
          <FlagCards
            rows={list.rows}
            environments={columns.environments}
            selected={selection.selected}
            onCell={rowActions.onCell}
            onSelect={rowActions.onSelect}
          />
        ) : (
          <FlagTable
            items={items}
            rows={list.rows}
            columns={columns}
            search={search}
            selected={selection.selected}
            flashing={flashing}
            {...rowActions}
          />
        ))}
      {selection.selected.size > 0 && (
        <BulkBar
          items={selection.selectedItems}
          total={total}
          onSelectAll={async () => selection.selectAll(await allMatching())}
          onClear={selection.clear}
        />
      )}
      {items.length > 0 && (
        <Pager
          search={search}
          shown={items.length}
          total={total}
          hasNext={Boolean(list.data?.next)}
          {...pageActions}
        />
      )}
      {cell && target && targetEnvironment && (
        <CellPanel
          key={`${cell.flag} ${cell.environment}`}
          item={target}
          environment={targetEnvironment}
          element={cell.element}
          onClose={() => setCell(undefined)}
        />
      )}
      <Suspense>{creating && <NewFlagDialog onClose={() => setCreating(false)} />}</Suspense>
    </div>
  );
}
