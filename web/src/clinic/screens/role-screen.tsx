import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { Views } from '../blocks/views.tsx';
import { type RoleDetail, ROLES } from '../people.tsx';
import { RoleFields, type RoleValues } from '../roles/role-fields.tsx';
import { RoleHolders } from '../roles/role-holders.tsx';
import { RolePermissions } from '../roles/role-permissions.tsx';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

const PATH = '/api/v1/roles/{key}';
const read = async (key: string) => {
  const [role, all] = await Promise.all([dataOf(api.GET(PATH, { params: { path: { key } } })), dataOf(api.GET('/api/v1/permissions'))]);
  return { role, all: all.items.map(({ name }) => name) };
};
const change = (key: string, { nameZh, nameEn, parentKey }: RoleValues) =>
  dataOf(api.PATCH(PATH, { params: { path: { key } }, body: { nameZh, nameEn, parentKey: parentKey ?? null } }));
const remove = (key: string) => dataOf(api.DELETE(PATH, { params: { path: { key } } }));

function Actions({ role, name, onEdit }: { role: RoleDetail; name: string; onEdit(): void }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  return (
    <>
      {!role.builtin && (
        <ActionButton
          text={t('delete')}
          danger
          large
          run={() => remove(role.key)}
          ask={{ title: t('deleteTitle', { name }), text: t('deleteRoleText'), confirm: t('delete'), danger: true }}
          done={t('deleted')}
          onDone={() => go('/roles')}
          testId="role-delete"
        />
      )}
      <Button onClick={onEdit} data-testid="role-edit">
        {admin('edit')}
      </Button>
    </>
  );
}

/** `/clinic/roles/:key`: what a role may do, and who holds it. */
export default function RoleScreen({ params: { key = '' } }: ScreenProps) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const shown = useStore(language);
  const { data, error, refetch } = useQuery({ queryKey: [ROLES, key], queryFn: () => read(key) });
  const [editing, setEditing] = useState(false);
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const { role, all } = data;
  const name = shown === 'zh' ? role.nameZh : role.nameEn;
  return (
    <>
      <PageHeader
        title={name}
        lead={[role.key, t('heldBy', { count: role.users })].join(' · ')}
        actions={<Actions role={role} name={name} onEdit={() => setEditing(true)} />}
      />
      <Views
        label={name}
        views={[
          { key: 'permissions', label: t('views.permissions'), content: <RolePermissions key={role.key} role={role} all={all} /> },
          { key: 'holders', label: t('views.holders'), content: <RoleHolders role={role} /> },
        ]}
      />
      <FormDialog<RoleValues, unknown>
        title={admin('edit')}
        open={editing}
        onClose={() => setEditing(false)}
        send={(values) => change(role.key, values)}
        stale={[[ROLES]]}
        initialValues={role}
      >
        <RoleFields own={role.key} />
      </FormDialog>
    </>
  );
}
