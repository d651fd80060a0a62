import { type MouseEvent, type ReactNode, useRef } from 'react';
import { Link } from '../../components/page.tsx';
import { useLive } from '../live.ts';
import { useNarrow } from '../media-query.ts';
import { useMenu } from '../menu.ts';
import { useTexts } from '../texts/areas.ts';
import { AccountMenu } from './account-menu.tsx';
import { BottomBar } from './bottom-bar.tsx';
import { MenuList } from './menu-list.tsx';
import { NoticeBell } from './notice-bell.tsx';

/** Name, menu and account around the screens: a column at the side on a desk, tabs at the bottom on a phone. */
export function Frame({ children }: { children: ReactNode }) {
  const t = useTexts('shell');
  const narrow = useNarrow();
  const menu = useMenu().entries ?? [];
  const main = useRef<HTMLElement>(null);
  useLive();
  function skip(event: MouseEvent): void {
    // Not as an address: it would become an entry in the history.
    event.preventDefault();
    main.current?.focus();
  }
  return (
    <div className="clinic-frame" data-testid="clinic">
      <a href="#clinic-main" className="clinic-skip" onClick={skip} data-testid="skip-link">
        {t('skip')}
      </a>
      <header className="clinic-top">
        <Link to="/" className="brand">
          <img src="/favicon.svg" alt="" width="32" height="32" />
          <span>{t('name')}</span>
        </Link>
        <div className="clinic-top-end">
          <NoticeBell />
          <AccountMenu />
        </div>
      </header>
      {!narrow && (
        <nav className="clinic-side" aria-label={t('menu')} data-testid="side-menu">
          <MenuList entries={menu} />
        </nav>
      )}
      <main id="clinic-main" className="clinic-main" tabIndex={-1} ref={main}>
        {children}
      </main>
      {narrow && <BottomBar entries={menu} />}
    </div>
  );
}
