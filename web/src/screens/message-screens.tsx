import { Link, Page } from '../components/page.tsx';
import { useT } from '../i18n/index.ts';

export function Missing() {
  const t = useT();
  return (
    <Page>
      <section className="card card-center">
        <h1>{t('app.missing')}</h1>
        <Link to="/" className="btn btn-primary">
          {t('app.back')}
        </Link>
      </section>
    </Page>
  );
}

/** The server speaks another protocol than this page. */
export function Outdated() {
  const t = useT();
  return (
    <Page>
      <section className="card card-center" role="alert" data-testid="outdated">
        <h1>{t('outdated.title')}</h1>
        <p>{t('outdated.text')}</p>
        <button type="button" className="btn btn-primary" data-testid="reload-button" onClick={() => location.reload()}>
          {t('outdated.reload')}
        </button>
      </section>
    </Page>
  );
}
