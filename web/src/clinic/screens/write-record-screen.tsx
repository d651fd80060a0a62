import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Form, Input, Select } from 'antd';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ApiForm } from '../blocks/api-form.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormRows } from '../blocks/form-rows.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useAction } from '../blocks/use-action.ts';
import { type Diagnosis, DiagnosesFields, withPrimary } from '../diagnoses-fields.tsx';
import { PATIENTS, ProfileField, readPatient } from '../patients.tsx';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

const KINDS = ['outpatient', 'online', 'inpatient', 'follow_up', 'counseling'] as const;
const SECTIONS = [
  ...(['chief_complaint', 'present_illness', 'past_history', 'allergy_history', 'personal_history', 'family_history'] as const),
  ...(['examination', 'four_examinations', 'auxiliary_examination', 'assessment', 'treatment', 'advice', 'other'] as const),
] as const;

interface Section {
  key: (typeof SECTIONS)[number];
  title?: string;
  text: string;
}
interface Content {
  sections: Section[];
  diagnoses: Diagnosis[];
}
interface Values {
  profileId?: string;
  kind: (typeof KINDS)[number];
  content: Content;
}

const FRESH = (['chief_complaint', 'present_illness', 'assessment', 'advice'] as const).map((key) => ({ key }));

function save(patientId: string, { profileId, kind, content: { sections, diagnoses } }: Values, key: string) {
  const content = {
    sections: sections.map(({ key: name, title, text }) => ({ key: name, text, ...(name === 'other' && title && { title }) })),
    diagnoses: withPrimary(diagnoses),
  };
  const body = { patientId, profileId: profileId ?? null, kind, content };
  return dataOf(api.POST('/api/v1/medical-records', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

const readTemplates = async () =>
  (await dataOf(api.GET('/api/v1/templates', { params: { query: { kind: 'record', sort: '-uses', pageSize: 100 } } }))).items;
const take = (id: string) => dataOf(api.POST('/api/v1/templates/{id}/use', { params: { path: { id } } }));

/** Puts the content of an own template into the form. */
function TemplateSelect() {
  const t = useTexts('patients');
  const form = Form.useFormInstance<Values>();
  const { data = [] } = useQuery({ queryKey: ['templates', 'record'], queryFn: readTemplates });
  const taking = useAction({
    run: take,
    onDone: ({ content }) => {
      const { sections = FRESH, diagnoses = [] } = (content ?? {}) as Partial<Content>;
      form.setFieldsValue({ content: { sections: [...sections], diagnoses } } as Parameters<typeof form.setFieldsValue>[0]);
    },
  });
  return (
    <Form.Item label={t('template')} htmlFor="record-template">
      <Select
        id="record-template"
        loading={taking.busy}
        onChange={(id: string) => taking.run(id)}
        notFoundContent={t('noTemplate')}
        options={data.map(({ id, name }) => ({ value: id, label: name }))}
        data-testid="record-template"
      />
    </Form.Item>
  );
}

function SectionFields({ index }: { index: number }) {
  const t = useTexts('patients');
  const key = Form.useWatch<string | undefined>(['content', 'sections', index, 'key']);
  return (
    <>
      <Form.Item name={[index, 'key']} label={t('sectionKey')} rules={[{ required: true }]}>
        <Select options={SECTIONS.map((value) => ({ value, label: t(`sectionKeys.${value}`) }))} />
      </Form.Item>
      {key === 'other' && (
        <Form.Item name={[index, 'title']} label={t('sectionTitle')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={60} />
        </Form.Item>
      )}
      <Form.Item name={[index, 'text']} label={t('sectionText')} rules={[{ required: true, whitespace: true }]}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 12 }} maxLength={10_000} data-testid="section-text" />
      </Form.Item>
    </>
  );
}

/** `/clinic/patients/:id/record`: a doctor writes a medical record. */
export default function WriteRecordScreen({ params }: ScreenProps) {
  const t = useTexts('patients');
  const id = params['id'] ?? '';
  const client = useQueryClient();
  const { message } = App.useApp();
  const { data: patient, error, refetch } = useQuery({ queryKey: [PATIENTS, 'one', id], queryFn: () => readPatient(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!patient) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={t('writeRecord')} lead={patient.name} />
      <ApiForm<Values, unknown>
        send={(values, key) => save(id, values, key)}
        submit={t('saveRecord')}
        initialValues={{ kind: 'online', content: { sections: FRESH, diagnoses: [] } }}
        onCancel={() => go(`/patients/${id}`)}
        onDone={() => {
          message.success(t('recordSaved'));
          void client.invalidateQueries({ queryKey: [`${PATIENTS}-${id}`] });
          go(`/patients/${id}`);
        }}
      >
        <TemplateSelect />
        <ProfileField patient={patient} />
        <Form.Item name="kind" label={t('recordKind')} rules={[{ required: true }]}>
          <Select options={KINDS.map((value) => ({ value, label: t(`recordKinds.${value}`) }))} />
        </Form.Item>
        <FormRows
          name={['content', 'sections']}
          title={t('sections')}
          rowTitle={(number) => t('section', { number })}
          add={t('addSection')}
          remove={t('remove')}
          fresh={{ key: 'other' }}
          least={1}
        >
          {(index) => <SectionFields index={index} />}
        </FormRows>
        <DiagnosesFields name={['content', 'diagnoses']} least={0} />
      </ApiForm>
    </>
  );
}
