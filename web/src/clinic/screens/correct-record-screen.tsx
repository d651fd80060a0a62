import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Form, Input } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { ApiForm } from '../blocks/api-form.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { ContentFields } from '../record-form.tsx';
import { type MedicalRecord, readRecord, type RecordContent, RECORDS, sentContent } from '../records.ts';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

interface Values {
  content: RecordContent;
  reason: string;
}

/** What the form does not show stays as it is. */
const save = ({ id, version, content }: MedicalRecord, { content: written, reason }: Values) =>
  dataOf(
    api.PUT('/api/v1/medical-records/{id}', {
      params: { path: { id } },
      body: { version, reason, content: { ...content, ...sentContent(written) } },
    }),
  );

/** As the form has it: the main diagnosis first. */
const shownOf = ({ sections, diagnoses }: MedicalRecord['content']) => ({
  sections,
  diagnoses: diagnoses.toSorted((a, b) => Number(b.primary) - Number(a.primary)),
});

/** `/clinic/records/:id/correct`: a doctor corrects an own record; what it said before is kept. */
export default function CorrectRecordScreen({ params }: ScreenProps) {
  const t = useTexts('patients');
  const client = useQueryClient();
  const { message } = App.useApp();
  const id = params['id'] ?? '';
  const { data: record, error, refetch } = useQuery({ queryKey: [RECORDS, 'one', id], queryFn: () => readRecord(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!record) return <PageSkeleton />;
  const back = () => go(`/records/${id}`);
  return (
    <>
      <PageHeader title={t('correctRecord')} lead={record.patient.name} />
      <ApiForm<Values, unknown>
        send={(values) => save(record, values)}
        initialValues={{ content: shownOf(record.content) }}
        onCancel={back}
        onDone={() => {
          message.success(t('recordSaved'));
          void client.invalidateQueries({ queryKey: [RECORDS] });
          back();
        }}
      >
        <ContentFields />
        <Form.Item name="reason" label={t('correctionReason')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={500} data-testid="correction-reason" />
        </Form.Item>
      </ApiForm>
    </>
  );
}
