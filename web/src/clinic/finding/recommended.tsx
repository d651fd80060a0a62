import { useQuery } from '@tanstack/react-query';
import { Empty, Input, Tag } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useTexts } from '../texts/areas.ts';
import { DoctorCard } from './doctor-card.tsx';

const LIMIT = 10;

const recommend = async (complaint: string) =>
  (await dataOf(api.GET('/api/v1/practitioners/recommendations', { params: { query: { limit: LIMIT, ...(complaint && { complaint }) } } })))
    .items;
type Reason = Awaited<ReturnType<typeof recommend>>[number]['reasons'][number];

function Because({ reason: { kind, matched, by } }: { reason: Reason }) {
  const t = useTexts('booking');
  if (kind === 'history') return <Tag>{t('because.history', { count: Number(matched) })}</Tag>;
  return <Tag>{t(`because.${kind}`, { matched, by: by ?? '' })}</Tag>;
}

/** Doctors who fit what somebody says, what is known of their health, and whom they went to before: each with the reasons. */
export function Recommended() {
  const t = useTexts('booking');
  const [complaint, setComplaint] = useState('');
  const { data, error, refetch } = useQuery({ queryKey: ['recommended', complaint], queryFn: () => recommend(complaint) });
  return (
    <section className="clinic-list" aria-label={t('ways.recommended')}>
      <p>{t('recommendedText')}</p>
      <Input.Search
        aria-label={t('complaint')}
        placeholder={t('notesHint')}
        maxLength={500}
        enterButton={t('search')}
        onSearch={(text) => setComplaint(text.trim())}
        data-testid="complaint"
      />
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!error && !data && <PageSkeleton />}
      {data?.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noneFits')} />}
      <div className="clinic-cards">
        {data?.map(({ practitioner, reasons }) => (
          <DoctorCard key={practitioner.id} doctor={practitioner}>
            <div>
              {reasons.map((reason) => (
                <Because key={reason.kind + reason.matched} reason={reason} />
              ))}
            </div>
          </DoctorCard>
        ))}
      </div>
    </section>
  );
}
