import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Form, Select } from 'antd';
import { useEffect, useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable, type Listed } from '../blocks/data-table.tsx';
import { Figures } from '../blocks/figures.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { Views } from '../blocks/views.tsx';
import { When } from '../blocks/when.tsx';
import { useTexts } from '../texts/areas.ts';

const [NODES, ROOMS, WORKERS, QUEUES] = ['cluster-nodes', 'cluster-rooms', 'cluster-workers', 'cluster-queues'];
const FRESH_MS = 5_000;
const MEGABYTE = 1_048_576;

const readNodes = async (signal: AbortSignal) => (await dataOf(api.GET('/api/v1/cluster/nodes', { signal }))).items;
const readRooms = async (signal: AbortSignal) => (await dataOf(api.GET('/api/v1/cluster/rooms', { signal }))).items;
const readQueues = async (signal: AbortSignal) => (await dataOf(api.GET('/api/v1/cluster/queues', { signal }))).items;
type Node = Awaited<ReturnType<typeof readNodes>>[number];
type Room = Awaited<ReturnType<typeof readRooms>>[number];
type Worker = Node['workers'][number] & { node: string };
type Queue = Awaited<ReturnType<typeof readQueues>>[number];

const path = (id: string) => ({ params: { path: { id } } });
const drain = (id: string) => dataOf(api.POST('/api/v1/cluster/nodes/{id}/drain', path(id)));
const undrain = (id: string) => dataOf(api.POST('/api/v1/cluster/nodes/{id}/undrain', path(id)));
const move = (id: string, nodeId: string | null) => dataOf(api.POST('/api/v1/cluster/rooms/{id}/move', { ...path(id), body: { nodeId } }));
/** Stands for the node that the server chooses; no node has this name. */
const LEAST_LOADED = '';
/** Of the nodes, read by what is not their list. */
const nodesQuery = { queryKey: [NODES, 'totals'], queryFn: ({ signal }: { signal: AbortSignal }) => readNodes(signal) };

const percent = (load: number): string => `${Math.round(load * 100)} %`;

/** A whole list of the API in pages. */
function pageOf<T>(items: readonly T[], { page, pageSize }: ListState): Listed<T> {
  return { items: items.slice((page - 1) * pageSize, page * pageSize), pagination: { page, pageSize, total: items.length } };
}

function stateOf({ draining, takesRooms, roles }: Node): { name: 'open' | 'draining' | 'closed' | 'media'; tone: Tone } {
  if (draining) return { name: 'draining', tone: 'warn' };
  if (takesRooms) return { name: 'open', tone: 'good' };
  return roles.includes('rooms') ? { name: 'media', tone: 'bad' } : { name: 'closed', tone: 'neutral' };
}

function NodeList() {
  const t = useTexts('cluster');
  const shell = useTexts('shell');
  const list = useListState();
  const columns: Column<Node>[] = [
    { key: 'name', title: t('node'), pinned: true, render: ({ name }) => name },
    {
      ...{ key: 'state', title: t('state'), badge: true },
      render: (node) => <StatusTag tone={stateOf(node).tone}>{t(`states.${stateOf(node).name}`)}</StatusTag>,
    },
    { key: 'region', title: t('region'), render: ({ region }) => region ?? '–' },
    {
      ...{ key: 'roles', title: t('roles') },
      render: ({ roles }) =>
        (['api', 'rooms', 'jobs'] as const)
          .filter((role) => roles.includes(role))
          .map((role) => t(`roleNames.${role}`))
          .join(' · '),
    },
    { key: 'load', title: t('load'), align: 'right', render: ({ load, workers }) => (workers.length > 0 ? percent(load) : '–') },
    { key: 'rooms', title: t('rooms'), align: 'right', render: ({ rooms }) => rooms },
    { key: 'people', title: t('people'), align: 'right', render: ({ peers }) => peers },
    { key: 'sockets', title: t('sockets'), align: 'right', render: ({ sockets }) => sockets },
    { key: 'seen', title: t('seen'), render: ({ lastSeenAt }) => <When at={lastSeenAt} relative /> },
    { key: 'started', title: t('started'), hidden: true, render: ({ startedAt }) => <When at={startedAt} /> },
    { key: 'protocol', title: t('protocol'), hidden: true, render: ({ protocol }) => protocol },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (node) => <div className="clinic-actions">{node.roles.includes('rooms') && <DrainButton node={node} />}</div>,
    },
  ];
  return (
    <DataTable<Node>
      {...{ name: NODES ?? '', label: t('views.nodes'), list, columns }}
      load={async (state, signal) => pageOf(await readNodes(signal), state)}
      rowKey={({ id }) => id}
    />
  );
}

