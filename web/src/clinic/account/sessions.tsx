import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { useTexts } from '../texts/areas.ts';
import { ACCOUNT } from './account.ts';

const KEY = [ACCOUNT, 'sessions'];

const load = async () => (await dataOf(api.GET('/api/v1/auth/sessions'))).items;
type OwnSession = Awaited<ReturnType<typeof load>>[number];
const end = (id: string) => dataOf(api.DELETE('/api/v1/auth/sessions/{id}', { params: { path: { id } } }));
const endOthers = () => dataOf(api.DELETE('/api/v1/auth/sessions'));

function Card({ own: { id, current, clientType, method, device, ip, createdAt, lastSeenAt } }: { own: OwnSession }) {
  const t = useTexts('account');
  const name = device ?? t(`clientTypes.${clientType}`);
  return (
    <article className="clinic-card" data-testid="session-card">
      <div className="clinic-card-head">
        <h3>{name}</h3>
        {current && <StatusTag tone="good">{t('current')}</StatusTag>}
      </div>
      <dl className="clinic-card-facts">
        <div>
          <dt>{t('signedIn')}</dt>
          <dd>
            <When at={createdAt} /> · {t(`methods.${method}`)}
          </dd>
        </div>
        <div>
          <dt>{t('lastSeen')}</dt>
          <dd>
            <When at={lastSeenAt ?? createdAt} />
          </dd>
        </div>
        <div>
          <dt>{t('address')}</dt>
          <dd>{ip ?? '—'}</dd>
        </div>
      </dl>
      {!current && (
        <div className="clinic-actions">
          <ActionButton
            text={t('end')}
            about={name}
            danger
            run={() => end(id)}
            ask={{ title: t('endTitle'), text: t('endText'), confirm: t('end'), danger: true }}
            done={t('ended')}
            stale={[KEY]}
            testId="session-end"
          />
        </div>
      )}
    </article>
  );
}

/** Where the person is signed in, each of which can be ended. */
export function Sessions() {
  const t = useTexts('account');
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: load });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <section aria-label={t('sessions')} className="clinic-section">
      <div className="clinic-card-head">
        <h2>{t('sessions')}</h2>
        {data.length > 1 && (
          <ActionButton
            text={t('endOthers')}
            run={endOthers}
            ask={{ title: t('endOthersTitle'), text: t('endOthersText'), confirm: t('endOthers'), danger: true }}
            done={t('ended')}
            stale={[KEY]}
            testId="sessions-end"
          />
        )}
      </div>
      <p>{t('sessionsText')}</p>
      <div className="clinic-cards">
        {data.map((own) => (
          <Card key={own.id} own={own} />
        ))}
      </div>
    </section>
  );
}
