import { PlusOutlined } from '@ant-design/icons';
import { Button, Empty, Form, Input, Select, Tag } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { useConfirm } from '../blocks/confirm.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { Masked } from '../blocks/masked.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { useAction } from '../blocks/use-action.ts';
import { useTexts } from '../texts/areas.ts';

/** Beginning of the keys of all that is read about them. */
const PROFILES = 'profiles';
const RELATIONSHIPS = ['self', 'family', 'friend', 'other'] as const;
const SEXES = ['male', 'female', 'unknown'] as const;

interface Values {
  name: string;
  relationship: (typeof RELATIONSHIPS)[number];
  idNumber?: string;
  phone?: string;
  birthDate?: string;
  sex?: (typeof SEXES)[number];
}

function load({ page, pageSize }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/visit-profiles', { params: { query: { page, pageSize } }, signal }));
}
type Profile = Awaited<ReturnType<typeof load>>['items'][number];

const pathOf = (id: string) => ({ path: { id } });
const readFull = (id: string) => dataOf(api.GET('/api/v1/visit-profiles/{id}', { params: { path: { id }, query: { full: 'true' } } }));
const makeDefault = (id: string) => dataOf(api.POST('/api/v1/visit-profiles/{id}/default', { params: pathOf(id) }));
const remove = (id: string) => dataOf(api.DELETE('/api/v1/visit-profiles/{id}', { params: pathOf(id) }));

/** What was left empty is not sent: the server holds what the person sees masked only. */
function save(profile: Profile | null, { name, relationship, sex, ...rest }: Values, key: string) {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value));
  // Told by the ID number where there is one.
  const told = given['idNumber'] || profile?.idNumber;
  const body = { name, relationship, ...given, ...(sex && !told && { sex }) };
  return profile
    ? dataOf(api.PATCH('/api/v1/visit-profiles/{id}', { params: pathOf(profile.id), body }))
    : dataOf(api.POST('/api/v1/visit-profiles', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

function Fields({ profile }: { profile: Profile | null }) {
  const t = useTexts('patients');
  const keep = (value: string | null | undefined) => (value ? t('keepHint', { value }) : undefined);
  return (
    <>
      <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={60} data-testid="profile-name" />
      </Form.Item>
      <Form.Item name="relationship" label={t('relationship')} rules={[{ required: true }]}>
        <Select options={RELATIONSHIPS.map((value) => ({ value, label: t(`relationships.${value}`) }))} />
      </Form.Item>
      <Form.Item name="idNumber" label={t('idNumber')} extra={keep(profile?.idNumber) ?? t('idHint')}>
        <Input maxLength={18} autoComplete="off" data-testid="profile-id-number" />
      </Form.Item>
      <Form.Item name="phone" label={t('phone')} extra={keep(profile?.phone)}>
        <Input maxLength={20} inputMode="tel" autoComplete="off" />
      </Form.Item>
      {!profile?.idNumber && (
        <>
          <Form.Item name="birthDate" label={t('birthDate')}>
            <Input type="date" />
          </Form.Item>
          <Form.Item name="sex" label={t('sex')}>
            <Select options={SEXES.map((value) => ({ value, label: t(`sexes.${value}`) }))} />
          </Form.Item>
        </>
      )}
    </>
  );
}

function Actions({ profile, onEdit }: { profile: Profile; onEdit(profile: Profile): void }) {
  const t = useTexts('patients');
  const confirm = useConfirm();
  const { id, name, isDefault } = profile;
  const preferred = useAction({ run: makeDefault, done: t('madeDefault'), stale: [[PROFILES]] });
  const removal = useAction({ run: remove, done: t('deleted'), stale: [[PROFILES]] });
  async function ask(): Promise<void> {
    const sure = await confirm({ title: t('deleteTitle', { name }), text: t('deleteText'), confirm: t('delete'), danger: true });
    if (sure) removal.run(id);
  }
  return (
    <div className="clinic-actions">
      {!isDefault && (
        <Button size="small" loading={preferred.busy} onClick={() => preferred.run(id)}>
          {t('makeDefault')}
        </Button>
      )}
      <Button size="small" onClick={() => onEdit(profile)} data-testid="profile-edit">
        {t('edit')}
      </Button>
      <Button size="small" danger loading={removal.busy} onClick={() => void ask()} data-testid="profile-delete">
        {t('delete')}
      </Button>
    </div>
  );
}

function IdNumber({ profile: { id, idNumber } }: { profile: Profile }) {
  const t = useTexts('patients');
  if (!idNumber) return '—';
  return <Masked value={idNumber} label={t('idNumber')} reveal={async () => (await readFull(id)).idNumber ?? ''} />;
}

function useColumns(onEdit: (profile: Profile) => void): Column<Profile>[] {
  const t = useTexts('patients');
  const shell = useTexts('shell');
  return [
    {
      ...{ key: 'name', title: t('name'), pinned: true },
      render: ({ name, isDefault }) => (
        <>
          {name} {isDefault && <Tag>{t('default')}</Tag>}
        </>
      ),
    },
    { key: 'relationship', title: t('relationship'), render: ({ relationship }) => t(`relationships.${relationship}`) },
    { key: 'idNumber', title: t('idNumber'), render: (profile) => <IdNumber profile={profile} /> },
    { key: 'phone', title: t('phone'), render: ({ phone }) => phone ?? '—' },
    { key: 'birthDate', title: t('birthDate'), render: ({ birthDate }) => birthDate ?? '—' },
    { key: 'sex', title: t('sex'), hidden: true, render: ({ sex }) => t(`sexes.${sex}`) },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (profile) => <Actions profile={profile} onEdit={onEdit} />,
    },
  ];
}

function Card({ profile, onEdit }: { profile: Profile; onEdit(profile: Profile): void }) {
  const t = useTexts('patients');
  const { name, isDefault, relationship, sex, birthDate } = profile;
  return (
    <article className="clinic-card" data-testid="profile-card">
      <div className="clinic-card-head">
        <h2>{name}</h2>
        {isDefault && <Tag>{t('default')}</Tag>}
      </div>
      <p>{[t(`relationships.${relationship}`), t(`sexes.${sex}`), birthDate].filter(Boolean).join(' · ')}</p>
      <div>
        <IdNumber profile={profile} />
      </div>
      <Actions profile={profile} onEdit={onEdit} />
    </article>
  );
}

/** `/clinic/profiles`: the people that a patient books visits for. */
export default function ProfilesScreen() {
  const t = useTexts('patients');
  const shell = useTexts('shell');
  const list = useListState();
  /** null: a new one; absent: the dialog is closed. */
  const [edited, setEdited] = useState<Profile | null>();
  const columns = useColumns(setEdited);
  const create = (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="profile-add">
      {t('add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={shell('screens.profiles')} lead={t('intro.profiles')} actions={create} />
      <DataTable<Profile>
        name={PROFILES}
        label={shell('screens.profiles')}
        list={list}
        load={load}
        columns={columns}
        rowKey={({ id }) => id}
        card={(profile) => <Card profile={profile} onEdit={setEdited} />}
        empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noProfiles')} />}
      />
      <FormDialog<Values, unknown>
        title={t(edited ? 'edit' : 'add')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(edited ?? null, values, key)}
        stale={[[PROFILES]]}
        initialValues={
          edited
            ? { name: edited.name, relationship: edited.relationship, sex: edited.sex, birthDate: edited.birthDate ?? '' }
            : { relationship: 'family' }
        }
      >
        <Fields profile={edited ?? null} />
      </FormDialog>
    </>
  );
}
