import { Button } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable, type Listed } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { Views } from '../blocks/views.tsx';
import { When } from '../blocks/when.tsx';
import { CacheKeys } from '../lists/cache-keys.tsx';
import { useTexts } from '../texts/areas.ts';

const JOBS = 'jobs';
const CHECKS = 'integrity';
const CACHES = 'caches';
const STATES = ['dead', 'ready', 'done', 'cancelled'] as const;
type State = (typeof STATES)[number];
const TONES: Record<State, Tone> = { dead: 'bad', ready: 'neutral', done: 'good', cancelled: 'neutral' };

/** Those that have words here in both languages; any other speaks for itself. */
const CHECK_NAMES = ['balances', 'file-usage', 'claims', 'holds', 'waiting-lines', 'visits', 'jobs'] as const;

const stateOf = (value: string | undefined): State => STATES.find((state) => state === value) ?? 'dead';

function loadJobs({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/jobs', { params: { query: { page, pageSize, state: stateOf(filters['state']) } }, signal }));
}
type Job = Awaited<ReturnType<typeof loadJobs>>['items'][number];

const readChecks = async (signal: AbortSignal) => (await dataOf(api.GET('/api/v1/integrity', { signal }))).items;
type Check = Awaited<ReturnType<typeof readChecks>>[number];

const readCaches = async (signal: AbortSignal) => (await dataOf(api.GET('/api/v1/caches', { signal }))).items;
type Cache = Awaited<ReturnType<typeof readCaches>>[number];

const path = (id: string) => ({ params: { path: { id } } });
const retry = (id: string) => dataOf(api.POST('/api/v1/jobs/{id}/retry', path(id)));
const dismiss = (id: string) => dataOf(api.POST('/api/v1/jobs/{id}/dismiss', path(id)));
const repair = () => dataOf(api.POST('/api/v1/integrity/repair', {}));
const clear = (name: string) => dataOf(api.POST('/api/v1/caches/{name}/clear', { params: { path: { name } } }));

/** A whole list of the API in pages. */
function pageOf<T>(items: readonly T[], { page, pageSize }: ListState): Listed<T> {
  return { items: items.slice((page - 1) * pageSize, page * pageSize), pagination: { page, pageSize, total: items.length } };
}

function JobList() {
  const t = useTexts('operations');
  const shell = useTexts('shell');
  const list = useListState();
  const columns: Column<Job>[] = [
    { key: 'topic', title: t('topic'), pinned: true, render: ({ topic }) => topic },
    {
      key: 'state',
      title: t('state'),
      badge: true,
      render: ({ state }) => <StatusTag tone={TONES[state]}>{t(`states.${state}`)}</StatusTag>,
    },
    { key: 'attempts', title: t('attempts'), align: 'right', render: ({ attempts }) => attempts },
    { key: 'error', title: t('error'), render: ({ lastError }) => <span className="clinic-break">{lastError ?? '—'}</span> },
    { key: 'created', title: t('created'), render: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'due', title: t('due'), hidden: true, render: ({ runAt }) => <When at={runAt} /> },
    {
      ...{ key: 'payload', title: t('payload'), hidden: true },
      render: ({ payload }) => <code className="clinic-break">{JSON.stringify(payload)}</code>,
    },
    { key: 'request', title: t('request'), hidden: true, render: ({ requestId }) => requestId ?? '—' },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: ({ id, topic, state }) => state === 'dead' && <JobActions id={id} topic={topic} />,
    },
  ];
  const options = STATES.map((value) => ({ value, label: t(`states.${value}`) }));
  return (
    <DataTable<Job>
      {...{ name: JOBS, label: t('views.jobs'), list, columns, load: loadJobs }}
      rowKey={({ id }) => id}
      filters={<FilterBar list={list} filters={[{ kind: 'choice', name: 'state', label: t('state'), options, usual: 'dead' }]} />}
    />
  );
}

function JobActions({ id, topic }: { id: string; topic: string }) {
  const t = useTexts('operations');
  const common = { about: topic, stale: [[JOBS]] };
  const ask = { title: t('dismissTitle'), text: t('dismissText'), confirm: t('dismiss'), danger: true };
  return (
    <div className="clinic-actions">
      <ActionButton {...common} text={t('retry')} run={() => retry(id)} done={t('retried')} testId="job-retry" />
      <ActionButton {...common} text={t('dismiss')} danger run={() => dismiss(id)} ask={ask} done={t('dismissed')} testId="job-dismiss" />
    </div>
  );
}