function DrainButton({ node: { id, name, draining } }: { node: Node }) {
  const t = useTexts('cluster');
  const common = { about: name, stale: [[NODES], [ROOMS]] };
  if (draining) return <ActionButton {...common} text={t('undrain')} run={() => undrain(id)} done={t('undrained')} testId="node-undrain" />;
  const ask = { title: t('drainTitle', { name }), text: t('drainText'), confirm: t('drain'), danger: true };
  return <ActionButton {...common} text={t('drain')} danger run={() => drain(id)} ask={ask} done={t('drained')} testId="node-drain" />;
}

/** Asks where to. */
function MoveButton({ room: { consultationId, nodeId: now, node, peers } }: { room: Room }) {
  const t = useTexts('cluster');
  const [open, setOpen] = useState(false);
  const nodes = useQuery(nodesQuery);
  const takers = (nodes.data ?? []).filter(({ id, takesRooms }) => takesRooms && id !== now);
  const options = [
    { value: LEAST_LOADED, label: t('leastLoaded') },
    ...takers.map(({ id, name, region, load }) => ({ value: id, label: [name, region, percent(load)].filter(Boolean).join(' · ') })),
  ];
  return (
    <>
      <Button size="small" aria-label={`${t('move')}: ${consultationId}`} onClick={() => setOpen(true)} data-testid="room-move">
        {t('move')}
      </Button>
      <FormDialog<{ to: string }, unknown>
        title={t('moveTitle')}
        open={open}
        onClose={() => setOpen(false)}
        send={({ to }) => move(consultationId, to === LEAST_LOADED ? null : to)}
        submit={t('move')}
        done={t('moved')}
        stale={[[NODES], [ROOMS]]}
        initialValues={{ to: LEAST_LOADED }}
      >
        <p>{t('moveText', { node: node ?? '–', people: peers })}</p>
        <Form.Item name="to" label={t('target')} extra={nodes.data && takers.length === 0 && t('noTarget')}>
          <Select options={options} data-testid="move-target" />
        </Form.Item>
      </FormDialog>
    </>
  );
}

function RoomList() {
  const t = useTexts('cluster');
  const shell = useTexts('shell');
  const list = useListState();
  const columns: Column<Room>[] = [
    { key: 'room', title: t('room'), pinned: true, render: ({ consultationId }) => <code className="clinic-break">{consultationId}</code> },
    { key: 'node', title: t('node'), render: ({ node }) => node ?? '–' },
    { key: 'people', title: t('people'), align: 'right', render: ({ peers }) => peers },
    { key: 'lobby', title: t('lobby'), align: 'right', render: ({ lobby }) => lobby },
    { key: 'tracks', title: t('tracks'), align: 'right', render: ({ tracks }) => tracks },
    { key: 'mailbox', title: t('mailbox'), align: 'right', render: ({ mailboxDepth }) => mailboxDepth },
    { key: 'epoch', title: t('epoch'), align: 'right', render: ({ epoch }) => epoch },
    { key: 'worker', title: t('worker'), align: 'right', render: ({ workerPid }) => workerPid ?? '–' },
    { key: 'opened', title: t('opened'), render: ({ openedAt }) => <When at={openedAt} relative /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (room) => (
        <div className="clinic-actions">
          <MoveButton room={room} />
        </div>
      ),
    },
  ];
  return (
    <DataTable<Room>
      {...{ name: ROOMS ?? '', label: t('views.rooms'), list, columns }}
      load={async (state, signal) => pageOf(await readRooms(signal), state)}
      rowKey={({ consultationId }) => consultationId}
    />
  );
}

