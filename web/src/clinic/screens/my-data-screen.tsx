import { useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { useConfirm } from '../blocks/confirm.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { useTexts } from '../texts/areas.ts';

const KEY = 'my-data';
const STALE = [[KEY]];

const load = (signal: AbortSignal) => dataOf(api.GET('/api/v1/me/privacy', { signal }));
type Overview = Awaited<ReturnType<typeof load>>;
type Request = Overview['requests'][number];

const TONES: Record<Request['state'], Tone> = {
  requested: 'info',
  ready: 'good',
  done: 'neutral',
  expired: 'neutral',
  refused: 'warn',
  withdrawn: 'neutral',
};

/** Gives the copy to the browser's downloads: the answer says that it is an attachment. */
const open = ({ url }: { url: string }) => window.location.assign(url);

function Copy({ requests }: Pick<Overview, 'requests'>) {
  const t = useTexts('privacy');
  const ask = useAction({ run: () => dataOf(api.POST('/api/v1/me/privacy/copies')), done: t('copyAsked'), stale: STALE });
  const fetchCopy = useAction({
    run: (id: string) => dataOf(api.POST('/api/v1/me/privacy/copies/{id}/link', { params: { path: { id } } })),
    onDone: open,
  });
  const ready = requests.find(({ kind, state }) => kind === 'export' && state === 'ready');
  const waiting = requests.some(({ kind, state }) => kind === 'export' && state === 'requested');
  return (
    <section className="clinic-card" aria-label={t('copyTitle')}>
      <h2>{t('copyTitle')}</h2>
      <p>{t('copyText')}</p>
      {ready && (
        <p>
          {t('copyUntil')} <When at={ready.expiresAt} />
        </p>
      )}
      {waiting && <p role="status">{t('copyAsked')}</p>}
      <div className="clinic-actions">
        {ready ? (
          <Button type="primary" loading={fetchCopy.busy} onClick={() => fetchCopy.run(ready.id)} data-testid="copy-fetch">
            {t('fetchCopy')}
          </Button>
        ) : (
          <Button type="primary" disabled={waiting} loading={ask.busy} onClick={() => ask.run()} data-testid="copy-ask">
            {t('askCopy')}
          </Button>
        )}
      </div>
    </section>
  );
}

function Blockers({ blockers }: Pick<Overview, 'blockers'>) {
  const t = useTexts('privacy');
  const list = (
    <ul>
      {blockers.map(({ what, count }) => (
        <li key={what}>{t(`blockers.${what}`, { number: count })}</li>
      ))}
    </ul>
  );
  return <Alert type="warning" showIcon title={t('blocked')} description={list} data-testid="blockers" />;
}

function Erasure({ requests, blockers, erasureDays }: Overview) {
  const t = useTexts('privacy');
  const confirm = useConfirm();
  const ask = useAction({ run: () => dataOf(api.POST('/api/v1/me/privacy/erasures')), done: t('eraseAsked'), stale: STALE });
  const withdraw = useAction({
    run: (id: string) => dataOf(api.DELETE('/api/v1/me/privacy/requests/{id}', { params: { path: { id } } })),
    done: t('withdrawn'),
    stale: STALE,
  });
  const waiting = requests.find(({ kind, state }) => kind === 'erase' && state === 'requested');
  async function begin(): Promise<void> {
    const text = t('eraseWarning', { days: erasureDays });
    if (await confirm({ title: t('eraseSure'), text, confirm: t('askErasure'), danger: true })) ask.run();
  }
  return (
    <section className="clinic-card" aria-label={t('eraseTitle')}>
      <h2>{t('eraseTitle')}</h2>
      <p>{t('eraseText')}</p>
      {waiting && (
        <p role="status">
          {t('eraseOn')} <When at={waiting.dueAt} />
        </p>
      )}
      {!waiting && blockers.length > 0 && <Blockers blockers={blockers} />}
      <div className="clinic-actions">
        {waiting ? (
          <Button loading={withdraw.busy} onClick={() => withdraw.run(waiting.id)} data-testid="erase-withdraw">
            {t('withdraw')}
          </Button>
        ) : (
          <Button danger disabled={blockers.length > 0} loading={ask.busy} onClick={() => void begin()} data-testid="erase-ask">
            {t('askErasure')}
          </Button>
        )}
      </div>
    </section>
  );
}

function Held({ held }: Pick<Overview, 'held'>) {
  const t = useTexts('privacy');
  const shown = useStore(language) === 'zh' ? 'zh' : 'en';
  return (
    <section aria-label={t('heldTitle')}>
      <h2>{t('heldTitle')}</h2>
      {held.length === 0 && <p>{t('heldNone')}</p>}
      <div className="clinic-cards">
        {held.map(({ term, law, until, tables }) => (
          <article key={term} className="clinic-card" data-testid="held-card">
            <h3>{t(`terms.${term}`)}</h3>
            <p>
              {t('heldRows', { number: tables.reduce((sum, { rows }) => sum + rows, 0) })}
              {until !== null && (
                <>
                  {' · '}
                  {t('heldUntil')} <When at={until} precision="day" />
                </>
              )}
            </p>
            <p>
              <small>{law[shown]}</small>
            </p>
          </article>
        ))}
      </div>
    </section>
  );
}

function Requests({ requests }: Pick<Overview, 'requests'>) {
  const t = useTexts('privacy');
  if (requests.length === 0) return null;
  return (
    <section aria-label={t('requests')}>
      <h2>{t('requests')}</h2>
      <ul>
        {requests.map(({ id, kind, state, createdAt }) => (
          <li key={id} data-testid="own-request">
            {t(`kinds.${kind}`)} <When at={createdAt} /> <StatusTag tone={TONES[state]}>{t(`states.${state}`)}</StatusTag>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** `/clinic/my-data`: a copy of one's own data, closing the account, and what the law would keep. */
export default function MyDataScreen() {
  const t = useTexts('privacy');
  const title = useTexts('shell')('screens.myData');
  const { data, error, refetch } = useQuery({ queryKey: [KEY], queryFn: ({ signal }) => load(signal) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={title} lead={t('lead')} />
      <div className="clinic-cards">
        <Copy requests={data.requests} />
        <Erasure {...data} />
      </div>
      <Requests requests={data.requests} />
      <Held held={data.held} />
    </>
  );
}
