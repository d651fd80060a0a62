import { Button, Form, Input, Segmented, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { useConfirm } from '../blocks/confirm.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { useTexts } from '../texts/areas.ts';

const REQUESTS = 'privacy-requests';
const HOLDS = 'privacy-holds';
const STALE = [[REQUESTS], [HOLDS]];
const TABS = ['requests', 'holds'] as const;

const loadRequests = ({ page, pageSize }: ListState, signal: AbortSignal) =>
  dataOf(api.GET('/api/v1/privacy/requests', { params: { query: { page, pageSize } }, signal }));
const loadHolds = ({ page, pageSize }: ListState, signal: AbortSignal) =>
  dataOf(api.GET('/api/v1/privacy/holds', { params: { query: { page, pageSize } }, signal }));
type Request = Awaited<ReturnType<typeof loadRequests>>['items'][number];
type Hold = Awaited<ReturnType<typeof loadHolds>>['items'][number];

interface Values {
  userId: string;
  kind?: Request['kind'];
  reason: string;
}

function send(tab: (typeof TABS)[number], { userId, kind = 'export', reason }: Values, key: string): Promise<unknown> {
  const headers = { [IDEMPOTENCY_KEY]: key };
  return tab === 'requests'
    ? dataOf(api.POST('/api/v1/privacy/requests', { headers, body: { userId, kind, reason } }))
    : dataOf(api.POST('/api/v1/privacy/holds', { headers, body: { userId, reason } }));
}

function RequestActions({ request: { id, kind, state } }: { request: Request }) {
  const t = useTexts('privacy');
  const confirm = useConfirm();
  const params = { path: { id } };
  const hasten = useAction({
    run: () => dataOf(api.POST('/api/v1/privacy/requests/{id}/hasten', { params })),
    done: t('changed'),
    stale: STALE,
  });
  const refuse = useAction({
    run: (reason: string) => dataOf(api.POST('/api/v1/privacy/requests/{id}/refuse', { params, body: { reason } })),
    done: t('changed'),
    stale: STALE,
  });
  const link = useAction({
    run: () => dataOf(api.POST('/api/v1/privacy/requests/{id}/link', { params })),
    onDone: ({ url }: { url: string }) => window.location.assign(url),
  });
  if (kind === 'export' && state === 'ready')
    return (
      <Button size="small" loading={link.busy} onClick={() => link.run()}>
        {t('fetchCopy')}
      </Button>
    );
  if (state !== 'requested') return null;
  async function askHasten(): Promise<void> {
    const sure =
      kind === 'export' || (await confirm({ title: t('hastenSure'), text: t('hastenText'), confirm: t('hasten'), danger: true }));
    if (sure) hasten.run();
  }
  async function askRefuse(): Promise<void> {
    const answer = await confirm({ title: t('refuseSure'), confirm: t('refuse'), reason: { required: true } });
    if (answer) refuse.run(answer.reason);
  }
  return (
    <div className="clinic-actions">
      <Button size="small" loading={hasten.busy} onClick={() => void askHasten()} data-testid="request-hasten">
        {t('hasten')}
      </Button>
      <Button size="small" danger loading={refuse.busy} onClick={() => void askRefuse()} data-testid="request-refuse">
        {t('refuse')}
      </Button>
    </div>
  );
}

function HoldActions({ hold: { id } }: { hold: Hold }) {
  const t = useTexts('privacy');
  const confirm = useConfirm();
  const lift = useAction({
    run: () => dataOf(api.DELETE('/api/v1/privacy/holds/{id}', { params: { path: { id } } })),
    done: t('changed'),
    stale: STALE,
  });
  async function ask(): Promise<void> {
    if (await confirm({ title: t('liftSure'), confirm: t('lift'), danger: true })) lift.run();
  }
  return (
    <Button size="small" danger loading={lift.busy} onClick={() => void ask()} data-testid="hold-lift">
      {t('lift')}
    </Button>
  );
}

function Requests() {
  const t = useTexts('privacy');
  const shell = useTexts('shell');
  const list = useListState();
  const state = ({ state: name }: Request) => <StatusTag tone={name === 'requested' ? 'info' : 'neutral'}>{t(`states.${name}`)}</StatusTag>;
  const columns: Column<Request>[] = [
    { key: 'person', title: t('person'), pinned: true, render: ({ person }) => person.name },
    { key: 'kind', title: t('kind'), render: ({ kind }) => t(`kinds.${kind}`) },
    { key: 'state', title: t('state'), render: state },
    { key: 'asked', title: t('asked'), render: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'due', title: t('due'), render: ({ dueAt }) => <When at={dueAt} /> },
    { key: 'reason', title: t('reason'), render: ({ reason }) => reason ?? '—' },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (request) => <RequestActions request={request} />,
    },
  ];
  return (
    <DataTable<Request>
      name={REQUESTS}
      label={t('tabs.requests')}
      list={list}
      load={loadRequests}
      columns={columns}
      rowKey={({ id }) => id}
      card={(request) => (
        <article className="clinic-card" data-testid="request-card">
          <h2>
            {request.person.name} {state(request)}
          </h2>
          <p>
            {t(`kinds.${request.kind}`)} · <When at={request.createdAt} />
          </p>
          <RequestActions request={request} />
        </article>
      )}
    />
  );
}

