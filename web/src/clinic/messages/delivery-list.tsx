import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { useMay } from '../access.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { periodOf } from '../clock.ts';
import { Person } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';
import { isTemplateName } from './template-names.ts';

const DELIVERIES = 'deliveries';
const CHANNELS = ['sms', 'email'] as const;
const KINDS = ['verification', 'notification', 'marketing'] as const;
const TONES = { queued: 'info', sent: 'info', delivered: 'good', failed: 'bad', unknown: 'warn' } as const satisfies Record<string, Tone>;
const STATES = Object.keys(TONES) as (keyof typeof TONES)[];

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const state = STATES.find((known) => known === filters['state']);
  const channel = CHANNELS.find((known) => known === filters['channel']);
  const kind = KINDS.find((known) => known === filters['kind']);
  const query = { page, pageSize, ...(state && { state }), ...(channel && { channel }), ...(kind && { kind }), ...periodOf(filters) };
  return dataOf(api.GET('/api/v1/messages/deliveries', { params: { query }, signal }));
}
type Delivery = Awaited<ReturnType<typeof load>>['items'][number];

const resend = (id: string) => dataOf(api.POST('/api/v1/messages/deliveries/{id}/resend', { params: { path: { id } } }));
const readFigures = () => dataOf(api.GET('/api/v1/messages/statistics'));

const COUNTS = ['sent', 'delivered', 'read', 'failed', 'unknown'] as const;
type Counts = Partial<Record<(typeof COUNTS)[number], number>>;

/** What was sent on each way, and how it ended. What is delivered was sent as well. */
function DeliveryFigures() {
  const t = useTexts('messages');
  const { data } = useQuery({ queryKey: [DELIVERIES, 'figures'], queryFn: readFigures });
  if (!data) return null;
  const sum = (channel: string, name: (typeof COUNTS)[number]): number =>
    data.outside.filter((one) => one.channel === channel).reduce((total, one) => total + one[name], 0);
  const outside = CHANNELS.map((channel) => {
    const counts = Object.fromEntries(COUNTS.map((name) => [name, sum(channel, name)])) as Required<Counts>;
    return { name: t(`channel.${channel}`), counts: { ...counts, sent: counts.sent + counts.delivered } };
  });
  const rows: { name: string; counts: Counts }[] = [{ name: t('inApp'), counts: data.app }, ...outside];
  return (
    <div className="clinic-chart-table" data-testid="delivery-figures">
      <table>
        <caption className="clinic-hidden">{t('figures')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('channels')}</th>
            {COUNTS.map((name) => (
              <th key={name} scope="col">
                {name === 'read' ? t('read') : t(`deliveryStates.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, counts }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {COUNTS.map((count) => (
                <td key={count}>{counts[count] ?? '–'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint">{t('figuresHint')}</p>
    </div>
  );
}

function useColumns(): Column<Delivery>[] {
  const t = useTexts('messages');
  const shell = useTexts('shell');
  const mayResend = useMay()('messages:manage');
  return [
    { key: 'recipient', title: t('recipient'), pinned: true, render: ({ recipient }) => recipient },
    {
      ...{ key: 'state', title: t('state'), badge: true },
      render: ({ state }) => <StatusTag tone={TONES[state]}>{t(`deliveryStates.${state}`)}</StatusTag>,
    },
    {
      ...{ key: 'template', title: t('message') },
      render: ({ template }) => (isTemplateName(template) ? t(`templates.${template}`) : template),
    },
    { key: 'channel', title: t('channels'), render: ({ channel }) => t(`channel.${channel}`) },
    { key: 'user', title: t('user'), render: ({ userId }) => <Person id={userId} /> },
    { key: 'kind', title: t('kind'), hidden: true, render: ({ kind }) => t(`kinds.${kind}`) },
    { key: 'error', title: t('error'), render: ({ errorCode }) => errorCode ?? '—' },
    { key: 'attempts', title: t('attempts'), align: 'right', hidden: true, render: ({ attempts }) => attempts },
    { key: 'provider', title: t('provider'), hidden: true, render: ({ provider }) => provider ?? '—' },
    { key: 'delivered', title: t('deliveryStates.delivered'), hidden: true, render: ({ deliveredAt }) => <When at={deliveredAt} /> },
    { key: 'read', title: t('read'), hidden: true, render: ({ readAt }) => <When at={readAt} /> },
    { key: 'created', title: t('created'), render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: ({ id, state, kind, recipient }) =>
        mayResend &&
        kind !== 'verification' &&
        (state === 'failed' || state === 'unknown') && (
          <div className="clinic-actions">
            <ActionButton
              text={t('resend')}
              about={recipient}
              run={() => resend(id)}
              {...(state === 'unknown' && { ask: { title: t('resend'), text: t('resendText'), confirm: t('resend') } })}
              done={t('resent')}
              stale={[[DELIVERIES]]}
              testId="delivery-resend"
            />
          </div>
        ),
    },
  ];
}

/** Text messages and mails with what became of them. */
export function DeliveryList() {
  const t = useTexts('messages');
  const list = useListState();
  return (
    <section className="clinic-list">
      <DeliveryFigures />
      <DataTable<Delivery>
        name={DELIVERIES}
        label={t('views.deliveries')}
        list={list}
        load={load}
        columns={useColumns()}
        rowKey={({ id }) => id}
        filters={
          <FilterBar
            list={list}
            filters={[
              {
                ...{ kind: 'choice', name: 'state', label: t('state') },
                options: STATES.map((value) => ({ value, label: t(`deliveryStates.${value}`) })),
              },
              {
                ...{ kind: 'choice', name: 'channel', label: t('channels') },
                options: CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) })),
              },
              { kind: 'choice', name: 'kind', label: t('kind'), options: KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })) },
              { kind: 'period' },
            ]}
          />
        }
      />
    </section>
  );
}
