/** One review, with the doctor's reply. */
import { Button, Form, Input, Tag } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../api/client.ts';
import { FormDialog } from './blocks/form-dialog.tsx';
import { When } from './blocks/when.tsx';
import { useTexts } from './texts/areas.ts';

/** Beginning of the keys of all that is read about them. */
export const REVIEWS = 'reviews';

const send = (id: string, text: string) => dataOf(api.POST('/api/v1/reviews/{id}/reply', { params: { path: { id } }, body: { text } }));
export type Review = Awaited<ReturnType<typeof send>>;

export const readReviewTotals = (practitionerId: string) =>
  dataOf(api.GET('/api/v1/practitioners/{practitionerId}/reviews/statistics', { params: { path: { practitionerId } } }));

/** @param replies whether the reader is the one to answer */
export function ReviewCard({ review, replies }: { review: Review; replies: boolean }) {
  const t = useTexts('booking');
  const [open, setOpen] = useState(false);
  const { id, author, rating, text, tags, reply, createdAt } = review;
  return (
    <article className="clinic-card" data-testid="review">
      <div className="clinic-card-head">
        <span className="clinic-stars" role="img" aria-label={`${t('rating')}: ${rating}`}>
          {'★'.repeat(rating)}
          <span>{'★'.repeat(5 - rating)}</span>
        </span>
        <span>{author}</span>
      </div>
      <p>{text}</p>
      {tags.length > 0 && (
        <div>
          {tags.map((tag) => (
            <Tag key={tag}>{tag}</Tag>
          ))}
        </div>
      )}
      <p>
        <When at={createdAt} />
      </p>
      {reply && (
        <blockquote className="clinic-reply">
          <strong>{t('replyFrom')}</strong>
          <p>{reply}</p>
        </blockquote>
      )}
      {replies && <Button onClick={() => setOpen(true)}>{t('reply')}</Button>}
      <FormDialog<{ text: string }, unknown>
        title={t('reply')}
        open={open}
        onClose={() => setOpen(false)}
        send={(values) => send(id, values.text)}
        stale={[[REVIEWS]]}
        initialValues={{ text: reply ?? '' }}
      >
        <Form.Item name="text" label={t('reply')} rules={[{ required: true, whitespace: true }]}>
          <Input.TextArea rows={4} maxLength={2_000} />
        </Form.Item>
      </FormDialog>
    </article>
  );
}
