import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useListState } from './list-state.ts';

interface ViewsProps {
  /** What the views belong to, for screen readers. */
  label: string;
  /** The first is shown when the address names none; false: the person may not. */
  views: readonly ({ key: string; label: string; content: ReactNode } | false)[];
}

/** Parts of a page of which one is shown at a time; which, is in the address. */
export function Views({ label, views }: ViewsProps) {
  const { state, change } = useListState();
  const open = views.filter((view) => view !== false);
  const shown = open.find(({ key }) => key === state.view) ?? open[0];
  if (open.length === 1) return shown?.content;
  return (
    <Tabs
      activeKey={shown?.key ?? ''}
      onChange={(view) => change({ view: view === open[0]?.key ? null : view, filters: {}, sort: null })}
      destroyOnHidden
      aria-label={label}
      items={open.map(({ key, label: text, content }) => ({
        key,
        label: <span data-testid={`view-${key}`}>{text}</span>,
        children: content,
      }))}
    />
  );
}
