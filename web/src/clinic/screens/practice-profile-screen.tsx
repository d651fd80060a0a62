import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Tag } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { useMay } from '../access.ts';
import { useConfirm } from '../blocks/confirm.tsx';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Money } from '../blocks/money.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { useAction } from '../blocks/use-action.ts';
import { PRACTICE, type Practice, readPractice } from '../practice.ts';
import { useTexts } from '../texts/areas.ts';
import { PracticeFigures } from './practice-figures.tsx';
import { PracticePhotos } from './practice-photos.tsx';
import { PracticeForm } from './practice-form.tsx';
import { PracticeReviews } from './practice-reviews.tsx';

type State = Practice['reviewState'];
const TONES: Record<State, Tone> = { draft: 'neutral', submitted: 'warn', approved: 'good', rejected: 'bad' };

const submit = (id: string) => dataOf(api.POST('/api/v1/practitioners/{id}/submit', { params: { path: { id } } }));
const readDecisions = async (id: string) =>
  (await dataOf(api.GET('/api/v1/practitioners/{id}/qualification-reviews', { params: { path: { id } } }))).items;

/** Where the review of the qualifications stands, and what to do about it. */
function Standing({ practice: { id, reviewState, enabled } }: { practice: Practice }) {
  const t = useTexts('practice');
  const { data } = useQuery({
    queryKey: [PRACTICE, 'decisions', id, reviewState],
    queryFn: () => readDecisions(id),
    enabled: reviewState === 'rejected',
  });
  const reason = data?.findLast(({ to }) => to === 'rejected')?.reason;
  if (!enabled) return <Alert type="warning" showIcon title={t('disabled')} />;
  if (reviewState === 'approved') return null;
  const type = reviewState === 'rejected' ? 'error' : 'info';
  return <Alert type={type} showIcon title={t(`standings.${reviewState}`)} description={reason && `${t('reason')}: ${reason}`} />;
}

function Profile({ practice }: { practice: Practice }) {
  const t = useTexts('practice');
  const { kind, title, department, introduction, specialities, qualifications, price } = practice;
  return (
    <Facts
      items={[
        { label: t('kind'), value: t(`kinds.${kind}`) },
        { label: t('title'), value: title },
        { label: t('department'), value: department?.name },
        { label: t('price'), value: price !== null && <Money yuan={price} /> },
        { label: t('introduction'), value: introduction },
        { label: t('specialities'), value: specialities.length > 0 && specialities.map((word) => <Tag key={word}>{word}</Tag>) },
        {
          label: t('qualifications'),
          value:
            qualifications.length > 0 &&
            qualifications.map(({ name, number, issuer, issuedOn }) => (
              <div key={name + (number ?? '')}>{[name, number, issuer, issuedOn].filter(Boolean).join(' · ')}</div>
            )),
        },
      ]}
    />
  );
}

function Actions({ practice: { id, reviewState }, onEdit }: { practice: Practice; onEdit(): void }) {
  const t = useTexts('practice');
  const confirm = useConfirm();
  const handing = useAction({ run: submit, done: t('submitted'), stale: [[PRACTICE]] });
  async function ask(): Promise<void> {
    const sure = await confirm({ title: t('submitTitle'), text: t('submitText'), confirm: t('submit') });
    if (sure) handing.run(id);
  }
  return (
    <>
      <Button onClick={onEdit}>{t('edit')}</Button>
      {(reviewState === 'draft' || reviewState === 'rejected') && (
        <Button type="primary" loading={handing.busy} onClick={() => void ask()}>
          {t('submit')}
        </Button>
      )}
    </>
  );
}

/** `/clinic/practice/profile`: what patients see of a practitioner, what they said, and how visits went. */
export default function PracticeProfileScreen() {
  const t = useTexts('practice');
  const shell = useTexts('shell');
  const may = useMay();
  const client = useQueryClient();
  const [editing, setEditing] = useState(false);
  const { data, error, refetch } = useQuery({ queryKey: [PRACTICE, 'me'], queryFn: readPractice });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <PageSkeleton />;
  const header = shell('screens.practiceProfile');
  if (data === null || editing) {
    const done = () => {
      setEditing(false);
      void client.invalidateQueries({ queryKey: [PRACTICE] });
    };
    return (
      <>
        <PageHeader title={header} lead={t(data ? 'editLead' : 'createLead')} />
        <PracticeForm practice={data} onDone={done} {...(data && { onCancel: () => setEditing(false) })} />
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={header}
        lead={
          <>
            {data.name} <StatusTag tone={TONES[data.reviewState]}>{t(`states.${data.reviewState}`)}</StatusTag>
          </>
        }
        actions={<Actions practice={data} onEdit={() => setEditing(true)} />}
      />
      <Standing practice={data} />
      <Profile practice={data} />
      <PracticePhotos practice={data} />
      {may('statistics:own') && <PracticeFigures userId={data.userId} />}
      <PracticeReviews practitionerId={data.id} replies />
    </>
  );
}
