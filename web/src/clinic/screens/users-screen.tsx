import { useQuery } from '@tanstack/react-query';
import { Button, Form, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { useMay } from '../access.ts';
import { useConfirm } from '../blocks/confirm.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { useTexts } from '../texts/areas.ts';

const USERS = 'users';
const STATUSES = ['active', 'inactive', 'suspended'] as const;

function queryOf({ keyword, role, status }: ListState['filters']) {
  const known = STATUSES.find((state) => state === status);
  return { ...(keyword && { keyword }), ...(role && { role }), ...(known && { status: known }) };
}

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/users', { params: { query: { page, pageSize, ...queryOf(filters) } }, signal })).then(
    ({ items, pagination }) => ({ items: items.filter((user) => 'status' in user), pagination }),
  );
}
type User = Awaited<ReturnType<typeof load>>['items'][number];

const readRoles = async () => (await dataOf(api.GET('/api/v1/roles'))).items;
const toggle = ({ id, status }: User) => {
  const body = { status: status === 'active' ? ('inactive' as const) : ('active' as const) };
  return dataOf(api.PUT('/api/v1/users/{id}/status', { params: { path: { id } }, body }));
};
const lock = ({ id }: User) => dataOf(api.POST('/api/v1/users/{id}/lock', { params: { path: { id } }, body: { until: null } }));
const unlock = ({ id }: User) => dataOf(api.POST('/api/v1/users/{id}/unlock', { params: { path: { id } } }));
const setRoles = (id: string, roles: string[]) =>
  dataOf(api.PUT('/api/v1/users/{id}/roles', { params: { path: { id } }, body: { roles } }));

/** Names of roles by key, in the language of the page. */
function useRoles() {
  const shown = useStore(language);
  const { data = [] } = useQuery({ queryKey: ['roles'], queryFn: readRoles });
  return data.map(({ key, nameZh, nameEn }) => ({ value: key, label: shown === 'zh' ? nameZh : nameEn }));
}

interface RowProps {
  user: User;
  onRoles(user: User): void;
}

/** A lock without an end has a time too, far away. */
const isLocked = ({ lockReason }: User) => lockReason !== null;

function Actions({ user, onRoles }: RowProps) {
  const t = useTexts('admin');
  const may = useMay();
  const confirm = useConfirm();
  const { name, status } = user;
  const locked = isLocked(user);
  const state = useAction({ run: toggle, done: t('changed'), stale: [[USERS]] });
  const locking = useAction({ run: locked ? unlock : lock, done: t('changed'), stale: [[USERS]] });
  async function askState(): Promise<void> {
    const sure = status !== 'active' || (await confirm({ title: t('disableTitle', { name }), confirm: t('disable'), danger: true }));
    if (sure) state.run(user);
  }
  async function askLock(): Promise<void> {
    const question = { title: t('lockTitle', { name }), text: t('lockText'), confirm: t('lock'), danger: true };
    if (locked || (await confirm(question))) locking.run(user);
  }
  return (
    <div className="clinic-actions">
      {may('roles:manage') && (
        <Button size="small" onClick={() => onRoles(user)} data-testid="user-roles">
          {t('editRoles')}
        </Button>
      )}
      {may('users:manage') && (
        <>
          <Button size="small" loading={locking.busy} onClick={() => void askLock()} data-testid="user-lock">
            {t(locked ? 'unlock' : 'lock')}
          </Button>
          <Button size="small" danger={status === 'active'} loading={state.busy} onClick={() => void askState()} data-testid="user-status">
            {t(status === 'active' ? 'disable' : 'enable')}
          </Button>
        </>
      )}
    </div>
  );
}

function State({ user }: { user: User }) {
  const t = useTexts('admin');
  if (isLocked(user)) return <StatusTag tone="bad">{t('locked')}</StatusTag>;
  return <StatusTag tone={user.status === 'active' ? 'good' : 'neutral'}>{t(`statuses.${user.status}`)}</StatusTag>;
}

function Card(props: RowProps) {
  const { user } = props;
  const names = useRoles();
  const roles = names.filter(({ value }) => user.roles.includes(value)).map(({ label }) => label);
  return (
    <article className="clinic-card" data-testid="user-card">
      <div className="clinic-card-head">
        <h2>{user.name}</h2>
        <State user={user} />
      </div>
      <p>{[user.account, user.phone, ...roles].filter(Boolean).join(' · ')}</p>
      <Actions {...props} />
    </article>
  );
}

function useColumns(onRoles: RowProps['onRoles']): Column<User>[] {
  const t = useTexts('admin');
  const shell = useTexts('shell');
  const names = useRoles();
  const rolesOf = (user: User) => names.filter(({ value }) => user.roles.includes(value)).map(({ label }) => label);
  return [
    { key: 'name', title: t('person'), pinned: true, render: ({ name }) => name },
    { key: 'account', title: t('account'), render: ({ account }) => account ?? '—' },
    { key: 'phone', title: t('phone'), hidden: true, render: ({ phone }) => phone ?? '—' },
    { key: 'roles', title: t('roles'), render: (user) => rolesOf(user).join(', ') || '—' },
    { key: 'state', title: t('state'), render: (user) => <State user={user} /> },
    { key: 'lastLogin', title: t('lastLogin'), render: ({ lastLoginAt }) => (lastLoginAt ? <When at={lastLoginAt} /> : '—') },
    { key: 'created', title: t('created'), hidden: true, render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (user) => <Actions user={user} onRoles={onRoles} />,
    },
  ];
}

/** `/clinic/users`: everybody with an account. */
export default function UsersScreen() {
  const t = useTexts('admin');
  const title = useTexts('shell')('screens.users');
  const mayExport = useMay()('users:export');
  const list = useListState();
  const roles = useRoles();
  const [edited, setEdited] = useState<User>();
  const changed = useAction({ run: async () => undefined, done: t('changed'), stale: [[USERS], ['roles']] });
  const query = new URLSearchParams(queryOf(list.state.filters)).toString();
  return (
    <>
      <PageHeader title={title} lead={t('intro.users')} />
      <DataTable<User>
        name={USERS}
        label={title}
        list={list}
        load={load}
        columns={useColumns(setEdited)}
        rowKey={({ id }) => id}
        card={(user) => <Card user={user} onRoles={setEdited} />}
        {...(mayExport && { exported: { path: `/api/v1/users/export${query && `?${query}`}`, fileName: 'users.csv' } })}
        filters={
          <FilterBar
            list={list}
            filters={[
              { kind: 'text', name: 'keyword', label: t('keyword') },
              { kind: 'choice', name: 'role', label: t('roles'), options: roles },
              {
                kind: 'choice',
                name: 'status',
                label: t('state'),
                options: STATUSES.map((value) => ({ value, label: t(`statuses.${value}`) })),
              },
            ]}
          />
        }
      />
      <FormDialog<{ roles: string[] }, unknown>
        title={edited?.name ?? t('editRoles')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values) => setRoles(edited?.id ?? '', values.roles)}
        onDone={() => changed.run()}
        initialValues={{ roles: edited?.roles ?? [] }}
      >
        <Form.Item name="roles" label={t('roles')} rules={[{ required: true }]}>
          <Select mode="multiple" options={roles} />
        </Form.Item>
      </FormDialog>
    </>
  );
}
