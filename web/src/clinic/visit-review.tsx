import { StarFilled } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { App, Form, Input, Rate, Select } from 'antd';
import { api, dataOf } from '../api/client.ts';
import { useMay } from './access.ts';
import { ApiForm } from './blocks/api-form.tsx';
import { Failure } from './blocks/failure.tsx';
import { type Review, ReviewCard } from './review-card.tsx';
import { useTexts } from './texts/areas.ts';

interface Rating {
  rating: number;
  tagIds?: string[];
  text: string;
}

const readTags = async () => (await dataOf(api.GET('/api/v1/review-tags'))).items.filter(({ enabled }) => enabled);
/** What is rated: a booking, or a visit that nobody booked. */
type Rated = { appointmentId: string } | { consultationId: string };

async function readReview(rated: Rated): Promise<Review | null> {
  const call =
    'appointmentId' in rated
      ? api.GET('/api/v1/appointments/{id}/review', { params: { path: { id: rated.appointmentId } } })
      : api.GET('/api/v1/consultations/{id}/review', { params: { path: { id: rated.consultationId } } });
  return (await dataOf(call)).review;
}
const rate = (rated: Rated, { rating, tagIds = [], text }: Rating) =>
  dataOf(api.POST('/api/v1/reviews', { body: { ...rated, rating, text, tagIds } }));

function RateForm({ rated, onDone }: { rated: Rated; onDone(): void }) {
  const t = useTexts('booking');
  const { message } = App.useApp();
  const tags = useQuery({ queryKey: ['review-tags'], queryFn: readTags });
  const words = ([1, 2, 3, 4, 5] as const).map((star) => t(`stars.s${star}`));
  return (
    <section aria-label={t('rate')} className="clinic-section">
      <h2>{t('rate')}</h2>
      <ApiForm<Rating, unknown>
        send={(values) => rate(rated, values)}
        submit={t('submitReview')}
        onDone={() => {
          message.success(t('thanks'));
          onDone();
        }}
      >
        <Form.Item name="rating" label={t('rating')} rules={[{ required: true }]}>
          <Rate tooltips={words} character={({ index = 0 }) => <StarFilled aria-label={words[index] ?? ''} />} />
        </Form.Item>
        {tags.data && tags.data.length > 0 && (
          <Form.Item name="tagIds" label={t('tags')}>
            <Select mode="multiple" options={tags.data.map((tag) => ({ value: tag.id, label: tag.name }))} optionFilterProp="label" />
          </Form.Item>
        )}
        <Form.Item name="text" label={t('review')} rules={[{ required: true, whitespace: true }]}>
          <Input.TextArea rows={3} maxLength={2_000} />
        </Form.Item>
      </ApiForm>
    </section>
  );
}

/** What was said of a visit that is over: written by its patient, answered by its doctor. Needs the texts of `booking`. */
export function VisitReview({ rated, own }: { rated: Rated; own: boolean }) {
  const t = useTexts('booking');
  const may = useMay();
  const { data, error, refetch } = useQuery({ queryKey: ['reviews', 'of', rated], queryFn: () => readReview(rated) });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return null;
  if (data === null) return own && may('reviews:write') ? <RateForm rated={rated} onDone={() => void refetch()} /> : null;
  const title = t(own ? 'yourReview' : 'patientReview');
  return (
    <section aria-label={title} className="clinic-section">
      <h2>{title}</h2>
      <ReviewCard review={data} replies={!own && may('reviews:reply')} />
    </section>
  );
}
