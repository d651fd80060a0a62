import { useQuery } from '@tanstack/react-query';
import { Empty, Form, Input } from 'antd';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { ApiForm } from '../blocks/api-form.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useTexts } from '../texts/areas.ts';

const TAGS = 'review-tags';
const read = async () => (await dataOf(api.GET('/api/v1/review-tags'))).items;
const add = ({ name }: { name: string }, key: string) =>
  dataOf(api.POST('/api/v1/review-tags', { headers: { [IDEMPOTENCY_KEY]: key }, body: { name } }));
const offer = (id: string, enabled: boolean) =>
  dataOf(api.PATCH('/api/v1/review-tags/{id}', { params: { path: { id } }, body: { enabled } }));

/** Words that patients can choose when they rate. */
export function ReviewTags() {
  const t = useTexts('figures');
  const { data, error, refetch } = useQuery({ queryKey: [TAGS], queryFn: read });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <section className="clinic-list">
      <ApiForm<{ name: string }, unknown> key={data.length} send={add} onDone={() => void refetch()} submit={t('addTag')}>
        <Form.Item name="name" label={t('tagName')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={20} data-testid="review-tag-name" />
        </Form.Item>
      </ApiForm>
      {data.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noTags')} />}
      <article className="clinic-card" hidden={data.length === 0}>
        <ul className="clinic-lines">
          {data.map(({ id, name, enabled }) => (
            <li key={id} className="clinic-line" data-testid="review-tag">
              <span>
                {name} <StatusTag tone={enabled ? 'good' : 'neutral'}>{t(enabled ? 'offered' : 'notOffered')}</StatusTag>
              </span>
              <ActionButton
                text={t(enabled ? 'withdraw' : 'offer')}
                about={name}
                run={() => offer(id, !enabled)}
                done={t(enabled ? 'notOffered' : 'offered')}
                stale={[[TAGS]]}
                testId="review-tag-toggle"
              />
            </li>
          ))}
        </ul>
      </article>
    </section>
  );
}
