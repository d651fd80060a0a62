/** The form of a prescription, on its page and beside the video; what speaks against it is shown before it goes out. */
import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Checkbox, Form } from 'antd';
import { useEffect, useState } from 'react';
import { api, ApiFailure, dataOf, IDEMPOTENCY_KEY } from '../api/client.ts';
import { language } from '../i18n/index.ts';
import { useStore } from '../use-store.ts';
import { ApiForm } from './blocks/api-form.tsx';
import { useAction } from './blocks/use-action.ts';
import { type Diagnosis, DiagnosesFields, FRESH_DIAGNOSIS, withPrimary } from './diagnoses-fields.tsx';
import { FRESH_ITEM, MedicineFields, type MedicineItem } from './medicine-fields.tsx';
import { type Patient, ProfileField, type VisitContext } from './patients.tsx';
import { PRESCRIPTIONS } from './prescriptions.tsx';
import { useTexts } from './texts/areas.ts';

interface Values {
  profileId?: string;
  diagnoses: Diagnosis[];
  items: MedicineItem[];
  acceptWarnings?: boolean;
}

/** Numbers of the rows' fields are as the API wants them; an empty note is none. */
const draftOf = (patientId: string, { profileId, diagnoses, items }: Values) => ({
  patientId,
  profileId: profileId ?? null,
  diagnoses: withPrimary(diagnoses),
  items: items.map(({ note, ...item }) => ({ ...item, ...(note?.trim() && { note: note.trim() }) })),
});

const check = (patientId: string, values: Values) => dataOf(api.POST('/api/v1/prescriptions/check', { body: draftOf(patientId, values) }));
type Hit = Awaited<ReturnType<typeof check>>['hits'][number];

const issue = (patientId: string, consultationId: string | null, values: Values, key: string) => {
  const body = { ...draftOf(patientId, values), consultationId, acceptWarnings: values.acceptWarnings ?? false };
  return dataOf(api.POST('/api/v1/prescriptions', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
};

/** What the check found. An answer holds for what was checked, so a change of it makes both answer and consent void. */
function Findings({ patientId, hits, onHits }: { patientId: string; hits: Hit[] | null; onHits(hits: Hit[] | null): void }) {
  const t = useTexts('patients');
  const shown = useStore(language);
  const form = Form.useFormInstance<Values>();
  const draft = JSON.stringify([Form.useWatch('items', form), Form.useWatch('diagnoses', form), Form.useWatch('profileId', form)]);
  useEffect(() => {
    onHits(null);
    form.setFieldValue('acceptWarnings', false);
  }, [draft, form, onHits]);
  const checking = useAction({ run: (values: Values) => check(patientId, values), onDone: (found) => onHits(found.hits) });
  const ask = () => form.validateFields().then(checking.run, () => undefined);
  const blocked = hits?.some(({ severity }) => severity === 'severe');
  return (
    <>
      <p>
        <Button loading={checking.busy} onClick={() => void ask()} data-testid="prescription-check">
          {t('check')}
        </Button>
      </p>
      <div role="status" data-testid="findings">
        {hits?.length === 0 && <Alert type="success" showIcon className="clinic-form-alert" title={t('checked')} />}
        {hits?.map(({ ruleId, severity, reasonZh, reasonEn }) => (
          <Alert
            key={ruleId}
            type={severity === 'severe' ? 'error' : 'warning'}
            showIcon
            className="clinic-form-alert"
            title={`${t(severity)}: ${shown === 'zh' ? reasonZh : reasonEn}`}
          />
        ))}
        {blocked && <p>{t('blocked')}</p>}
      </div>
      <Form.Item name="acceptWarnings" valuePropName="checked" hidden={!hits?.length || blocked === true}>
        <Checkbox data-testid="accept-warnings">{t('accept')}</Checkbox>
      </Form.Item>
    </>
  );
}

interface PrescribeFormProps {
  patient: Patient;
  /** The visit that it belongs to. */
  context: VisitContext;
  /** @param id of the prescription that went out */
  onDone(id: string): void;
  onCancel(): void;
}

export function PrescribeForm({ patient: { id }, patient, context, onDone, onCancel }: PrescribeFormProps) {
  const t = useTexts('patients');
  const client = useQueryClient();
  const { message } = App.useApp();
  const [hits, setHits] = useState<Hit[] | null>(null);
  const { consultationId, profileId } = context;
  async function send(values: Values, key: string) {
    try {
      return await issue(id, consultationId, values, key);
    } catch (failure) {
      const found = failure instanceof ApiFailure && ['contraindicated', 'warnings_not_accepted'].includes(failure.code);
      if (found) setHits(failure.details as Hit[]);
      throw failure;
    }
  }
  return (
    <ApiForm<Values, Awaited<ReturnType<typeof issue>>>
      send={send}
      submit={t('issue')}
      initialValues={{ diagnoses: [FRESH_DIAGNOSIS], items: [FRESH_ITEM], ...(profileId && { profileId }) }}
      onCancel={onCancel}
      onDone={({ id: prescriptionId }) => {
        message.success(t('issued'));
        void client.invalidateQueries({ queryKey: [PRESCRIPTIONS] });
        onDone(prescriptionId);
      }}
    >
      <ProfileField patient={patient} />
      <DiagnosesFields name="diagnoses" least={1} />
      <MedicineFields />
      <Findings patientId={id} hits={hits} onHits={setHits} />
    </ApiForm>
  );
}
