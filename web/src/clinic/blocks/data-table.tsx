import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Checkbox, Empty, Pagination, Select, Table, type TableColumnType } from 'antd';
import type { SorterResult } from 'antd/es/table/interface';
import type { ReactNode } from 'react';
import { useNarrow } from '../media-query.ts';
import { useTexts } from '../texts/areas.ts';
import { ColumnButton, useColumnChoice } from './column-choice.tsx';
import { ExportButton } from './export-button.tsx';
import { Failure } from './failure.tsx';
import { type ListState, PAGE_SIZES } from './list-query.ts';
import type { List } from './list-state.ts';
import { PageSkeleton } from './page-skeleton.tsx';
import { RowCard } from './row-card.tsx';

export interface Column<T> {
  key: string;
  title: string;
  render(row: T): ReactNode;
  /** The API's name for sorting by it; absent: it does not sort by it. */
  sort?: string;
  align?: 'right';
  /** Always there: the column that says which row it is. */
  pinned?: boolean;
  /** Only there when it was chosen. */
  hidden?: boolean;
  /** A state in a word: beside the heading of a card. */
  badge?: boolean;
  /** Stays in sight at the end when the others scroll sideways: buttons. */
  fixed?: boolean;
}
/** A page of a list as the API gives it. */
export interface Listed<T> {
  items: readonly T[];
  pagination: { page: number; pageSize: number; total: number };
}

interface DataTableProps<T> {
  /** Of the table, for what the browser remembers about it; also the beginning of its query's key. */
  name: string;
  /** What it lists, for screen readers. */
  label: string;
  list: List;
  load(state: ListState, signal: AbortSignal): Promise<Listed<T>>;
  columns: readonly Column<T>[];
  /** How the API sorts when nothing else is wanted, as in `Column.sort`. */
  usualSort?: string;
  rowKey(row: T): string;
  /** A row on a phone; absent: made of the columns. */
  card?(row: T): ReactNode;
  /** Filters, on the left above the table. */
  filters?: ReactNode;
  /** Buttons for the list as a whole, on the right above the table. */
  actions?: ReactNode;
  /** Shown when there is nothing at all, in place of the usual words. */
  empty?: ReactNode;
  /** Rows can be chosen, to do something with them together. */
  chosen?: { keys: readonly string[]; onChange(keys: string[]): void; nameOf(row: T): string };
  /** Where the whole list comes from as CSV. */
  exported?: { path: string; fileName: string };
}

const orderOf = (sort: string | null, name: string | undefined): 'ascend' | 'descend' | null =>
  name === undefined ? null : sort === name ? 'ascend' : sort === `-${name}` ? 'descend' : null;

