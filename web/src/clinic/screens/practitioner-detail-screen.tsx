import { useQuery } from '@tanstack/react-query';
import { Empty } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { useMay } from '../access.ts';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Money } from '../blocks/money.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StoredPicture } from '../blocks/stored-picture.tsx';
import { When } from '../blocks/when.tsx';
import { Person } from '../people.tsx';
import { to } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';
import { PRACTITIONERS, PractitionerActions, ReviewState } from '../lists/practitioner-actions.tsx';

const read = (id: string) => dataOf(api.GET('/api/v1/practitioners/{id}/full', { params: { path: { id } } }));
type Practitioner = Awaited<ReturnType<typeof read>>;
type Photo = Practitioner['photos'][number];
const readSteps = async (id: string) =>
  (await dataOf(api.GET('/api/v1/practitioners/{id}/qualification-reviews', { params: { path: { id } } }))).items;

/** What reviewers decide by comes first. */
const PHOTOS: readonly Photo['kind'][] = ['licence', 'id_card', 'avatar', 'other'];

function Picture({ photo: { fileId, kind } }: { photo: Photo }) {
  const t = useTexts('admin');
  const label = t(`photoKinds.${kind}`);
  return (
    <figure className="clinic-photo">
      <StoredPicture fileId={fileId} name={label} width={160} />
      <figcaption>{label}</figcaption>
    </figure>
  );
}

function Steps({ id }: { id: string }) {
  const t = useTexts('admin');
  const { data, error, refetch } = useQuery({ queryKey: [PRACTITIONERS, 'steps', id], queryFn: () => readSteps(id) });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton rows={3} />;
  if (data.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noSteps')} />;
  return (
    <ul className="clinic-lines">
      {data.map((step) => (
        <li key={step.id} className="clinic-line" data-testid="review-step">
          <span>
            <ReviewState state={step.to} /> {step.actor?.name} {step.reason && `· ${step.reason}`}
          </span>
          <When at={step.at} />
        </li>
      ))}
    </ul>
  );
}

/** `/clinic/practitioners/:id`: a profile with its qualifications, to decide about them. */
export default function PractitionerDetailScreen({ params: { id = '' } }: ScreenProps) {
  const t = useTexts('admin');
  const plans = useMay()('schedules:manage');
  const { data, error, refetch } = useQuery({ queryKey: [PRACTITIONERS, 'one', id], queryFn: () => read(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={data.name} lead={<ReviewState state={data.reviewState} />} actions={<PractitionerActions row={data} large />} />
      <section className="clinic-list">
        <Facts
          items={[
            { label: t('kind'), value: t(`kinds.${data.kind}`) },
            { label: t('title'), value: data.title },
            { label: t('department'), value: data.department?.name },
            { label: t('specialities'), value: data.specialities.join('、') },
            { label: t('description'), value: data.introduction },
            { label: t('price'), value: data.price !== null && <Money yuan={data.price} /> },
            { label: t('state'), value: t(data.enabled ? 'enabled' : 'disabled') },
            { label: t('bookable'), value: t(data.bookable ? 'yes' : 'no') },
            { label: t('account'), value: <Person id={data.userId} /> },
            { label: t('workingHours'), value: plans && <Link to={to(`/schedules/${id}`)}>{t('toSchedule')}</Link> },
          ]}
        />
        <h2>{t('qualifications')}</h2>
        {data.qualifications.map(({ name, number, issuer, issuedOn }) => (
          <article key={`${name} ${number ?? ''}`} className="clinic-card" data-testid="qualification">
            <h3>{name}</h3>
            <p>{[number, issuer, issuedOn].filter(Boolean).join(' · ') || '—'}</p>
          </article>
        ))}
        <h2>{t('photos')}</h2>
        {data.photos.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noPhotos')} />}
        <div className="clinic-photos">
          {data.photos
            .toSorted((one, other) => PHOTOS.indexOf(one.kind) - PHOTOS.indexOf(other.kind))
            .map((photo) => (
              <Picture key={photo.id} photo={photo} />
            ))}
        </div>
        <h2>{t('reviewSteps')}</h2>
        <Steps id={id} />
      </section>
    </>
  );
}
