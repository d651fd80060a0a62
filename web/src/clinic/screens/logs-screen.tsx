import { Segmented } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { When } from '../blocks/when.tsx';
import { inClinicZone } from '../clock.ts';
import { useTexts } from '../texts/areas.ts';

const LOGS = ['operations', 'medical', 'security'] as const;
type Log = (typeof LOGS)[number];

/** A line of any of the logs. */
interface Line {
  id: string;
  at: string;
  action: string;
  object: string;
  actor: string;
  status: string;
  address: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
/** The clinic's midnight. @param days later */
const midnight = (day: string, days: number) => new Date(inClinicZone(`${day}T00:00`) + days * DAY_MS).toISOString();

async function load(log: Log, { page, pageSize, filters }: ListState, signal: AbortSignal) {
  const [from, to] = [filters['from'] ?? '', filters['to'] ?? ''];
  const period = { ...(DAY.test(from) && { from: midnight(from, 0) }), ...(DAY.test(to) && { to: midnight(to, 1) }) };
  const params = { query: { page, pageSize, ...period } };
  if (log === 'operations') {
    const { items, pagination } = await dataOf(api.GET('/api/v1/logs/operations', { params, signal }));
    const lines = items.map(({ id, createdAt, method, route, objectId, userId, status, ip }): Line => {
      return {
        id,
        at: createdAt,
        action: `${method} ${route}`,
        object: objectId ?? '',
        actor: userId ?? '',
        status: `${status}`,
        address: ip,
      };
    });
    return { items: lines, pagination };
  }
  if (log === 'medical') {
    const { items, pagination } = await dataOf(api.GET('/api/v1/logs/medical', { params, signal }));
    const lines = items.map(({ patientId, seq, createdAt, action, objectType, objectId, actorId, ip }): Line => {
      const object = `${objectType} ${objectId}`;
      return { id: `${patientId}-${seq}`, at: createdAt, action, object, actor: actorId, status: '', address: ip };
    });
    return { items: lines, pagination };
  }
  const { items, pagination } = await dataOf(api.GET('/api/v1/logs/security', { params, signal }));
  const lines = items.map(({ id, createdAt, kind, userId, ip }): Line => {
    return { id, at: createdAt, action: kind, object: '', actor: userId ?? '', status: '', address: ip ?? '' };
  });
  return { items: lines, pagination };
}

function Card({ line: { at, action, object, address } }: { line: Line }) {
  return (
    <article className="clinic-card" data-testid="log-card">
      <h2 style={{ overflowWrap: 'anywhere' }}>{action}</h2>
      {object && <p style={{ overflowWrap: 'anywhere' }}>{object}</p>}
      <p>
        <When at={at} /> {address}
      </p>
    </article>
  );
}

/** `/clinic/logs`: what was done, who saw medical data, and what happened to security. */
export default function LogsScreen() {
  const t = useTexts('admin');
  const title = useTexts('shell')('screens.logs');
  const list = useListState();
  const log = LOGS.find((known) => known === list.state.filters['log']) ?? 'operations';
  const columns: Column<Line>[] = [
    { key: 'at', title: t('time'), pinned: true, render: ({ at }) => <When at={at} /> },
    { key: 'action', title: t('action'), render: ({ action }) => action },
    { key: 'object', title: t('object'), render: ({ object }) => object || '—' },
    { key: 'status', title: t('status'), hidden: log !== 'operations', render: ({ status }) => status || '—' },
    { key: 'actor', title: t('actor'), render: ({ actor }) => actor || '—' },
    { key: 'address', title: t('address'), render: ({ address }) => address || '—' },
  ];
  return (
    <>
      <PageHeader title={title} lead={t('intro.logs')} />
      <p>
        <Segmented<Log>
          aria-label={t('log')}
          value={log}
          onChange={(value) => list.change({ filters: { ...list.state.filters, log: value } })}
          options={LOGS.map((value) => ({ value, label: t(`logs.${value}`) }))}
        />
      </p>
      <DataTable<Line>
        key={log}
        name={`logs-${log}`}
        label={t(`logs.${log}`)}
        list={list}
        load={(state, signal) => load(log, state, signal)}
        columns={columns}
        rowKey={({ id }) => id}
        card={(line) => <Card line={line} />}
        filters={
          <FilterBar
            list={list}
            filters={[
              { kind: 'day', name: 'from', label: t('from') },
              { kind: 'day', name: 'to', label: t('to') },
            ]}
          />
        }
      />
    </>
  );
}
