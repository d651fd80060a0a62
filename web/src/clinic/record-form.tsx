/** The form of a new medical record, on its page and beside the video. */
import { useQueryClient } from '@tanstack/react-query';
import { App, Form, Input, Select } from 'antd';
import { api, dataOf, IDEMPOTENCY_KEY } from '../api/client.ts';
import { ApiForm } from './blocks/api-form.tsx';
import { FormRows } from './blocks/form-rows.tsx';
import { DiagnosesFields } from './diagnoses-fields.tsx';
import { type Patient, PATIENTS, ProfileField, type VisitContext } from './patients.tsx';
import { RecordTemplates } from './record-templates.tsx';
import { FRESH_SECTIONS, type RecordContent, RECORDS, SECTIONS, sentContent } from './records.ts';
import { useTexts } from './texts/areas.ts';

const KINDS = ['outpatient', 'online', 'inpatient', 'follow_up', 'counseling'] as const;
interface Values {
  profileId?: string;
  kind: (typeof KINDS)[number];
  content: RecordContent;
}

function save(patientId: string, visit: VisitContext, { profileId, kind, content: written }: Values, key: string) {
  const content = sentContent(written);
  const { appointmentId, consultationId } = visit;
  const body = { patientId, profileId: profileId ?? null, appointmentId, consultationId, kind, content };
  return dataOf(api.POST('/api/v1/medical-records', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
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
        <Input.TextArea rows={3} maxLength={10_000} data-testid="section-text" />
      </Form.Item>
    </>
  );
}

/** Sections and diagnoses, in the form's `content`. */
export function ContentFields() {
  const t = useTexts('patients');
  return (
    <>
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
    </>
  );
}

interface RecordFormProps {
  patient: Patient;
  /** The visit that it belongs to. */
  context: VisitContext;
  onDone(): void;
  onCancel(): void;
}

export function RecordForm({ patient, context, onDone, onCancel }: RecordFormProps) {
  const t = useTexts('patients');
  const client = useQueryClient();
  const { message } = App.useApp();
  const { profileId } = context;
  return (
    <ApiForm<Values, unknown>
      send={(values, key) => save(patient.id, context, values, key)}
      submit={t('saveRecord')}
      initialValues={{ kind: 'online', content: { sections: FRESH_SECTIONS, diagnoses: [] }, ...(profileId && { profileId }) }}
      onCancel={onCancel}
      onDone={() => {
        message.success(t('recordSaved'));
        for (const key of [`${PATIENTS}-${patient.id}`, RECORDS]) void client.invalidateQueries({ queryKey: [key] });
        onDone();
      }}
    >
      <RecordTemplates />
      <ProfileField patient={patient} />
      <Form.Item name="kind" label={t('recordKind')} rules={[{ required: true }]}>
        <Select options={KINDS.map((value) => ({ value, label: t(`recordKinds.${value}`) }))} />
      </Form.Item>
      <ContentFields />
    </ApiForm>
  );
}
