import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Empty, Tag } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { follow, NOTICES } from '../notices.ts';
import { useTexts } from '../texts/areas.ts';

const PAGE_SIZE = 20;

const pathOf = (id: string) => ({ params: { path: { id } } });
const load = (locale: 'zh' | 'en', page: number) =>
  dataOf(api.GET('/api/v1/notifications', { params: { query: { page, pageSize: PAGE_SIZE, locale } } }));
type Notice = Awaited<ReturnType<typeof load>>['items'][number];

const markRead = (id: string) => dataOf(api.POST('/api/v1/notifications/{id}/read', pathOf(id)));
const markAll = () => dataOf(api.POST('/api/v1/notifications/read'));
const remove = (id: string) => dataOf(api.DELETE('/api/v1/notifications/{id}', pathOf(id)));

function Card({ notice: { id, title, text, path, read, createdAt } }: { notice: Notice }) {
  const t = useTexts('shell');
  const client = useQueryClient();
  const removal = useAction({ run: remove, stale: [[NOTICES]] });
  function open(): void {
    // Read by opening it; that it is not marked so is no reason not to open it.
    if (!read) void markRead(id).then(() => client.invalidateQueries({ queryKey: [NOTICES] }), console.warn);
    if (path) follow(path);
  }
  return (
    <article className="clinic-card clinic-notice" data-testid="notice">
      <div className="clinic-card-head">
        <h2>{title}</h2>
        {!read && <Tag color="processing">{t('notices.isNew')}</Tag>}
      </div>
      <p>{text}</p>
      <p>
        <When at={createdAt} relative />
      </p>
      <div className="clinic-actions">
        <Button
          type="text"
          size="small"
          loading={removal.busy}
          aria-label={`${t('notices.delete')}: ${title}`}
          onClick={() => removal.run(id)}
        >
          {t('notices.delete')}
        </Button>
        {path && (
          <Button size="small" type={read ? 'default' : 'primary'} aria-label={`${t('notices.open')}: ${title}`} onClick={open}>
            {t('notices.open')}
          </Button>
        )}
      </div>
    </article>
  );
}

/** `/clinic/notices`: what the person was told, newest first. */
export default function NoticesScreen() {
  const t = useTexts('shell');
  const locale = useStore(language) ?? 'zh';
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [NOTICES, 'list', locale],
    queryFn: ({ pageParam }) => load(locale, pageParam),
    initialPageParam: 1,
    getNextPageParam: ({ pagination: { page, pageSize, total } }) => (page * pageSize < total ? page + 1 : null),
  });
  const all = useAction({ run: markAll, stale: [[NOTICES]] });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const notices = data.pages.flatMap(({ items }) => items);
  const unread = notices.some(({ read }) => !read);
  const actions = unread && (
    <Button loading={all.busy} onClick={() => all.run()}>
      {t('notices.readAll')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('screens.notices')} lead={t('notices.lead')} actions={actions} />
      {notices.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('notices.empty')} />}
      <div className="clinic-cards">
        {notices.map((notice) => (
          <Card key={notice.id} notice={notice} />
        ))}
      </div>
      {hasNextPage && (
        <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </>
  );
}
