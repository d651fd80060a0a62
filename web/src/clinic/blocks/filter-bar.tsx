import { FilterOutlined } from '@ant-design/icons';
import { Button, Drawer, Input, Select } from 'antd';
import { useEffect, useId, useRef, useState } from 'react';
import { useNarrow } from '../media-query.ts';
import { useTexts } from '../texts/areas.ts';
import type { List } from './list-state.ts';
import { useDebounced } from './use-debounced.ts';

interface Base {
  /** Name in the address, and usually in the API's query. */
  name: string;
  label: string;
}
type OneFilter =
  | (Base & { kind: 'text' })
  /** With `usual`, what the list shows when nothing was chosen, there is no choice of all. */
  | (Base & { kind: 'choice'; options: readonly { value: string; label: string }[]; usual?: string })
  /** A day of the clinic, `YYYY-MM-DD`. */
  | (Base & { kind: 'day' });
/** `period`: the days `from` and `to`, as `periodOf` reads them. */
export type Filter = OneFilter | { kind: 'period' };

/** Tells what was typed once there is a pause. */
function TextFilter({ id, value, onChange }: { id: string; value: string; onChange(value: string): void }) {
  const [text, setText] = useState(value);
  const settled = useDebounced(text.trim());
  const told = useRef(value);
  useEffect(() => {
    // Changed from outside, for example cleared.
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);
  useEffect(() => {
    if (settled === told.current) return;
    told.current = settled;
    onChange(settled);
    // oxlint-disable-next-line react/exhaustive-deps -- only typing tells
  }, [settled]);
  return <Input id={id} type="search" allowClear maxLength={100} value={text} onChange={(event) => setText(event.target.value)} />;
}

function Field({ filter, value, onChange }: { filter: OneFilter; value: string; onChange(value: string): void }) {
  const t = useTexts('shell');
  const id = useId();
  return (
    <div className="clinic-filter" data-testid={`filter-${filter.name}`}>
      <label htmlFor={id}>{filter.label}</label>
      {filter.kind === 'text' && <TextFilter id={id} value={value} onChange={onChange} />}
      {filter.kind === 'day' && <Input id={id} type="date" value={value} onChange={(event) => onChange(event.target.value)} />}
      {filter.kind === 'choice' && (
        <Select
          id={id}
          value={value || (filter.usual ?? '')}
          onChange={(chosen) => onChange(chosen === filter.usual ? '' : chosen)}
          options={[...(filter.usual === undefined ? [{ value: '', label: t('filter.all') }] : []), ...filter.options]}
        />
      )}
    </div>
  );
}

interface FilterBarProps {
  filters: readonly Filter[];
  list: List;
}

/** Fields that narrow a list down, in a row; on a phone behind a button that says how many are in use. */
export function FilterBar({ filters: given, list }: FilterBarProps) {
  const t = useTexts('shell');
  const period: OneFilter[] = (['from', 'to'] as const).map((name) => ({ kind: 'day', name, label: t(`filter.${name}`) }));
  const filters = given.flatMap((filter) => (filter.kind === 'period' ? period : filter));
  const narrow = useNarrow();
  const [open, setOpen] = useState(false);
  const { state, change } = list;
  const others = Object.fromEntries(Object.entries(state.filters).filter(([own]) => !filters.some(({ name }) => name === own)));
  const active = filters.filter(({ name }) => state.filters[name]).length;
  const fields = filters.map((filter) => (
    <Field
      key={filter.name}
      filter={filter}
      value={state.filters[filter.name] ?? ''}
      onChange={(value) => change({ filters: { ...state.filters, [filter.name]: value } })}
    />
  ));
  const reset = active > 0 && (
    <Button type="link" onClick={() => change({ filters: others })} data-testid="filter-reset">
      {t('filter.reset')}
    </Button>
  );
  if (!narrow) {
    return (
      <search className="clinic-filters" aria-label={t('filter.title')}>
        {fields}
        {reset}
      </search>
    );
  }
  return (
    <>
      <Button icon={<FilterOutlined aria-hidden />} onClick={() => setOpen(true)} aria-haspopup="dialog" data-testid="filter-open">
        {active > 0 ? t('filter.active', { count: active }) : t('filter.title')}
      </Button>
      <Drawer
        title={t('filter.title')}
        placement="bottom"
        size="60dvh"
        open={open}
        onClose={() => setOpen(false)}
        extra={reset}
        footer={
          <Button type="primary" block onClick={() => setOpen(false)} data-testid="filter-done">
            {t('filter.apply')}
          </Button>
        }
      >
        <div className="clinic-filters-column">{fields}</div>
      </Drawer>
    </>
  );
}
