import { useQuery } from '@tanstack/react-query';
import { Empty } from 'antd';
import { useId, useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PersonSelect } from '../blocks/person-select.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { periodOf } from '../clock.ts';
import { findPeople, Person, readUser } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

/** What accesses are to, as the log names it. */
const OBJECTS = ['medical_record', 'medical_records', 'prescription', 'health_profile', 'admission'] as const;
const ACTIONS = ['read', 'create', 'update', 'delete', 'export'] as const;

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const action = ACTIONS.find((known) => known === filters['action']);
  const { patientId, actorId } = filters;
  const whose = { ...(patientId && { patientId }), ...(actorId && { actorId }) };
  const query = { page, pageSize, ...(action && { action }), ...whose, ...periodOf(filters) };
  return dataOf(api.GET('/api/v1/logs/medical', { params: { query }, signal }));
}
type Access = Awaited<ReturnType<typeof load>>['items'][number];

const verify = (patientId: string) => dataOf(api.GET('/api/v1/logs/medical/{patientId}/verdict', { params: { path: { patientId } } }));
type Verdict = Awaited<ReturnType<typeof verify>>;

/** Whether the chain of a patient's accesses is as it was written. */
function Verification({ patientId }: { patientId: string }) {
  const t = useTexts('admin');
  const [verdict, setVerdict] = useState<Verdict>();
  return (
    <p className="clinic-actions clinic-choices">
      <ActionButton text={t('verify')} run={() => verify(patientId)} onDone={setVerdict} large testId="chain-verify" />
      {verdict && (
        <output data-testid="chain-verdict">
          <StatusTag tone={verdict.broken ? 'bad' : 'good'}>
            {verdict.broken ? t('chainBroken', { seq: verdict.broken.seq }) : t('chainWhole', { count: verdict.rows })}
          </StatusTag>
        </output>
      )}
    </p>
  );
}

/** A field of whose accesses are shown; who it is, is in the address. */
function Whose({ field, testId }: { field: 'patientId' | 'actorId'; testId: string }) {
  const t = useTexts('admin');
  const list = useListState();
  const value = list.state.filters[field];
  const { data } = useQuery({ queryKey: ['person', value], queryFn: () => readUser(value ?? ''), enabled: value !== undefined });
  const id = useId();
  return (
    <div className="clinic-filter" data-testid={testId}>
      <label htmlFor={id}>{t(field === 'patientId' ? 'patient' : 'actor')}</label>
      <PersonSelect
        id={id}
        search={findPeople}
        known={data}
        none={t('nobody')}
        {...(value !== undefined && { value })}
        onChange={(chosen) => list.change({ filters: { ...list.state.filters, [field]: chosen } })}
      />
    </div>
  );
}

function useColumns(): Column<Access>[] {
  const t = useTexts('admin');
  function nameOf(objectType: string): string {
    const known = OBJECTS.find((name) => name === objectType);
    return known ? t(`objects.${known}`) : objectType;
  }
  return [
    { key: 'action', title: t('action'), pinned: true, render: ({ action }) => t(`actions.${action}`) },
    { key: 'patient', title: t('patient'), render: ({ patientId }) => <Person id={patientId} /> },
    { key: 'actor', title: t('actor'), render: ({ actorId }) => <Person id={actorId} /> },
    { key: 'object', title: t('object'), render: ({ objectType }) => nameOf(objectType) },
    { key: 'objectId', title: t('objectId'), hidden: true, render: ({ objectId }) => objectId },
    { key: 'seq', title: t('seq'), align: 'right', hidden: true, render: ({ seq }) => seq },
    { key: 'at', title: t('time'), render: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'address', title: t('address'), render: ({ ip }) => ip },
    { key: 'request', title: t('request'), hidden: true, render: ({ requestId }) => requestId },
  ];
}

/** Who saw and changed the medical data of a patient, or which data somebody saw and changed. */
export function AccessList() {
  const t = useTexts('admin');
  const list = useListState();
  const columns = useColumns();
  const { patientId, actorId } = list.state.filters;
  return (
    <section className="clinic-list">
      <div className="clinic-filters">
        <Whose field="patientId" testId="access-patient" />
        <Whose field="actorId" testId="access-actor" />
      </div>
      {patientId && <Verification key={patientId} patientId={patientId} />}
      {patientId || actorId ? (
        <DataTable<Access>
          name="logs-medical"
          label={t('logs.medical')}
          list={list}
          load={load}
          columns={columns}
          rowKey={(access) => `${access.patientId}-${access.seq}`}
          filters={
            <FilterBar
              list={list}
              filters={[
                {
                  ...{ kind: 'choice', name: 'action', label: t('action') },
                  options: ACTIONS.map((value) => ({ value, label: t(`actions.${value}`) })),
                },
                { kind: 'period' },
              ]}
            />
          }
        />
      ) : (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('patientHint')} />
      )}
    </section>
  );
}
