import { api, dataOf, uploadFile } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { FileButton } from '../blocks/file-button.tsx';
import { StoredPicture } from '../blocks/stored-picture.tsx';
import { useAction } from '../blocks/use-action.ts';
import { PRACTICE, type Practice } from '../practice.ts';
import { useTexts } from '../texts/areas.ts';

type Photo = Practice['photos'][number];
type Kind = Photo['kind'];

/** What is asked for, and as what its file is kept: proofs are encrypted and for reviewers only. */
const CATEGORIES = { avatar: 'avatar', licence: 'licence', id_card: 'id-photo', other: 'document' } as const;
const KINDS: readonly Kind[] = ['avatar', 'licence', 'id_card', 'other'];

async function add({ id, kind, file }: { id: string; kind: Kind; file: File }) {
  const { id: fileId } = await uploadFile(CATEGORIES[kind], file);
  return dataOf(api.POST('/api/v1/practitioners/{id}/photos', { params: { path: { id } }, body: { kind, fileId } }));
}
const remove = (id: string, photoId: string) =>
  dataOf(api.DELETE('/api/v1/practitioners/{id}/photos/{photoId}', { params: { path: { id, photoId } } }));

function Picture({ practiceId, photo: { id, fileId, kind }, number }: { practiceId: string; photo: Photo; number: number }) {
  const t = useTexts('practice');
  const name = `${t(`photoKinds.${kind}`)} ${number}`;
  return (
    <figure className="clinic-photo" data-testid="practice-photo">
      <StoredPicture fileId={fileId} name={name} width={120} />
      <figcaption>
        <ActionButton
          text={t('remove')}
          about={name}
          run={() => remove(practiceId, id)}
          ask={{ title: t('removePhoto', { name }), confirm: t('remove'), danger: true }}
          stale={[[PRACTICE]]}
          testId="photo-remove"
        />
      </figcaption>
    </figure>
  );
}

/** Pictures of a practitioner: the public one, and the proofs that reviewers decide by. */
export function PracticePhotos({ practice: { id, photos } }: { practice: Practice }) {
  const t = useTexts('practice');
  const adding = useAction({ run: add, done: t('photoAdded'), stale: [[PRACTICE]] });
  return (
    <section className="clinic-section" aria-label={t('photos')}>
      <h2>{t('photos')}</h2>
      <p>{t('photosText')}</p>
      <div className="clinic-cards">
        {KINDS.map((kind) => (
          <article key={kind} className="clinic-card" aria-label={t(`photoKinds.${kind}`)}>
            <h3>{t(`photoKinds.${kind}`)}</h3>
            <p>{t(`photoHints.${kind}`)}</p>
            <div className="clinic-photos">
              {photos
                .filter((photo) => photo.kind === kind)
                .map((photo, index) => (
                  <Picture key={photo.id} practiceId={id} photo={photo} number={index + 1} />
                ))}
            </div>
            <FileButton
              text={t(kind === 'avatar' ? 'changePhoto' : 'addPhoto')}
              accept="image/jpeg,image/png,image/webp"
              busy={adding.busy}
              onFile={(file) => adding.run({ id, kind, file })}
              testId={`photo-${kind}`}
            />
          </article>
        ))}
      </div>
    </section>
  );
}
