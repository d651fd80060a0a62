import { PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { ANNOUNCEMENTS, AnnouncementForm } from '../messages/announcement-form.tsx';
import { useAudienceNames } from '../messages/audience.ts';
import { to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

const STATES = ['running', 'done', 'cancelled'] as const;
const TONES: Record<(typeof STATES)[number], Tone> = { running: 'info', done: 'good', cancelled: 'neutral' };

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const state = STATES.find((known) => known === filters['state']);
  return dataOf(api.GET('/api/v1/announcements', { params: { query: { page, pageSize, ...(state && { state }) } }, signal }));
}
type Announcement = Awaited<ReturnType<typeof load>>['items'][number];

const cancel = (id: string) => dataOf(api.POST('/api/v1/announcements/{id}/cancel', { params: { path: { id } } }));

function useColumns(): Column<Announcement>[] {
  const t = useTexts('messages');
  const shell = useTexts('shell');
  const shown = useStore(language) ?? 'en';
  const audienceOf = useAudienceNames();
  return [
    {
      ...{ key: 'title', title: t('about'), pinned: true },
      render: ({ id, title }) => <Link to={to(`/announcements/${id}`)}>{title[shown]}</Link>,
    },
    {
      ...{ key: 'state', title: t('state'), badge: true },
      render: ({ state }) => <StatusTag tone={TONES[state]}>{t(`states.${state}`)}</StatusTag>,
    },
    { key: 'class', title: t('class'), render: (one) => t(`classes.${one.class}`) },
    { key: 'audience', title: t('audience'), render: ({ audience }) => audienceOf(audience) },
    { key: 'told', title: t('told'), align: 'right', render: ({ told }) => told },
    { key: 'created', title: t('created'), render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: ({ id, state, title }) =>
        state === 'running' && (
          <div className="clinic-actions">
            <ActionButton
              text={t('stop')}
              about={title[shown]}
              danger
              run={() => cancel(id)}
              ask={{ title: t('stopTitle'), text: t('stopText'), confirm: t('stop'), danger: true }}
              done={t('states.cancelled')}
              stale={[[ANNOUNCEMENTS]]}
              testId="announcement-stop"
            />
          </div>
        ),
    },
  ];
}

/** `/clinic/announcements`: one text for many people. */
export default function AnnouncementsScreen() {
  const t = useTexts('messages');
  const title = useTexts('shell')('screens.announcements');
  const list = useListState();
  const [writing, setWriting] = useState(false);
  return (
    <>
      <PageHeader title={title} lead={t('intro.announcements')} />
      <DataTable<Announcement>
        name={ANNOUNCEMENTS}
        label={title}
        list={list}
        load={load}
        columns={useColumns()}
        rowKey={({ id }) => id}
        actions={
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setWriting(true)} data-testid="announcement-add">
            {t('write')}
          </Button>
        }
        filters={
          <FilterBar
            list={list}
            filters={[
              {
                kind: 'choice',
                name: 'state',
                label: t('state'),
                options: STATES.map((value) => ({ value, label: t(`states.${value}`) })),
              },
            ]}
          />
        }
      />
      <AnnouncementForm open={writing} onClose={() => setWriting(false)} />
    </>
  );
}
