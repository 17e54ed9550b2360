import { Button, Checkbox, NativeSelect, Popover, SegmentedControl } from '@mantine/core';
import { memo } from 'react';
import type { Environment } from '@/api/types';
import { Icon } from '@/components/Icon';
import { flagsText } from '@/text/flags';
import { type Columns, otherColumns, writeColumns } from './columns';
import classes from './Flags.module.css';
import { type ListSearch, sizes } from './search';
import { defaultSize } from './useFlagList';

interface ColumnsMenuProps {
  opened: boolean;
  onOpened: (opened: boolean) => void;
  environments: Environment[];
  columns: Columns;
  search: ListSearch;
  onSearch: (change: Partial<ListSearch>) => void;
}

export const ColumnsMenu = memo(function ColumnsMenu(props: ColumnsMenuProps) {
  const { opened, onOpened, environments, columns, search, onSearch } = props;
  const pinned = new Set(columns.environments.map((environment) => environment.key));
  return (
    <Popover opened={opened} onChange={onOpened} position="bottom-end" width={280} trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          className={classes.columnsButton}
          leftSection={<Icon name="columns" size={14} />}
          aria-haspopup="dialog"
          onClick={() => onOpened(!opened)}
        >
          {flagsText.columns}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={flagsText.columns} className={classes.columns}>
        <fieldset>
          <legend>{flagsText.environmentsTitle}</legend>
          {environments.map((environment) => (
            <Checkbox
              key={environment.key}
              label={environment.key}
              checked={pinned.has(environment.key)}
              onChange={(event) =>
                onSearch({
                  cols: writeColumns({
                    environments: environments.filter((each) =>
                      each.key === environment.key ? event.currentTarget.checked : pinned.has(each.key),
                    ),
                    others: columns.others,
                  }),
                })
              }
            />
          ))}
        </fieldset>
        <fieldset>
          <legend>{flagsText.moreColumns}</legend>
          {otherColumns.map((column) => (
            <Checkbox
              key={column}
              label={flagsText.column[column]}
              checked={columns.others.includes(column)}
              onChange={(event) =>
                onSearch({
                  cols: writeColumns({
                    environments: columns.environments,
                    others: otherColumns.filter((each) =>
                      each === column ? event.currentTarget.checked : columns.others.includes(each),
                    ),
                  }),
                })
              }
            />
          ))}
        </fieldset>
        <fieldset>
          <legend>{flagsText.density}</legend>
          <SegmentedControl
            size="xs"
            fullWidth
            value={search.density ?? 'normal'}
            onChange={(value) => {
              const density = (['roomy', 'compact'] as const).find((each) => each === value);
              onSearch({ density });
            }}
            data={(['roomy', 'normal', 'compact'] as const).map((value) => ({
              value,
              label: flagsText.densities[value],
            }))}
          />
        </fieldset>
      </Popover.Dropdown>
    </Popover>
  );
});

interface PagerProps {
  search: ListSearch;
  shown: number;
  total: number;
  hasNext: boolean;
  onPrevious: () => void;
  onNext: () => void;
  onSize: (size: number) => void;
}

export const Pager = memo(function Pager({ search, shown, total, hasNext, ...acts }: PagerProps) {
  const { onPrevious, onNext, onSize } = acts;
  const size = search.size ?? defaultSize;
  const page = search.page ?? 1;
  const from = (page - 1) * size + 1;
  return (
    <nav className={classes.pager} aria-label={flagsText.pager}>
      <span>{flagsText.range(from, from + shown - 1, total)}</span>
      <Button size="xs" variant="default" disabled={page <= 1} onClick={onPrevious}>
        {flagsText.previous}
      </Button>
      <Button size="xs" variant="default" disabled={!hasNext} onClick={onNext}>
        {flagsText.next}
      </Button>
      <NativeSelect
        size="xs"
        aria-label={flagsText.perPage}
        value={String(size)}
        data={sizes.map(String)}
        onChange={(event) => onSize(Number(event.currentTarget.value))}
      />
    </nav>
  );
});
