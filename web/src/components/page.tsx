import type { MouseEvent, ReactNode } from 'react';
import { switchLanguage, useT } from '../i18n/index.ts';
import { call } from '../net/api.ts';
import { navigate } from '../router.ts';
import { session, signedOut } from '../session.ts';
import { useStore } from '../use-store.ts';

/** A link inside the client; other clicks than the plain left one are the browser's. */
export function Link({ to, className, current, children }: { to: string; className?: string; current?: boolean; children: ReactNode }) {
  function follow(event: MouseEvent): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    navigate(to);
  }
  return (
    <a href={to} className={className} aria-current={current ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  );
}

export function LanguageSwitch() {
  const t = useT();
  return (
    <button type="button" className="btn btn-quiet" data-testid="language-switch" onClick={switchLanguage}>
      {t('app.language')}
    </button>
  );
}

/** Ends the session here and, if it can be reached, on the server. */
export async function signOut(): Promise<void> {
  // Signed out here in any case; a server that cannot be reached lets the token expire.
  await call('/auth/logout', { method: 'POST' }).catch((error: unknown) => console.warn('sign out', error));
  signedOut(null);
  navigate('/');
}

/** Frame of the light pages: name, who is signed in, language. */
export function Page({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  const t = useT();
  const own = useStore(session);
  return (
    <div className="page">
      <header className="top">
        <Link to="/" className="brand">
          <img src="/favicon.svg" alt="" width="32" height="32" />
          <span>{t('app.name')}</span>
        </Link>
        <div className="top-end">
          {own && <span className="top-user">{own.user.name}</span>}
          <LanguageSwitch />
          {own && (
            <button type="button" className="btn btn-quiet" data-testid="sign-out" onClick={() => void signOut()}>
              {t('app.signOut')}
            </button>
          )}
        </div>
      </header>
      <main className={wide ? 'main main-wide' : 'main'} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