function CheckList() {
  const t = useTexts('operations');
  const list = useListState();
  const columns: Column<Check>[] = [
    { key: 'check', title: t('check'), pinned: true, render: (check) => <span className="clinic-break">{nameOf(check)}</span> },
    {
      ...{ key: 'drifted', title: t('state'), badge: true },
      render: ({ drifted }) => (
        <StatusTag tone={drifted > 0 ? 'bad' : 'good'}>{drifted > 0 ? t('drifted', { count: drifted }) : t('agrees')}</StatusTag>
      ),
    },
    { key: 'repairable', title: t('repairable'), render: ({ repairable }) => t(repairable ? 'yes' : 'no') },
    { key: 'examples', title: t('examples'), render: ({ examples }) => <span className="clinic-break">{examples.join(', ') || '—'}</span> },
  ];
  const nameOf = ({ name, description }: Check): string => {
    const known = CHECK_NAMES.find((one) => one === name);
    return known ? t(`checkNames.${known}`) : description;
  };
  const ask = { title: t('repairTitle'), text: t('repairText'), confirm: t('repair') };
  return (
    <DataTable<Check>
      {...{ name: CHECKS, label: t('views.checks'), list, columns }}
      load={async (state, signal) => pageOf(await readChecks(signal), state)}
      rowKey={({ name }) => name}
      actions={
        <ActionButton
          text={t('repair')}
          about={t('views.checks')}
          large
          run={repair}
          ask={ask}
          done={t('repaired')}
          stale={[[CHECKS]]}
          testId="repair"
        />
      }
    />
  );
}

function CacheList() {
  const t = useTexts('operations');
  const shell = useTexts('shell');
  const [looked, setLooked] = useState<string>();
  const list = useListState();
  const columns: Column<Cache>[] = [
    { key: 'cache', title: t('cache'), pinned: true, render: ({ name }) => name },
    { key: 'strategy', title: t('strategy'), render: ({ strategy }) => t(`strategies.${strategy}`) },
    {
      ...{ key: 'ttl', title: t('ttl') },
      render: ({ ttlSeconds }) => (ttlSeconds === null ? t('untilChanged') : t('seconds', { count: ttlSeconds })),
    },
    { key: 'held', title: t('held'), render: ({ held }) => (held ? t('yes') : '—') },
    { key: 'hits', title: t('hits'), align: 'right', render: ({ hits }) => hits },
    { key: 'misses', title: t('misses'), align: 'right', render: ({ misses }) => misses },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: ({ name, strategy }) =>
        strategy !== 'client' && (
          <div className="clinic-actions">
            <Button size="small" aria-label={`${t('keys')}: ${name}`} onClick={() => setLooked(name)} data-testid="cache-keys">
              {t('keys')}
            </Button>
            <ActionButton
              text={t('clear')}
              about={name}
              run={() => clear(name)}
              done={t('cleared')}
              stale={[[CACHES]]}
              testId="cache-clear"
            />
          </div>
        ),
    },
  ];
  return (
    <>
      <DataTable<Cache>
        {...{ name: CACHES, label: t('views.caches'), list, columns }}
        load={async (state, signal) => pageOf(await readCaches(signal), state)}
        rowKey={({ name }) => name}
      />
      {looked !== undefined && <CacheKeys name={looked} onClose={() => setLooked(undefined)} />}
    </>
  );
}

/** `/clinic/operations`: jobs that gave up, whether data agrees, caches. */
export default function OperationsScreen() {
  const t = useTexts('operations');
  const title = useTexts('shell')('screens.operations');
  return (
    <>
      <PageHeader title={title} lead={t('intro')} />
      <Views
        label={title}
        views={[
          { key: 'jobs', label: t('views.jobs'), content: <JobList /> },
          { key: 'checks', label: t('views.checks'), content: <CheckList /> },
          { key: 'caches', label: t('views.caches'), content: <CacheList /> },
        ]}
      />
    </>
  );
}
