import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Modal, Select, Typography } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import type { paths } from '../../api/schema.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { PersonSelect } from '../blocks/person-select.tsx';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { inClinicZone } from '../clock.ts';
import { findPeople, Person } from '../people.tsx';
import { textKeyOf } from '../roles/permission-groups.ts';
import { useTexts } from '../texts/areas.ts';

const KEYS = 'api-keys';
const TONES = { active: 'good', expired: 'neutral', revoked: 'neutral' } as const satisfies Record<string, Tone>;

type Body = paths['/api/v1/api-keys']['post']['requestBody']['content']['application/json'];

function load({ page, pageSize }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/api-keys', { params: { query: { page, pageSize, sort: '-createdAt' } }, signal }));
}
type Key = Awaited<ReturnType<typeof load>>['items'][number];

const readPermissions = async () => (await dataOf(api.GET('/api/v1/permissions'))).items.map(({ name }) => name);
const revoke = (id: string) => dataOf(api.DELETE('/api/v1/api-keys/{id}', { params: { path: { id } } }));

interface Values {
  name: string;
  userId?: string;
  scopes: Body['scopes'];
  /** On the clinic's clock. */
  expiresAt?: string;
}

function create({ name, userId, scopes, expiresAt }: Values, key: string) {
  const until = expiresAt ? new Date(inClinicZone(expiresAt)).toISOString() : null;
  const body = { name, ...(userId && { userId }), scopes, expiresAt: until };
  return dataOf(api.POST('/api/v1/api-keys', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

function Fields() {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const words = useTexts('permissions');
  const { data = [] } = useQuery({ queryKey: ['permissions'], queryFn: readPermissions });
  return (
    <>
      <Form.Item name="name" label={admin('name')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={60} data-testid="key-name" />
      </Form.Item>
      <Form.Item name="userId" label={t('keyFor')} extra={t('keyForHint')}>
        <PersonSelect search={findPeople} none={t('nobody')} />
      </Form.Item>
      <Form.Item name="scopes" label={t('views.permissions')} rules={[{ required: true }]}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          options={data.map((value) => ({ value, label: words(`names.${textKeyOf(value)}`) }))}
          data-testid="key-scopes"
        />
      </Form.Item>
      <Form.Item name="expiresAt" label={t('expires')} extra={t('expiresHint')}>
        <Input type="datetime-local" />
      </Form.Item>
    </>
  );
}

function useColumns(): Column<Key>[] {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const shell = useTexts('shell');
  return [
    { key: 'name', title: admin('name'), pinned: true, render: ({ name }) => name },
    {
      key: 'state',
      title: admin('state'),
      badge: true,
      render: ({ state }) => <StatusTag tone={TONES[state]}>{t(`keyStates.${state}`)}</StatusTag>,
    },
    { key: 'prefix', title: t('keyPrefix'), render: ({ prefix }) => `${prefix}…` },
    { key: 'user', title: t('keyFor'), render: ({ user }) => <Person id={user.id} name={user.name} /> },
    { key: 'scopes', title: t('views.permissions'), render: ({ scopes }) => <span className="clinic-break">{scopes.join(', ')}</span> },
    { key: 'used', title: t('lastUsed'), render: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
    { key: 'expires', title: t('expires'), render: ({ expiresAt }) => <When at={expiresAt} /> },
    { key: 'created', title: admin('created'), hidden: true, render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: ({ id, name, state }) =>
        state === 'active' && (
          <div className="clinic-actions">
            <ActionButton
              text={t('revoke')}
              about={name}
              danger
              run={() => revoke(id)}
              ask={{ title: t('revokeTitle', { name }), text: t('revokeText'), confirm: t('revoke'), danger: true }}
              done={t('keyStates.revoked')}
              stale={[[KEYS]]}
              testId="key-revoke"
            />
          </div>
        ),
    },
  ];
}

/** `/clinic/api-keys`: keys with which other programs act for somebody. */
export default function ApiKeysScreen() {
  const t = useTexts('people');
  const title = useTexts('shell')('screens.apiKeys');
  const list = useListState();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<string>();
  return (
    <>
      <PageHeader title={title} lead={t('intro.keys')} />
      <DataTable<Key>
        name={KEYS}
        label={title}
        list={list}
        load={load}
        columns={useColumns()}
        rowKey={({ id }) => id}
        actions={
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)} data-testid="key-add">
            {t('addKey')}
          </Button>
        }
      />
      <FormDialog<Values, { key: string }>
        title={t('addKey')}
        open={adding}
        onClose={() => setAdding(false)}
        send={create}
        stale={[[KEYS]]}
        onDone={({ key }) => setMade(key)}
      >
        <Fields />
      </FormDialog>
      <Modal title={t('newKey')} open={made !== undefined} onCancel={() => setMade(undefined)} footer={null} destroyOnHidden>
        <Alert type="warning" showIcon title={t('keyOnce')} className="clinic-form-alert" />
        <Typography.Paragraph code copyable className="clinic-break" data-testid="new-key">
          {made ?? ''}
        </Typography.Paragraph>
      </Modal>
    </>
  );
}
