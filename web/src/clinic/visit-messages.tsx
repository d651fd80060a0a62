/** The chat of a visit to read, during it and afterwards; who looks at it has read it. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect } from 'react';
import { api, dataOf } from '../api/client.ts';
import { Failure } from './blocks/failure.tsx';
import { When } from './blocks/when.tsx';
import { useTexts } from './texts/areas.ts';
import { chatOf, VISITS } from './visits.ts';

const PAGE_SIZE = 100;

const load = (id: string, afterSeq: number) =>
  dataOf(api.GET('/api/v1/consultations/{id}/messages', { params: { path: { id }, query: { afterSeq, limit: PAGE_SIZE } } }));
const markRead = (id: string, seq: number) =>
  dataOf(api.PUT('/api/v1/consultations/{id}/messages/read', { params: { path: { id } }, body: { seq } }));

export function VisitMessages({ id }: { id: string }) {
  const t = useTexts('visits');
  const client = useQueryClient();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: chatOf(id),
    queryFn: ({ pageParam }) => load(id, pageParam),
    initialPageParam: 0,
    getNextPageParam: ({ nextAfterSeq }) => nextAfterSeq,
  });
  const messages = data?.pages.flatMap(({ items }) => items) ?? [];
  const last = messages.at(-1)?.seq ?? 0;
  const known = data?.pages[0]?.readSeq ?? 0;
  useEffect(() => {
    // That it is not noted is no reason not to read.
    if (last > known) void markRead(id, last).then(() => client.invalidateQueries({ queryKey: [VISITS] }), console.warn);
  }, [id, last, known, client]);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (messages.length === 0) return null;
  return (
    <section aria-label={t('messages')} className="clinic-section" data-testid="visit-messages">
      <h2>{t('messages')}</h2>
      <ol className="clinic-messages">
        {messages.map(({ seq, name, text, sentAt }) => (
          <li key={seq}>
            <strong>{name}</strong>{' '}
            <small>
              <When at={new Date(sentAt).toISOString()} />
            </small>
            <p>{text}</p>
          </li>
        ))}
      </ol>
      {hasNextPage && (
        <p>
          <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('laterMessages')}
          </Button>
        </p>
      )}
    </section>
  );
}
