import { Form, Input, Select } from 'antd';
import { FormRows } from './blocks/form-rows.tsx';
import { useTexts } from './texts/areas.ts';

const SYSTEMS = ['ICD-10', 'ICD-11', 'TCM'] as const;

export interface Diagnosis {
  system: (typeof SYSTEMS)[number];
  code: string;
  name: string;
}

export const FRESH_DIAGNOSIS = { system: 'ICD-10' } as const;

/** As the API wants them: the first one is the main one. */
export const withPrimary = (diagnoses: readonly Diagnosis[]) =>
  diagnoses.map((diagnosis, index) => ({ ...diagnosis, primary: index === 0 }));

/** Diagnoses in a form, the main one first. */
export function DiagnosesFields({ name, least }: { name: string | string[]; least: number }) {
  const t = useTexts('patients');
  return (
    <FormRows
      name={name}
      title={t('diagnoses')}
      rowTitle={(number) => t('diagnosis', { number })}
      add={t('addDiagnosis')}
      remove={t('remove')}
      fresh={FRESH_DIAGNOSIS}
      least={least}
    >
      {(index) => (
        <div className="clinic-form-pair">
          <Form.Item name={[index, 'system']} label={t('system')} rules={[{ required: true }]}>
            <Select options={SYSTEMS.map((value) => ({ value, label: t(`systems.${value}`) }))} />
          </Form.Item>
          <Form.Item name={[index, 'code']} label={t('code')} rules={[{ required: true, whitespace: true }]}>
            <Input maxLength={20} data-testid="diagnosis-code" />
          </Form.Item>
          <Form.Item name={[index, 'name']} label={t('diagnosisName')} rules={[{ required: true, whitespace: true }]}>
            <Input maxLength={200} data-testid="diagnosis-name" />
          </Form.Item>
        </div>
      )}
    </FormRows>
  );
}
