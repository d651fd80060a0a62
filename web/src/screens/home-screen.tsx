import { useCallback, useEffect, useState } from 'react';
import { CancelDialog } from '../components/cancel-dialog.tsx';
import { Icon } from '../components/icon.tsx';
import { InviteDialog } from '../components/invite-dialog.tsx';
import { Loading } from '../components/loading.tsx';
import { NewVisitDialog } from '../components/new-visit-dialog.tsx';
import { Notice } from '../components/notice.tsx';
import { Link, Page } from '../components/page.tsx';
import { VisitCard } from '../components/visit-card.tsx';
import { errorText, useT } from '../i18n/index.ts';
import { ApiError } from '../net/api.ts';
import { listVisits, readHome, type VisitRecord } from '../net/records.ts';
import { navigate } from '../router.ts';
import { session } from '../session.ts';
import { useStore } from '../use-store.ts';
import '../styles/pages.css';

type Filter = 'open' | 'ended';

type VisitPage = Awaited<ReturnType<typeof listVisits>>;

interface List {
  items: VisitRecord[];
  page: number;
  more: boolean;
}

async function load(filter: Filter, page: number, before: VisitRecord[]): Promise<List> {
  if (filter === 'ended') return loadOver(page, before);
  if (page === 1) {
    const { running, next } = (await readHome()).visits;
    return { items: [...running, ...next.items], page, more: hasMore(next) };
  }
  const listed = await listVisits('scheduled', page);
  return { items: [...before, ...listed.items], page, more: hasMore(listed) };
}

/** What was called off is over, too; the newest of both first. */
async function loadOver(page: number, before: VisitRecord[]): Promise<List> {
  const [ended, cancelled] = await Promise.all([listVisits('ended', page), listVisits('cancelled', page)]);
  const items = [...before, ...ended.items, ...cancelled.items].sort((a, b) => b.scheduledStart.localeCompare(a.scheduledStart));
  return { items, page, more: hasMore(ended) || hasMore(cancelled) };
}

const hasMore = ({ pagination }: VisitPage): boolean => pagination.page * pagination.pageSize < pagination.total;

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

function NoVisits({ filter }: { filter: Filter }) {
  const t = useT();
  const user = useStore(session)?.user;
  const open = filter === 'open';
  return (
    <div className="empty">
      <p>{t(open && user?.roles.includes('doctor') ? 'home.emptyDoctor' : 'home.empty')}</p>
      {open && user?.permissions?.includes('appointments:book') && (
        <Link to="/clinic/book" className="btn btn-primary">
          {t('home.book')}
        </Link>
      )}
    </div>
  );
}

export default function Home() {
  const t = useT();
  const own = useStore(session);
  const [filter, setFilter] = useState<Filter>('open');
  const [dialog, setDialog] = useState<'new' | 'instant' | { invite: string } | { cancel: VisitRecord } | null>(null);
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
          {list?.items.length === 0 && <NoVisits filter={filter} />}
          <ul className="visit-list" data-testid="visit-list">
            {list?.items.map((visit) => (
              <VisitCard
                key={visit.id}
                visit={visit}
                onInvite={() => setDialog({ invite: visit.id })}
                onCancel={() => setDialog({ cancel: visit })}
              />
            ))}
          </ul>
          {list?.more && (
            <button type="button" className="btn" onClick={more}>
              {t('home.more')}
            </button>
          )}
        </section>
        <aside className="stack">
          <section className="card check-card">
            <Icon name="calendar" size={28} />
            <h2>{t('home.clinicTitle')}</h2>
            <p>{t('home.clinicText')}</p>
            <Link to="/clinic" className="btn">
              {t('home.clinicOpen')}
            </Link>
          </section>
          <section className="card check-card">
            <Icon name="signal" size={28} />
            <h2>{t('home.checkTitle')}</h2>
            <p>{t('home.checkText')}</p>
            <Link to="/test" className="btn">
              {t('app.test')}
            </Link>
          </section>
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
      {dialog && typeof dialog === 'object' && 'invite' in dialog && (
        <InviteDialog visitId={dialog.invite} onClose={() => setDialog(null)} />
      )}
      {dialog && typeof dialog === 'object' && 'cancel' in dialog && (
        <CancelDialog
          visit={dialog.cancel}
          onClose={() => setDialog(null)}
          onCancelled={() => {
            setDialog(null);
            reload();
          }}
        />
      )}
    </Page>
  );
}
