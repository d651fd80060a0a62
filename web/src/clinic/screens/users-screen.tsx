import { PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { useMay } from '../access.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { Views } from '../blocks/views.tsx';
import { When } from '../blocks/when.tsx';
import { periodOf } from '../clock.ts';
import { useRoles, USERS } from '../people.tsx';
import { go, to as addressOf } from '../route.ts';
import { useTexts } from '../texts/areas.ts';
import { isLocked } from '../users/user-actions.tsx';
import { LEVELS, UserFields, type UserValues } from '../users/user-fields.tsx';
import { DeleteChosen } from '../users/delete-chosen.tsx';
import { TagList, Tags, useTags } from '../users/user-tags.tsx';

const STATUSES = ['active', 'inactive', 'suspended'] as const;
const SORTS = ['createdAt', '-createdAt', 'name', '-name', 'lastLoginAt', '-lastLoginAt'] as const;

function queryOf({ keyword, role, status, membership, locked, tag, ...days }: ListState['filters']) {
  const known = STATUSES.find((state) => state === status);
  const level = LEVELS.find((one) => one === membership);
  const { from, to } = periodOf(days);
  return {
    ...(keyword && { keyword }),
    ...(role && { role }),
    ...(known && { status: known }),
    ...(level && { membership: level }),
    ...(locked === 'true' && { locked: 'true' as const }),
    ...(tag && { tag }),
    ...(from && { createdFrom: from }),
    ...(to && { createdTo: to }),
  };
}

function load({ page, pageSize, sort, filters }: ListState, signal: AbortSignal) {
  const order = SORTS.find((known) => known === sort);
  const query = { page, pageSize, ...(order && { sort: order }), ...queryOf(filters) };
  return dataOf(api.GET('/api/v1/users', { params: { query }, signal })).then(({ items, pagination }) => ({
    items: items.filter((user) => 'status' in user),
    pagination,
  }));
}
type User = Awaited<ReturnType<typeof load>>['items'][number];

function create({ roles = [], ...values }: UserValues, key: string) {
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value));
  const body = { ...given, name: values.name, roles };
  return dataOf(api.POST('/api/v1/users', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

function State({ user }: { user: User }) {
  const t = useTexts('admin');
  if (isLocked(user)) return <StatusTag tone="bad">{t('locked')}</StatusTag>;
  return <StatusTag tone={user.status === 'active' ? 'good' : 'neutral'}>{t(`statuses.${user.status}`)}</StatusTag>;
}

function useColumns(): Column<User>[] {
  const t = useTexts('admin');
  const people = useTexts('people');
  const names = useRoles();
  const rolesOf = (user: User) => names.filter(({ value }) => user.roles.includes(value)).map(({ label }) => label);
  return [
    {
      ...{ key: 'name', title: t('person'), pinned: true, sort: 'name' },
      render: ({ id, name }) => <Link to={addressOf(`/users/${id}`)}>{name}</Link>,
    },
    { key: 'state', title: t('state'), badge: true, render: (user) => <State user={user} /> },
    { key: 'account', title: t('account'), render: ({ account }) => account ?? '—' },
    { key: 'phone', title: t('phone'), render: ({ phone }) => phone ?? '—' },
    { key: 'roles', title: t('roles'), render: (user) => rolesOf(user).join(', ') || '—' },
    { key: 'tags', title: people('tags'), render: ({ tags }) => <Tags tags={tags} /> },
    { key: 'level', title: t('level'), hidden: true, render: ({ membershipLevel }) => t(`levels.${membershipLevel}`) },
    { key: 'lastLogin', title: t('lastLogin'), sort: 'lastLoginAt', render: ({ lastLoginAt }) => <When at={lastLoginAt} /> },
    { key: 'created', title: t('created'), sort: 'createdAt', hidden: true, render: ({ createdAt }) => <When at={createdAt} /> },
  ];
}

function UserList() {
  const t = useTexts('admin');
  const people = useTexts('people');
  const title = useTexts('shell')('screens.users');
  const may = useMay();
  const list = useListState();
  const roles = useRoles();
  const tags = useTags();
  const [adding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<string[]>([]);
  const query = new URLSearchParams(queryOf(list.state.filters)).toString();
  return (
    <>
      <DataTable<User>
        name={USERS}
        label={title}
        list={list}
        load={load}
        columns={useColumns()}
        usualSort="-createdAt"
        rowKey={({ id }) => id}
        {...(may('users:manage') && { chosen: { keys: chosen, onChange: setChosen, nameOf: ({ name }: User) => name } })}
        {...(may('users:export') && { exported: { path: `/api/v1/users/export${query && `?${query}`}`, fileName: 'users.csv' } })}
        actions={
          may('users:manage') && (
            <>
              {chosen.length > 0 && <DeleteChosen ids={chosen} onDone={() => setChosen([])} />}
              <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)} data-testid="user-add">
                {people('addUser')}
              </Button>
            </>
          )
        }
        filters={
          <FilterBar
            list={list}
            filters={[
              { kind: 'text', name: 'keyword', label: t('keyword') },
              { kind: 'choice', name: 'role', label: t('roles'), options: roles },
              {
                ...{ kind: 'choice', name: 'status', label: t('state') },
                options: STATUSES.map((value) => ({ value, label: t(`statuses.${value}`) })),
              },
              {
                ...{ kind: 'choice', name: 'membership', label: t('level') },
                options: LEVELS.map((value) => ({ value, label: t(`levels.${value}`) })),
              },
              { kind: 'choice', name: 'tag', label: people('tags'), options: tags },
              { kind: 'period' },
              { kind: 'choice', name: 'locked', label: t('locked'), options: [{ value: 'true', label: t('locked') }] },
            ]}
          />
        }
      />
      <FormDialog<UserValues, { id: string }>
        title={people('addUser')}
        open={adding}
        onClose={() => setAdding(false)}
        send={create}
        stale={[[USERS]]}
        onDone={({ id }) => go(`/users/${id}`)}
        initialValues={{ membershipLevel: 'basic', roles: ['patient'] }}
      >
        <UserFields fresh />
      </FormDialog>
    </>
  );
}

/** `/clinic/users`: everybody with an account, and the tags that they can have. */
export default function UsersScreen() {
  const t = useTexts('admin');
  const people = useTexts('people');
  const title = useTexts('shell')('screens.users');
  const manages = useMay()('users:manage');
  return (
    <>
      <PageHeader title={title} lead={t('intro.users')} />
      <Views
        label={title}
        views={[
          { key: 'users', label: title, content: <UserList /> },
          manages && { key: 'tags', label: people('tags'), content: <TagList /> },
        ]}
      />
    </>
  );
}
