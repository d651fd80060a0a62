import { Segmented } from 'antd';
import type { ReactNode } from 'react';
import { useStore } from '../../use-store.ts';
import { FilterBar } from '../blocks/filter-bar.tsx';
import { useListState } from '../blocks/list-state.ts';
import { clinicDate } from '../booking.ts';
import { clinicZone, periodOf } from '../clock.ts';
import { useTexts } from '../texts/areas.ts';

/** Days that are shown when none are asked for. */
const USUAL_DAYS = 30;

export interface Period {
  /** Dates of the clinic, both included. */
  first: string;
  last: string;
  /** The same as the API wants it, its end exclusive. */
  from: string;
  to: string;
  by: 'day' | 'month';
}

/** The time that figures are shown of; it is in the address. */
export function usePeriod(): Period {
  const zone = useStore(clinicZone);
  const { filters } = useListState().state;
  const first = filters['from'] || clinicDate(1 - USUAL_DAYS, zone);
  const last = filters['to'] || clinicDate(0, zone);
  const { from = '', to = '' } = periodOf({ from: first, to: last });
  return { first, last, from, to, by: filters['by'] === 'month' ? 'month' : 'day' };
}

/** Fields to choose it; `children`: more of them. */
export function PeriodFields({ children }: { children?: ReactNode }) {
  const t = useTexts('figures');
  const list = useListState();
  const { by, first, last } = usePeriod();
  const shown = { ...list, state: { ...list.state, filters: { ...list.state.filters, from: first, to: last } } };
  return (
    <div className="clinic-list-bar">
      <div className="clinic-list-filters clinic-filters">
        <FilterBar list={shown} filters={[{ kind: 'period' }]} />
        {children}
      </div>
      <Segmented
        aria-label={t('by')}
        value={by}
        onChange={(value) => list.change({ filters: { ...list.state.filters, by: value } })}
        options={[
          { value: 'day', label: t('byDay') },
          { value: 'month', label: t('byMonth') },
        ]}
      />
    </div>
  );
}
