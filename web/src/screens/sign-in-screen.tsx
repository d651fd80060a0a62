import { useEffect, useState, type FormEvent } from 'react';
import { Icon } from '../components/icon.tsx';
import { Notice } from '../components/notice.tsx';
import { Page } from '../components/page.tsx';
import { screen } from '../components/screen.tsx';
import { errorText, useT } from '../i18n/index.ts';
import { ApiError } from '../net/api.ts';
import { listProviders, startLogin } from '../net/external.ts';
import { login } from '../net/records.ts';
import { signedIn, signedOutBecause } from '../session.ts';
import { useStore } from '../use-store.ts';

const phoneForm = screen(() => import('./phone-form.tsx'));

const WAYS = ['password', 'login', 'register'] as const;
/** A password, or what a code from a text message is for. */
type Way = (typeof WAYS)[number] | 'reset';

function PasswordForm({ onForgot }: { onForgot(): void }) {
  const t = useT();
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
    <form className="form" onSubmit={(event) => void submit(event)}>
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
      <button type="button" className="btn btn-quiet" onClick={onForgot} data-testid="forgot">
        {t('signIn.forgot')}
      </button>
    </form>
  );
}

/** The chosen way in. */
function WayIn({ way, onWay }: { way: Way; onWay(way: Way, done?: boolean): void }) {
  const t = useT();
  const labels = { password: t('signIn.byPassword'), login: t('signIn.byCode'), register: t('signIn.register') };
  if (way === 'reset') {
    return (
      <>
        <phoneForm.Screen scene="reset" onReset={() => onWay('password', true)} />
        <button type="button" className="btn btn-quiet" onClick={() => onWay('password')}>
          {t('signIn.remembered')}
        </button>
      </>
    );
  }
  return (
    <>
      <div className="segments segments-wide" role="group" aria-label={t('signIn.ways')}>
        {WAYS.map((name) => (
          <button key={name} type="button" aria-pressed={way === name} onClick={() => onWay(name)} data-testid={`sign-in-by-${name}`}>
            {labels[name]}
          </button>
        ))}
      </div>
      {way === 'password' ? (
        <PasswordForm onForgot={() => onWay('reset')} />
      ) : (
        <phoneForm.Screen key={way} scene={way} onReset={() => undefined} />
      )}
    </>
  );
}

/** Other services to sign in with, where the clinic has any. */
function Providers() {
  const t = useT();
  const [providers, setProviders] = useState<{ name: string; title: string }[]>([]);
  const [code, setCode] = useState<string | null>(null);
  const tell = (error: unknown) => setCode(error instanceof ApiError ? error.code : 'internal');
  useEffect(() => {
    // Nobody needs them to sign in; without an answer there are none.
    listProviders().then(setProviders, console.warn);
  }, []);
  if (providers.length === 0) return null;
  return (
    <div className="stack" role="group" aria-label={t('signIn.others')}>
      {code && (
        <Notice tone="bad" alert>
          {errorText(code)}
        </Notice>
      )}
      {providers.map(({ name, title }) => (
        <button
          key={name}
          type="button"
          className="btn btn-wide"
          onClick={() => void startLogin(name).catch(tell)}
          data-testid={`with-${name}`}
        >
          {t('signIn.with', { name: title })}
        </button>
      ))}
    </div>
  );
}

/** Sign-in at whatever address needs it; afterwards that address shows what it is for. */
export function SignIn({ toVisit }: { toVisit: boolean }) {
  const t = useT();
  const because = useStore(signedOutBecause);
  const [way, setWay] = useState<Way>('password');
  const [reset, setReset] = useState(false);
  const titles = { password: t('signIn.title'), login: t('signIn.title'), register: t('signIn.register'), reset: t('signIn.resetSubmit') };
  function change(next: Way, done = false): void {
    setWay(next);
    setReset(done);
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
        <section className="card stack" data-testid="sign-in">
          <h2>{titles[way]}</h2>
          {because && (
            <Notice tone="info" testId="sign-in-notice" alert>
              {t(`signIn.${because}`)}
            </Notice>
          )}
          {reset && (
            <Notice tone="good" alert>
              {t('signIn.resetDone')}
            </Notice>
          )}
          <WayIn way={way} onWay={change} />
          <Providers />
          {toVisit && <p className="hint">{t('signIn.toVisit')}</p>}
        </section>
      </div>
    </Page>
  );
}
