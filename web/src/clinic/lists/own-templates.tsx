import { PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { DiagnosesFields, type Diagnosis, withPrimary } from '../diagnoses-fields.tsx';
import { FRESH_ITEM, MedicineFields, type MedicineItem } from '../medicine-fields.tsx';
import { ContentFields } from '../record-form.tsx';
import { type RecordContent, sentContent, TEMPLATES } from '../records.ts';
import { useTexts } from '../texts/areas.ts';

type Kind = 'prescription' | 'record';

function load(kind: Kind, { page, pageSize }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/templates', { params: { query: { kind, page, pageSize, sort: '-uses' } }, signal }));
}
type Template = Awaited<ReturnType<typeof load>>['items'][number];

interface Values {
  name: string;
  category?: string;
  /** Of a prescription. */
  diagnoses?: Diagnosis[];
  items?: MedicineItem[];
  /** Of a record. */
  content?: RecordContent;
}

/** What the form does not show of a record, such as vital signs, stays as it was. */
function sentTemplate(kind: Kind, before: object, { name, category, diagnoses = [], items = [], content }: Values) {
  const written =
    kind === 'prescription'
      ? { diagnoses: withPrimary(diagnoses), items: items.map(withoutEmptyNote) }
      : { ...before, ...(content && sentContent(content)) };
  return { name, category: category?.trim() || null, content: written };
}
const withoutEmptyNote = ({ note, ...item }: MedicineItem) => ({ ...item, ...(note?.trim() && { note: note.trim() }) });

type Whole = Awaited<ReturnType<typeof readTemplate>>;
const readTemplate = (id: string) => dataOf(api.GET('/api/v1/templates/{id}', { params: { path: { id } } }));
const contentOf = (template: Whole | null) => (template?.content ?? {}) as Partial<RecordContent> & Partial<Pick<Values, 'items'>>;

function save(kind: Kind, template: Whole | null, values: Values, key: string) {
  const body = sentTemplate(kind, contentOf(template), values);
  if (template) return dataOf(api.PATCH('/api/v1/templates/{id}', { params: { path: { id: template.id } }, body }));
  return dataOf(api.POST('/api/v1/templates', { headers: { [IDEMPOTENCY_KEY]: key }, body: { kind, ...body } as never }));
}

function valuesOf(kind: Kind, template: Whole | null): Partial<Values> {
  const { sections = template ? [] : [{ key: 'advice', text: '' }], diagnoses = [], items = [{ ...FRESH_ITEM }] } = contentOf(template);
  const named = template ? { name: template.name, category: template.category ?? '' } : {};
  return { ...named, ...(kind === 'prescription' ? { diagnoses, items: items as MedicineItem[] } : { content: { sections, diagnoses } }) };
}

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

/** A doctor's own templates of prescriptions or of records. */
export function OwnTemplates({ kind }: { kind: Kind }) {
  const t = useTexts('phrases');
  const shell = useTexts('shell');
  const list = useListState();
  /** null: a new one; absent: the dialog is closed. */
  const [edited, setEdited] = useState<Whole | null>();
  const opening = useAction({ run: readTemplate, onDone: setEdited });
  const columns: Column<Template>[] = [
    { key: 'name', title: t('name'), pinned: true, render: ({ name }) => name },
    { key: 'category', title: t('category'), render: ({ category }) => category ?? '—' },
    { key: 'uses', title: t('uses'), align: 'right', render: ({ uses }) => uses },
    { key: 'created', title: t('created'), render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (template) => (
        <div className="clinic-actions">
          <Button
            size="small"
            loading={opening.busy}
            aria-label={`${t('edit')}: ${template.name}`}
            onClick={() => opening.run(template.id)}
            data-testid="template-edit"
          >
            {t('edit')}
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
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="template-add">
            {t('addTemplate')}
          </Button>
        }
      />
      <FormDialog<Values, unknown>
        title={t(edited ? 'edit' : 'addTemplate')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(kind, edited ?? null, values, key)}
        stale={[[`${TEMPLATES}-${kind}`], [TEMPLATES]]}
        initialValues={valuesOf(kind, edited ?? null)}
      >
        <NameFields />
        {kind === 'prescription' ? (
          <>
            <DiagnosesFields name="diagnoses" least={0} />
            <MedicineFields />
          </>
        ) : (
          <ContentFields />
        )}
      </FormDialog>
    </>
  );
}
