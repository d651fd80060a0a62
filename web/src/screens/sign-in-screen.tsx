import { useState, type FormEvent } from 'react';
import { Icon } from '../components/icon.tsx';
import { Notice } from '../components/notice.tsx';
import { Page } from '../components/page.tsx';
import { errorText, useT } from '../i18n/index.ts';
import { ApiError } from '../net/api.ts';
import { login } from '../net/records.ts';
import { signedIn, signedOutBecause } from '../session.ts';
import { useStore } from '../use-store.ts';

/** Sign-in at whatever address needs it; afterwards that address shows what it is for. */
export function SignIn({ toVisit }: { toVisit: boolean }) {
  const t = useT();
  const because = useStore(signedOutBecause);
  const [account, setAccount] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [code, setCode] = useState<string | null>(null);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setCode(null);
    try {
      signedIn(await login(account, password));
    } catch (error) {
      setCode(error instanceof ApiError ? error.code : 'internal');
      setBusy(false);
    }
  }

  return (
    <Page>
      <div className="sign-in">
        <section className="sign-in-intro">
          <h1>{t('app.tagline')}</h1>
          <p>{t('signIn.intro')}</p>
          <p className="sign-in-privacy">
            <Icon name="shield" size={20} /> {t('signIn.privacy')}
          </p>
        </section>
        <form className="card form" onSubmit={(event) => void submit(event)} data-testid="sign-in">
          <h2>{t('signIn.title')}</h2>
          {because && (
            <Notice tone="info" testId="sign-in-notice" alert>
              {t(`signIn.${because}`)}
            </Notice>
          )}
          <div className="field">
            <label htmlFor="account">{t('signIn.account')}</label>
            <input
              id="account"
              name="account"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              maxLength={64}
              autoFocus
              value={account}
              onChange={(event) => setAccount(event.target.value)}
              data-testid="sign-in-account"
            />
          </div>
          <div className="field">
            <label htmlFor="password">{t('signIn.password')}</label>
            <input
              id="password"
              name="password"
              type="password"
              autoComplete="current-password"
              required
              maxLength={256}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              data-testid="sign-in-password"
            />
          </div>
          {code && (
            <Notice tone="bad" testId="sign-in-error" alert>
              {errorText(code)}
            </Notice>
          )}
          <button type="submit" className="btn btn-primary btn-wide" disabled={busy} data-testid="sign-in-submit">
            {busy ? t('signIn.busy') : t('signIn.submit')}
          </button>
          {toVisit && <p className="hint">{t('signIn.toVisit')}</p>}
        </form>
      </div>
    </Page>
  );
}
