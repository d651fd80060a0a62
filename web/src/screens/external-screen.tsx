import { useEffect, useState } from 'react';
import { Loading } from '../components/loading.tsx';
import { Notice } from '../components/notice.tsx';
import { Link, Page } from '../components/page.tsx';
import { errorText, useT } from '../i18n/index.ts';
import { ApiError } from '../net/api.ts';
import { finishJourney, type Purpose } from '../net/external.ts';
import { navigate } from '../router.ts';
import '../styles/pages.css';

/** Used up by the first that asks; both of React's runs of an effect get the same answer. */
let arrival: Promise<Purpose | null> | null = null;

/** `/sign-in/<provider>`: where people come back to from another service. */
export default function External({ provider }: { provider: string }) {
  const t = useT();
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    arrival ??= finishJourney(provider, location.search);
    arrival.then(
      (purpose) => {
        if (purpose === null) setFault('');
        else navigate(purpose === 'bind' ? '/clinic/account?view=security' : '/');
      },
      (error: unknown) => setFault(error instanceof ApiError ? error.code : 'internal'),
    );
  }, [provider]);
  if (fault === null) return <Loading />;
  return (
    <Page>
      <section className="card card-center" data-testid="external-fault">
        <h1>{t('signIn.notFinished')}</h1>
        <Notice tone="bad" alert>
          {fault === '' ? t('signIn.notBegun') : errorText(fault)}
        </Notice>
        <Link to="/" className="btn btn-primary">
          {t('app.back')}
        </Link>
      </section>
    </Page>
  );
}
