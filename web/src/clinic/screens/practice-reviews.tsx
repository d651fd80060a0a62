import { useQuery } from '@tanstack/react-query';
import { Empty } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { CardPages } from '../blocks/card-pages.tsx';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { readReviewTotals, ReviewCard, REVIEWS } from '../review-card.tsx';
import { useTexts } from '../texts/areas.ts';

const PAGE_SIZE = 10;

const readReviews = (practitionerId: string, page: number) =>
  dataOf(
    api.GET('/api/v1/practitioners/{practitionerId}/reviews', {
      params: { path: { practitionerId }, query: { page, pageSize: PAGE_SIZE } },
    }),
  );

function Totals({ practitionerId }: { practitionerId: string }) {
  const t = useTexts('practice');
  const { data } = useQuery({ queryKey: [REVIEWS, 'totals', practitionerId], queryFn: () => readReviewTotals(practitionerId) });
  if (!data || data.count === 0) return null;
  return (
    <Facts
      items={[
        { label: t('reviewCount'), value: data.count },
        { label: t('average'), value: data.average?.toFixed(1) },
        { label: t('satisfaction'), value: data.satisfaction !== null && `${Math.round(data.satisfaction * 100)} %` },
        { label: t('tags'), value: data.tags.map(({ name, count }) => `${name} ${count}`).join(' · ') },
      ]}
    />
  );
}

/** What patients said, newest first. @param replies whether the reader is the one to answer */
export function PracticeReviews({ practitionerId, replies = false }: { practitionerId: string; replies?: boolean }) {
  const t = useTexts('practice');
  const [page, setPage] = useState(1);
  const { data, error, refetch } = useQuery({
    queryKey: [REVIEWS, 'list', practitionerId, page],
    queryFn: () => readReviews(practitionerId, page),
  });
  return (
    <section aria-label={t('reviews')} className="clinic-section">
      <h2>{t('reviews')}</h2>
      <Totals practitionerId={practitionerId} />
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!error && !data && <PageSkeleton />}
      {data?.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noReviews')} />}
      <div className="clinic-cards">
        {data?.items.map((review) => (
          <ReviewCard key={review.id} review={review} replies={replies} />
        ))}
      </div>
      {data && <CardPages page={page} pageSize={PAGE_SIZE} total={data.pagination.total} onPage={setPage} />}
    </section>
  );
}