/** A list of the API in pages: a table on a desk, cards on a phone; page, order and filters are in the address. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { name, label, list, load, columns, exported } = props;
  const t = useTexts('shell');
  const narrow = useNarrow();
  const { shown, choose } = useColumnChoice(name, columns);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: [name, list.state],
    queryFn: ({ signal }) => load(list.state, signal),
    placeholderData: keepPreviousData,
  });
  const body = (): ReactNode => {
    if (error) return <Failure error={error} onRetry={() => void refetch()} />;
    if (!data) return <PageSkeleton rows={8} />;
    if (data.items.length === 0) return <Nothing list={list} empty={props.empty} />;
    return narrow ? <Cards {...props} items={data.items} /> : <Rows {...props} items={data.items} shown={shown} busy={isFetching} />;
  };
  return (
    <section aria-label={label} aria-busy={isFetching} className="clinic-list" data-testid={`list-${name}`}>
      <div className="clinic-list-bar">
        <div className="clinic-list-filters">{props.filters}</div>
        <div className="clinic-actions">
          {narrow && <SortSelect columns={columns} list={list} />}
          {exported && <ExportButton {...exported} />}
          {!narrow && <ColumnButton columns={columns} shown={shown} onChoose={choose} />}
          {props.actions}
        </div>
      </div>
      {body()}
      {data && !error && data.pagination.total > 0 && (
        <nav aria-label={t('table.pages')} className="clinic-pages">
          <Pagination
            current={data.pagination.page}
            pageSize={data.pagination.pageSize}
            total={data.pagination.total}
            pageSizeOptions={PAGE_SIZES}
            showSizeChanger={!narrow && data.pagination.total > (PAGE_SIZES[0] ?? 0)}
            showTotal={(total) => t('table.total', { total })}
            simple={narrow ? { readOnly: true } : false}
            onChange={(page, pageSize) => list.change(pageSize === list.state.pageSize ? { page } : { pageSize })}
          />
        </nav>
      )}
    </section>
  );
}

function Nothing({ list, empty }: { list: List; empty: ReactNode }) {
  const t = useTexts('shell');
  const filtered = Object.values(list.state.filters).some(Boolean);
  return (
    <div data-testid="list-empty">
      {!filtered && empty ? (
        empty
      ) : (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(filtered ? 'table.noMatch' : 'table.empty')} />
      )}
    </div>
  );
}

type RowsProps<T> = DataTableProps<T> & { items: readonly T[]; shown: ReadonlySet<string>; busy: boolean };

function Rows<T extends object>({ columns, items, shown, busy, rowKey, list, usualSort, chosen }: RowsProps<T>) {
  const t = useTexts('shell');
  const own: TableColumnType<T>[] = columns
    .filter(({ key }) => shown.has(key))
    .map(({ key, title, render, sort, align, fixed }) => ({
      key,
      title,
      ...(align && { align }),
      ...(fixed && { fixed: 'end' as const }),
      render: (_value: unknown, row: T) => render(row),
      ...(sort && { sorter: true, sortOrder: orderOf(list.state.sort ?? usualSort ?? null, sort) }),
    }));
  function sorted({ columnKey, order }: SorterResult<T>): void {
    const field = columns.find(({ key }) => key === columnKey)?.sort;
    list.change({ sort: !order || !field ? null : order === 'descend' ? `-${field}` : field });
  }
  return (
    <Table<T>
      columns={own}
      dataSource={items}
      rowKey={rowKey}
      {...(chosen && {
        rowSelection: {
          selectedRowKeys: [...chosen.keys],
          onChange: (keys) => chosen.onChange(keys.map(String)),
          getTitleCheckboxProps: () => ({ 'aria-label': t('table.chooseAll') }),
          getCheckboxProps: (row) => ({ 'aria-label': t('table.choose', { name: chosen.nameOf(row) }) }),
        },
      })}
      pagination={false}
      loading={{ spinning: busy, delay: 300 }}
      scroll={{ x: 'max-content' }}
      onChange={(_pages, _filters, sorter) => sorted(Array.isArray(sorter) ? (sorter[0] ?? {}) : sorter)}
    />
  );
}

function Cards<T extends object>({ columns, items, rowKey, card, chosen }: DataTableProps<T> & { items: readonly T[] }) {
  const t = useTexts('shell');
  return (
    <ul className="clinic-cards">
      {items.map((row) => (
        <li key={rowKey(row)}>
          {chosen && (
            <Checkbox
              checked={chosen.keys.includes(rowKey(row))}
              onChange={({ target }) =>
                chosen.onChange([...chosen.keys.filter((key) => key !== rowKey(row)), ...(target.checked ? [rowKey(row)] : [])])
              }
            >
              {t('table.choose', { name: chosen.nameOf(row) })}
            </Checkbox>
          )}
          {card?.(row) ?? <RowCard columns={columns} row={row} />}
        </li>
      ))}
    </ul>
  );
}

/** What the heads of the columns do on a desk. */
function SortSelect<T>({ columns, list }: { columns: readonly Column<T>[]; list: List }) {
  const t = useTexts('shell');
  const options = columns.flatMap(({ title, sort }) =>
    sort
      ? [
          { value: sort, label: t('table.sortUp', { column: title }) },
          { value: `-${sort}`, label: t('table.sortDown', { column: title }) },
        ]
      : [],
  );
  if (options.length === 0) return null;
  return (
    <Select
      className="clinic-sort"
      aria-label={t('table.sort')}
      value={list.state.sort ?? ''}
      onChange={(sort) => list.change({ sort: sort || null })}
      options={[{ value: '', label: t('table.sortDefault') }, ...options]}
      data-testid="list-sort"
    />
  );
}
