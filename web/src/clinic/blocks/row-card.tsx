import type { ReactNode } from 'react';
import type { Column } from './data-table.tsx';

/** A row of a list on a phone: the first column as its heading, states beside it, the others below, buttons at the end. */
export function RowCard<T>({ columns, row }: { columns: readonly Column<T>[]; row: T }) {
  const shown = columns.filter(({ hidden, fixed }) => !hidden && !fixed);
  const [first, ...others] = shown;
  const show = ({ key, render }: Column<T>): ReactNode => <span key={key}>{render(row)}</span>;
  return (
    <article className="clinic-card" data-testid="row-card">
      <div className="clinic-card-head">
        <h2>{first?.render(row)}</h2>
        {others.filter(({ badge }) => badge).map(show)}
      </div>
      <dl className="clinic-card-facts">
        {others
          .filter(({ badge }) => !badge)
          .map(({ key, title, render }) => (
            <div key={key}>
              <dt>{title}</dt>
              <dd>{render(row)}</dd>
            </div>
          ))}
      </dl>
      {columns
        .filter(({ fixed }) => fixed)
        .map(({ key, render }) => (
          <div key={key}>{render(row)}</div>
        ))}
    </article>
  );
}
