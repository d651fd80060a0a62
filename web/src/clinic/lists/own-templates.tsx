import { PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { FormRows } from '../blocks/form-rows.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { When } from '../blocks/when.tsx';
import { DiagnosesFields, type Diagnosis, withPrimary } from '../diagnoses-fields.tsx';
import { FRESH_ITEM, MedicineFields, type MedicineItem } from '../medicine-fields.tsx';
import { useTexts } from '../texts/areas.ts';

const TEMPLATES = 'templates';
/** What a record mostly has; the others are for `write-record-screen.tsx`. */
const SECTIONS = [
  ...(['chief_complaint', 'present_illness', 'past_history', 'allergy_history', 'examination'] as const),
  ...(['auxiliary_examination', 'assessment', 'treatment', 'advice'] as const),
];
type Kind = 'prescription' | 'record';

function load(kind: Kind, { page, pageSize }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/templates', { params: { query: { kind, page, pageSize, sort: '-uses' } }, signal }));
}
type Template = Awaited<ReturnType<typeof load>>['items'][number];

interface Named {
  name: string;
  category?: string;
}
interface Values extends Named {
  diagnoses?: Diagnosis[];
  items?: MedicineItem[];
  sections?: { key: (typeof SECTIONS)[number]; text: string }[];
}

function create(kind: Kind, { name, category, diagnoses = [], items = [], sections = [] }: Values, key: string) {
  const named = { name, category: category?.trim() || null };
  const body =
    kind === 'prescription'
      ? { kind, ...named, content: { diagnoses: withPrimary(diagnoses), items } }
      : { kind, ...named, content: { sections } };
  return dataOf(api.POST('/api/v1/templates', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}
const rename = (id: string, { name, category }: Named) =>
  dataOf(api.PATCH('/api/v1/templates/{id}', { params: { path: { id } }, body: { name, category: category?.trim() || null } }));
const remove = (id: string) => dataOf(api.DELETE('/api/v1/templates/{id}', { params: { path: { id } } }));

function NameFields() {
  const t = useTexts('phrases');
  return (
    <div className="clinic-form-pair">
      <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={100} data-testid="template-name" />
      </Form.Item>
      <Form.Item name="category" label={t('category')}>
        <Input maxLength={40} />
      </Form.Item>
    </div>
  );
}

function SectionFields() {
  const t = useTexts('phrases');
  const patients = useTexts('patients');
  return (
    <FormRows
      name="sections"
      title={t('sections')}
      rowTitle={(number) => t('section', { number })}
      add={t('addSection')}
      remove={t('remove')}
      fresh={{ key: 'advice' }}
      least={1}
    >
      {(index) => (
        <>
          <Form.Item name={[index, 'key']} label={t('sectionKind')} rules={[{ required: true }]}>
            <Select options={SECTIONS.map((value) => ({ value, label: patients(`sectionKeys.${value}`) }))} />
          </Form.Item>
          <Form.Item name={[index, 'text']} label={t('text')} rules={[{ required: true, whitespace: true }]}>
            <Input.TextArea rows={3} data-testid="section-text" />
          </Form.Item>
        </>
      )}
    </FormRows>
  );
}

/** A doctor's own templates of prescriptions or of records. */
export function OwnTemplates({ kind }: { kind: Kind }) {
  const t = useTexts('phrases');
  const shell = useTexts('shell');
  const list = useListState();
  const [adding, setAdding] = useState(false);
  const [edited, setEdited] = useState<Template>();
  const columns: Column<Template>[] = [
    { key: 'name', title: t('name'), pinned: true, render: ({ name }) => name },
    { key: 'category', title: t('category'), render: ({ category }) => category ?? '—' },
    { key: 'uses', title: t('uses'), align: 'right', render: ({ uses }) => uses },
    { key: 'created', title: t('created'), render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (template) => (
        <div className="clinic-actions">
          <Button size="small" aria-label={`${t('rename')}: ${template.name}`} onClick={() => setEdited(template)}>
            {t('rename')}
          </Button>
          <ActionButton
            text={t('remove')}
            about={template.name}
            danger
            run={() => remove(template.id)}
            ask={{ title: t('removeTitle'), confirm: t('remove'), danger: true }}
            done={t('removed')}
            stale={[[`${TEMPLATES}-${kind}`]]}
            testId="template-remove"
          />
        </div>
      ),
    },
  ];
  return (
    <>
      <DataTable<Template>
        name={`${TEMPLATES}-${kind}`}
        label={t(`views.${kind}`)}
        list={list}
        load={(state, signal) => load(kind, state, signal)}
        columns={columns}
        rowKey={({ id }) => id}
        actions={
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)} data-testid="template-add">
            {t('addTemplate')}
          </Button>
        }
      />
      <FormDialog<Values, unknown>
        title={t('addTemplate')}
        open={adding}
        onClose={() => setAdding(false)}
        send={(values, key) => create(kind, values, key)}
        stale={[[`${TEMPLATES}-${kind}`]]}
        initialValues={kind === 'prescription' ? { diagnoses: [], items: [{ ...FRESH_ITEM }] } : { sections: [{ key: 'advice' }] }}
      >
        <NameFields />
        {kind === 'prescription' ? (
          <>
            <DiagnosesFields name="diagnoses" least={0} />
            <MedicineFields />
          </>
        ) : (
          <SectionFields />
        )}
      </FormDialog>
      <FormDialog<Named, unknown>
        title={t('rename')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={async (values) => edited && rename(edited.id, values)}
        stale={[[`${TEMPLATES}-${kind}`]]}
        initialValues={{ name: edited?.name ?? '', category: edited?.category ?? '' }}
      >
        <NameFields />
      </FormDialog>
    </>
  );
}
