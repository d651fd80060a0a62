import { useT } from '../i18n/index.ts';

/** Shown while a screen or its data is on the way. */
export function Loading() {
  const t = useT();
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      {t('app.loading')}
    </div>
  );
}
