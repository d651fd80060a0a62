import type { ReactNode } from 'react';

interface FactsProps {
  /** What is told, and what it is; entries without a value are left out. */
  items: readonly { label: string; value: ReactNode }[];
}

/** What is known about one thing: labels beside values, on a phone above them. */
export function Facts({ items }: FactsProps) {
  return (
    <dl className="clinic-facts">
      {items
        .filter(({ value }) => value !== null && value !== undefined && value !== '' && value !== false)
        .map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
