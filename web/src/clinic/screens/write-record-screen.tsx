import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Form, Input, Select } from 'antd';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ApiForm } from '../blocks/api-form.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormRows } from '../blocks/form-rows.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { DiagnosesFields } from '../diagnoses-fields.tsx';
import { PATIENTS, ProfileField, readPatient, useVisitContext, type VisitContext } from '../patients.tsx';
import { RecordTemplates } from '../record-templates.tsx';
import { FRESH_SECTIONS, type RecordContent, SECTIONS, sentContent } from '../records.ts';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

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

/** `/clinic/patients/:id/record`: a doctor writes a medical record. */
export default function WriteRecordScreen({ params }: ScreenProps) {
  const t = useTexts('patients');
  const id = params['id'] ?? '';
  const client = useQueryClient();
  const { message } = App.useApp();
  const { data: patient, error, refetch } = useQuery({ queryKey: [PATIENTS, 'one', id], queryFn: () => readPatient(id) });
  const { context, error: contextError, retry } = useVisitContext();
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (contextError) return <Failure page error={contextError} onRetry={retry} />;
  if (!patient || !context) return <PageSkeleton />;
  const { appointmentId, profileId } = context;
  const back = appointmentId ? `/appointments/${appointmentId}` : `/patients/${id}`;
  return (
    <>
      <PageHeader title={t('writeRecord')} lead={patient.name} />
      <ApiForm<Values, unknown>
        send={(values, key) => save(id, context, values, key)}
        submit={t('saveRecord')}
        initialValues={{ kind: 'online', content: { sections: FRESH_SECTIONS, diagnoses: [] }, ...(profileId && { profileId }) }}
        onCancel={() => go(back)}
        onDone={() => {
          message.success(t('recordSaved'));
          void client.invalidateQueries({ queryKey: [`${PATIENTS}-${id}`] });
          go(back);
        }}
      >
        <RecordTemplates />
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
