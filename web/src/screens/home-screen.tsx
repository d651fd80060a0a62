import { useCallback, useEffect, useState } from 'react';
import { Icon } from '../components/icon.tsx';
import { InviteDialog } from '../components/invite-dialog.tsx';
import { Loading } from '../components/loading.tsx';
import { NewVisitDialog } from '../components/new-visit-dialog.tsx';
import { Notice } from '../components/notice.tsx';
import { Link, Page } from '../components/page.tsx';
import { dayAndTime, errorText, useT } from '../i18n/index.ts';
import { ApiError } from '../net/api.ts';
import { listVisits, type VisitRecord } from '../net/records.ts';
import { navigate } from '../router.ts';
import { session } from '../session.ts';
import { useStore } from '../use-store.ts';
import '../styles/pages.css';

type Filter = 'open' | 'ended';

interface List {
  items: VisitRecord[];
  page: number;
  more: boolean;
}

async function load(filter: Filter, page: number, before: VisitRecord[]): Promise<List> {
  const listed = await listVisits(filter === 'ended' ? 'ended' : 'scheduled', page);
  const running = filter === 'open' && page === 1 ? (await listVisits('active', 1)).items : [];
  const { pagination } = listed;
  return { items: [...running, ...before, ...listed.items], page, more: pagination.page * pagination.pageSize < pagination.total };
}

function useVisits(filter: Filter) {
  const [list, setList] = useState<List | null>(null);
  const [code, setCode] = useState<string | null>(null);
  const fetchPage = useCallback(
    async (page: number, before: VisitRecord[]) => {
      setCode(null);
      try {
        setList(await load(filter, page, before));
      } catch (error) {
        setCode(error instanceof ApiError ? error.code : 'internal');
      }
    },
    [filter],
  );
  useEffect(() => {
    setList(null);
    void fetchPage(1, []);
  }, [fetchPage]);
  return { list, code, reload: () => void fetchPage(1, []), more: () => list && void fetchPage(list.page + 1, list.items) };
}

function VisitCard({ visit, onInvite }: { visit: VisitRecord; onInvite(): void }) {
  const t = useT();
  const leads = visit.role === 'practitioner';
  const other = leads ? visit.patient : visit.practitioner;
  return (
    <li className="visit-card" data-testid="visit-card" data-visit-id={visit.id}>
      <div className="visit-card-text">
        <h3>{visit.title}</h3>
        <p>
          <Icon name="calendar" size={18} /> <time dateTime={visit.scheduledStart}>{dayAndTime(visit.scheduledStart)}</time>
        </p>
        <p>
          <Icon name="people" size={18} /> {t('home.with', { name: other.name })}
        </p>
      </div>
      <span className={`chip chip-${visit.status}`}>{t(`home.${visit.status}`)}</span>
      {visit.status !== 'ended' && (
        <div className="visit-card-actions">
          {leads && (
            <button type="button" className="btn" data-testid="visit-invite" onClick={onInvite}>
              <Icon name="invite" size={20} /> {t('home.invite')}
            </button>
          )}
          <button type="button" className="btn btn-primary" data-testid="visit-join" onClick={() => navigate(`/visit/${visit.id}`)}>
            <Icon name="camera" size={20} /> {t('home.join')}
          </button>
        </div>
      )}
    </li>
  );
}

export default function Home() {
  const t = useT();
  const own = useStore(session);
  const [filter, setFilter] = useState<Filter>('open');
  const [dialog, setDialog] = useState<'new' | 'instant' | { invite: string } | null>(null);
  const { list, code, reload, more } = useVisits(filter);
  const doctor = own?.user.roles.includes('doctor') ?? false;

  return (
    <Page wide>
      <div className="home-head">
        <div>
          <p className="eyebrow">{t('home.hello', { name: own?.user.name ?? '' })}</p>
          <h1>{t('home.title')}</h1>
        </div>
        {doctor && (
          <div className="home-actions">
            <button type="button" className="btn" data-testid="new-visit" onClick={() => setDialog('new')}>
              <Icon name="plus" size={20} /> {t('home.newVisit')}
            </button>
            <button type="button" className="btn btn-primary" data-testid="instant-visit" onClick={() => setDialog('instant')}>
              <Icon name="camera" size={20} /> {t('home.instant')}
            </button>
          </div>
        )}
      </div>
      <div className="home-columns">
        <section aria-label={t('home.title')}>
          <div className="segments" role="group">
            {(['open', 'ended'] as const).map((name) => (
              <button
                key={name}
                type="button"
                aria-pressed={filter === name}
                data-testid={`filter-${name}`}
                onClick={() => setFilter(name)}
              >
                {t(name === 'open' ? 'home.filterOpen' : 'home.filterEnded')}
              </button>
            ))}
          </div>
          {code && (
            <Notice tone="bad" alert>
              {t('home.loadFailed')} {errorText(code)}{' '}
              <button type="button" className="btn btn-small" onClick={reload}>
                {t('home.retry')}
              </button>
            </Notice>
          )}
          {!list && !code && <Loading />}
          {list?.items.length === 0 && <p className="empty">{doctor && filter === 'open' ? t('home.emptyDoctor') : t('home.empty')}</p>}
          <ul className="visit-list" data-testid="visit-list">
            {list?.items.map((visit) => (
              <VisitCard key={visit.id} visit={visit} onInvite={() => setDialog({ invite: visit.id })} />
            ))}
          </ul>
          {list?.more && (
            <button type="button" className="btn" onClick={more}>
              {t('home.more')}
            </button>
          )}
        </section>
        <aside className="card check-card">
          <Icon name="signal" size={28} />
          <h2>{t('home.checkTitle')}</h2>
          <p>{t('home.checkText')}</p>
          <Link to="/test" className="btn">
            {t('app.test')}
          </Link>
        </aside>
      </div>
      {(dialog === 'new' || dialog === 'instant') && (
        <NewVisitDialog
          instant={dialog === 'instant'}
          onClose={() => setDialog(null)}
          onCreated={(visit) => {
            setDialog(null);
            if (dialog === 'instant') navigate(`/visit/${visit.id}`);
            else reload();
          }}
        />
      )}
      {dialog && typeof dialog === 'object' && <InviteDialog visitId={dialog.invite} onClose={() => setDialog(null)} />}
    </Page>
  );
}