function WorkerList() {
  const t = useTexts('cluster');
  const list = useListState();
  const columns: Column<Worker>[] = [
    { key: 'worker', title: t('worker'), pinned: true, render: ({ pid }) => `PID ${pid}` },
    { key: 'node', title: t('node'), render: ({ node }) => node },
    { key: 'load', title: t('load'), align: 'right', render: ({ load }) => percent(load) },
    { key: 'rooms', title: t('rooms'), align: 'right', render: ({ rooms }) => rooms },
    { key: 'transports', title: t('transports'), align: 'right', render: ({ transports }) => transports },
    { key: 'producers', title: t('producers'), align: 'right', render: ({ producers }) => producers },
    { key: 'consumers', title: t('consumers'), align: 'right', render: ({ consumers }) => consumers },
    { key: 'memory', title: t('memory'), align: 'right', render: ({ rss }) => t('megabytes', { size: Math.round(rss / MEGABYTE) }) },
  ];
  const load = async (state: ListState, signal: AbortSignal): Promise<Listed<Worker>> => {
    const nodes = await readNodes(signal);
    return pageOf(
      nodes.flatMap(({ name, workers }) => workers.map((worker) => ({ ...worker, node: name }))),
      state,
    );
  };
  const shown = { name: WORKERS ?? '', label: t('views.workers'), list, columns, load };
  return <DataTable<Worker> {...shown} rowKey={({ node, pid }) => `${node} ${pid}`} />;
}

function QueueList() {
  const t = useTexts('cluster');
  const list = useListState();
  const columns: Column<Queue>[] = [
    { key: 'queue', title: t('queue'), pinned: true, render: ({ name }) => (name === 'jobs' ? t('queueNames.jobs') : name) },
    { key: 'kind', title: t('kind'), render: ({ kind }) => t(`kinds.${kind}`) },
    { key: 'waiting', title: t('waiting'), align: 'right', render: ({ waiting }) => waiting },
    { key: 'active', title: t('active'), align: 'right', render: ({ active }) => active ?? '–' },
    { key: 'delayed', title: t('delayed'), align: 'right', render: ({ delayed }) => delayed },
    { key: 'failed', title: t('failed'), align: 'right', render: ({ failed }) => failed },
  ];
  return (
    <DataTable<Queue>
      {...{ name: QUEUES ?? '', label: t('views.queues'), list, columns }}
      load={async (state, signal) => pageOf(await readQueues(signal), state)}
      rowKey={({ name }) => name}
    />
  );
}

/** What stands above the lists, and reads them again with itself. */
function Totals() {
  const t = useTexts('cluster');
  const client = useQueryClient();
  const [nodes, queues] = useQueries({
    queries: [nodesQuery, { queryKey: [QUEUES, 'totals'], queryFn: ({ signal }) => readQueues(signal) }],
  });
  useEffect(() => {
    const again = (): void => {
      if (document.visibilityState !== 'visible') return;
      for (const name of [NODES, ROOMS, WORKERS, QUEUES]) void client.invalidateQueries({ queryKey: [name] });
    };
    const timer = setInterval(again, FRESH_MS);
    return () => clearInterval(timer);
  }, [client]);
  const sum = (of: 'rooms' | 'peers') => nodes.data?.reduce((total, node) => total + node[of], 0) ?? '–';
  const jobs = (of: 'waiting' | 'failed') => queues.data?.reduce((total, queue) => total + queue[of], 0) ?? '–';
  return (
    <Figures
      items={[
        { label: t('figures.nodes'), value: nodes.data?.length ?? '–' },
        { label: t('figures.rooms'), value: sum('rooms') },
        { label: t('figures.people'), value: sum('peers') },
        { label: t('figures.waiting'), value: jobs('waiting') },
        { label: t('figures.failed'), value: jobs('failed') },
      ]}
    />
  );
}

/** `/clinic/cluster`: nodes, open rooms, media workers and queues; drains and moves. */
export default function ClusterScreen() {
  const t = useTexts('cluster');
  const title = useTexts('shell')('screens.cluster');
  return (
    <>
      <PageHeader title={title} lead={t('intro')} />
      <Totals />
      <Views
        label={title}
        views={[
          { key: 'nodes', label: t('views.nodes'), content: <NodeList /> },
          { key: 'rooms', label: t('views.rooms'), content: <RoomList /> },
          { key: 'workers', label: t('views.workers'), content: <WorkerList /> },
          { key: 'queues', label: t('views.queues'), content: <QueueList /> },
        ]}
      />
    </>
  );
}
