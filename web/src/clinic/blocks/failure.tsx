import { Button, Result } from 'antd';
import type { ReactNode } from 'react';
import { ApiFailure } from '../../api/client.ts';
import { errorText } from '../../i18n/index.ts';
import { ApiError } from '../../net/api.ts';
import { navigate } from '../../router.ts';
import { useTexts } from '../texts/areas.ts';
import { PageHeader } from './page-header.tsx';

/** The stable code of whatever was thrown. */
export const codeOf = (error: unknown): string => (error instanceof ApiError ? error.code : 'internal');

/** By which the clinic's own people find the request in the log. */
export function RequestId({ error }: { error: unknown }) {
  const t = useTexts('shell');
  const id = error instanceof ApiFailure ? error.requestId : null;
  return id ? <small className="clinic-request-id">{t('failed.requestId', { id })}</small> : null;
}

function Special({ title, text, testId, children }: { title: string; text: string; testId: string; children?: ReactNode }) {
  const t = useTexts('shell');
  return (
    <div data-testid={testId}>
      <PageHeader title={title} />
      <p className="lead">{text}</p>
      {children}
      <Button className="clinic-special-back" onClick={() => navigate('/')}>
        {t('back')}
      </Button>
    </div>
  );
}

/** No screen at this address, or nothing with this id. */
export function Missing() {
  const t = useTexts('shell');
  return <Special title={t('missing.title')} text={t('missing.text')} testId="missing" />;
}

/** The person may not see what is here. */
export function Forbidden({ error }: { error?: unknown }) {
  const t = useTexts('shell');
  return (
    <Special title={t('forbidden.title')} text={t('forbidden.text')} testId="forbidden">
      <RequestId error={error} />
    </Special>
  );
}

interface FailureProps {
  error: unknown;
  onRetry?(): void;
  /** In place of a whole page, not of a part of one. */
  page?: boolean;
  /** The page's own code could not be loaded: most likely it was replaced by a newer one. */
  outdated?: boolean;
}

/** What went wrong in words, with the request's id and what can be done. */
export function Failure({ error, onRetry, page = false, outdated = false }: FailureProps) {
  const t = useTexts('shell');
  const code = codeOf(error);
  if (page && code === 'forbidden') return <Forbidden error={error} />;
  // An address with an id that is none.
  if (page && (code === 'not_found' || code === 'invalid_request')) return <Missing />;
  const wait = error instanceof ApiFailure ? error.retryAfter : null;
  return (
    <div role="alert" data-testid="failure" data-code={code}>
      <Result
        status="warning"
        title={page ? t('failed.page') : t('failed.title')}
        subTitle={
          <>
            <p>{outdated ? t('failed.outdated') : errorText(code)}</p>
            {wait !== null && <p>{t('failed.wait', { seconds: wait })}</p>}
            <RequestId error={error} />
          </>
        }
        extra={
          <>
            {onRetry && <Button onClick={onRetry}>{t('failed.retry')}</Button>}
            {outdated && (
              <Button type="primary" onClick={() => location.reload()}>
                {t('failed.reload')}
              </Button>
            )}
          </>
        }
      />
    </div>
  );
}
