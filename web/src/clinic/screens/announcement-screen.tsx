import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Figures } from '../blocks/figures.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { ANNOUNCEMENTS } from '../messages/announcement-form.tsx';
import { useAudienceNames } from '../messages/audience.ts';
import { Person } from '../people.tsx';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

/** How often a page looks how far it is, in milliseconds. */
const LOOK_MS = 3_000;
const read = (id: string) => dataOf(api.GET('/api/v1/announcements/{id}', { params: { path: { id } } }));

/** `/clinic/announcements/:id`: what it says, how far it is, and what came of it. */
export default function AnnouncementScreen({ params: { id = '' } }: ScreenProps) {
  const t = useTexts('messages');
  const shown = useStore(language) ?? 'en';
  const audienceOf = useAudienceNames();
  const { data, error, refetch } = useQuery({
    queryKey: [ANNOUNCEMENTS, id],
    queryFn: () => read(id),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? LOOK_MS : false),
  });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const figures = [
    { label: t('reached'), value: data.reached },
    { label: t('told'), value: data.told },
    { label: t('read'), value: data.read },
    ...data.deliveries.map(({ channel, state, count }) => ({
      label: `${t(`channel.${channel}`)}: ${t(`deliveryStates.${state}`)}`,
      value: count,
    })),
  ];
  return (
    <>
      <PageHeader title={data.title[shown]} lead={t(`states.${data.state}`)} />
      <section className="clinic-list">
        <Figures items={figures} />
        <Facts
          items={[
            { label: t('title.zh'), value: data.title.zh },
            { label: t('body.zh'), value: data.body.zh },
            { label: t('title.en'), value: data.title.en },
            { label: t('body.en'), value: data.body.en },
            { label: t('class'), value: t(`classes.${data.class}`) },
            { label: t('audience'), value: audienceOf(data.audience) },
            { label: t('channels'), value: data.channels.map((channel) => t(`channel.${channel}`)).join(', ') },
            { label: t('path'), value: data.path },
            { label: t('by'), value: <Person id={data.createdBy} /> },
            { label: t('created'), value: <When at={data.createdAt} /> },
            { label: t('finished'), value: data.finishedAt && <When at={data.finishedAt} /> },
          ]}
        />
      </section>
    </>
  );
}
