import { PageHeader } from '../blocks/page-header.tsx';
import { Views } from '../blocks/views.tsx';
import { AccessList } from '../lists/access-list.tsx';
import { LoginList } from '../lists/login-list.tsx';
import { OperationList } from '../lists/operation-list.tsx';
import { ChangeList, SecurityList } from '../lists/security-list.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/logs`: what was done, who saw medical data, who signed in, and what happened to security. */
export default function LogsScreen() {
  const t = useTexts('admin');
  const title = useTexts('shell')('screens.logs');
  return (
    <>
      <PageHeader title={title} lead={t('intro.logs')} />
      <Views
        label={title}
        views={[
          { key: 'operations', label: t('logs.operations'), content: <OperationList /> },
          { key: 'medical', label: t('logs.medical'), content: <AccessList /> },
          { key: 'logins', label: t('logs.logins'), content: <LoginList /> },
          { key: 'security', label: t('logs.security'), content: <SecurityList /> },
          { key: 'changes', label: t('logs.changes'), content: <ChangeList /> },
        ]}
      />
    </>
  );
}
