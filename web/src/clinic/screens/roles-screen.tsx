import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { readRoles, type RoleDetail, ROLES, useRoles } from '../people.tsx';
import { RoleFields, type RoleValues } from '../roles/role-fields.tsx';
import { go, to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

const create = ({ parentKey, ...role }: RoleValues, key: string) =>
  dataOf(api.POST('/api/v1/roles', { headers: { [IDEMPOTENCY_KEY]: key }, body: { ...role, parentKey: parentKey ?? null } }));

function Card({ role }: { role: RoleDetail }) {
  const t = useTexts('people');
  const names = useRoles();
  const nameOf = (key: string) => names.find(({ value }) => value === key)?.label ?? key;
  const { key, permissions, inherited, users, builtin, parentKey } = role;
  const facts = [
    key,
    key === 'administrator' ? t('everything') : t('permissionCount', { count: permissions.length + inherited.length }),
    t('heldBy', { count: users }),
    parentKey && t('below', { name: nameOf(parentKey) }),
  ];
  return (
    <li className="clinic-card" data-testid="role-card" data-role={key}>
      <div className="clinic-card-head">
        <h2>
          <Link to={to(`/roles/${key}`)}>{nameOf(key)}</Link>
        </h2>
        {builtin && <StatusTag tone="neutral">{t('builtin')}</StatusTag>}
      </div>
      <p>{facts.filter(Boolean).join(' · ')}</p>
    </li>
  );
}

/** `/clinic/roles`: what kinds of users there are. */
export default function RolesScreen() {
  const t = useTexts('people');
  const title = useTexts('shell')('screens.roles');
  const { data, error, refetch } = useQuery({ queryKey: [ROLES], queryFn: readRoles });
  const [adding, setAdding] = useState(false);
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const add = (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)} data-testid="role-add">
      {t('addRole')}
    </Button>
  );
  return (
    <>
      <PageHeader title={title} lead={t('intro.roles')} actions={add} />
      <ul className="clinic-cards clinic-cards-wide">
        {data.map((role) => (
          <Card key={role.key} role={role} />
        ))}
      </ul>
      <FormDialog<RoleValues, RoleDetail>
        title={t('addRole')}
        open={adding}
        onClose={() => setAdding(false)}
        send={create}
        stale={[[ROLES]]}
        onDone={({ key }) => go(`/roles/${key}`)}
      >
        <RoleFields />
      </FormDialog>
    </>
  );
}