function Holds() {
  const t = useTexts('privacy');
  const shell = useTexts('shell');
  const list = useListState();
  const columns: Column<Hold>[] = [
    { key: 'person', title: t('person'), pinned: true, render: ({ person }) => person.name },
    { key: 'reason', title: t('reason'), render: ({ reason }) => reason },
    { key: 'placed', title: t('holdPlaced'), render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (hold) => <HoldActions hold={hold} />,
    },
  ];
  return (
    <DataTable<Hold>
      name={HOLDS}
      label={t('tabs.holds')}
      list={list}
      load={loadHolds}
      columns={columns}
      rowKey={({ id }) => id}
      card={(hold) => (
        <article className="clinic-card" data-testid="hold-card">
          <h2>{hold.person.name}</h2>
          <p>{hold.reason}</p>
          <HoldActions hold={hold} />
        </article>
      )}
    />
  );
}

function Fields({ withKind }: { withKind: boolean }) {
  const t = useTexts('privacy');
  const kinds = (['export', 'erase'] as const).map((value) => ({ value, label: t(`kinds.${value}`) }));
  return (
    <>
      <Form.Item name="userId" label={t('userId')} rules={[{ required: true }]}>
        <Input maxLength={36} data-testid="privacy-user" />
      </Form.Item>
      {withKind && (
        <Form.Item name="kind" label={t('kind')}>
          <Select options={kinds} />
        </Form.Item>
      )}
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, whitespace: true }]}>
        <Input.TextArea rows={3} maxLength={500} data-testid="privacy-reason" />
      </Form.Item>
    </>
  );
}

/** `/clinic/privacy`: what people have asked for about their data, and of whom nothing is erased. */
export default function PrivacyScreen() {
  const t = useTexts('privacy');
  const shell = useTexts('shell');
  const [tab, setTab] = useState<(typeof TABS)[number]>('requests');
  const [asking, setAsking] = useState(false);
  const saved = useAction({ run: async () => undefined, done: shell('form.saved'), stale: STALE });
  const verb = t(tab === 'requests' ? 'act' : 'hold');
  const add = (
    <Button type="primary" onClick={() => setAsking(true)} data-testid="privacy-add">
      {verb}
    </Button>
  );
  return (
    <>
      <PageHeader title={shell('screens.privacy')} lead={t('officerLead')} actions={add} />
      <p>
        <Segmented<(typeof TABS)[number]>
          aria-label={shell('screens.privacy')}
          value={tab}
          onChange={setTab}
          options={TABS.map((value) => ({ value, label: t(`tabs.${value}`) }))}
        />
      </p>
      {tab === 'requests' ? <Requests /> : <Holds />}
      <FormDialog<Values, unknown>
        title={verb}
        open={asking}
        onClose={() => setAsking(false)}
        send={(values, key) => send(tab, values, key)}
        onDone={() => saved.run()}
        initialValues={{ kind: 'export' }}
      >
        <Fields withKind={tab === 'requests'} />
      </FormDialog>
    </>
  );
}
