import type { ReactNode } from 'react';
import classes from './DataTable.module.css';

export interface Column<T> {
  key: string;
  title: string;
  /** Hides the title from sight, for a column of buttons. */
  quiet?: boolean;
  cell: (row: T) => ReactNode;
}

interface DataTableProps<T> {
  caption: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
}

/** A plain table; on a phone each row becomes a block with named lines. */
export function DataTable<T>({ caption, columns, rows, rowKey }: DataTableProps<T>) {
  const [first, ...rest] = columns;
  if (!first) return null;
  return (
    <div className={classes.wrap}>
      <table className={classes.table}>
        <caption className={classes.hidden}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col">
                <span className={column.quiet ? classes.hidden : undefined}>{column.title}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              <th scope="row" data-title={first.title}>
                {first.cell(row)}
              </th>
              {rest.map((column) => (
                <td key={column.key} data-title={column.quiet ? undefined : column.title}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
