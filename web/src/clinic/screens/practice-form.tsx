import { useQuery } from '@tanstack/react-query';
import { Form, Input, InputNumber, Select } from 'antd';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ApiForm } from '../blocks/api-form.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormRows } from '../blocks/form-rows.tsx';
import { PRACTICE, type Practice, readDepartments } from '../practice.ts';
import { useTexts } from '../texts/areas.ts';

interface Qualification {
  name: string;
  number?: string | null;
  issuer?: string | null;
  issuedOn?: string | null;
}
interface Values {
  kind: Practice['kind'];
  name: string;
  title?: string | null;
  departmentId?: string | null;
  introduction?: string | null;
  specialities: string[];
  qualifications: Qualification[];
  price?: number | null;
}

const KINDS = ['doctor', 'counselor'] as const;
const textOrNull = (text: string | null | undefined): string | null => text?.trim() || null;

function save(practice: Practice | null, values: Values, key: string) {
  const qualifications = values.qualifications.map(({ name, number, issuer, issuedOn }) => {
    return { name, number: textOrNull(number), issuer: textOrNull(issuer), issuedOn: textOrNull(issuedOn) };
  });
  const body = {
    ...{ kind: values.kind, name: values.name, specialities: values.specialities, qualifications },
    ...{ title: textOrNull(values.title), introduction: textOrNull(values.introduction) },
    ...{ departmentId: values.departmentId ?? null, price: values.price ?? null },
  };
  if (!practice) return dataOf(api.POST('/api/v1/practitioners', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
  const { id, version } = practice;
  return dataOf(api.PATCH('/api/v1/practitioners/{id}', { params: { path: { id } }, body: { ...body, version } }));
}

const valuesOf = ({ kind, name, title, department, introduction, specialities, qualifications, price }: Practice): Values => ({
  ...{ kind, name, title, introduction, specialities: [...specialities], price },
  departmentId: department?.id ?? null,
  qualifications: qualifications.map((qualification) => ({ ...qualification })),
});

function QualificationFields({ index }: { index: number }) {
  const t = useTexts('practice');
  return (
    <>
      <Form.Item name={[index, 'name']} label={t('qualification')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name={[index, 'number']} label={t('number')} extra={t('numberHint')}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name={[index, 'issuer']} label={t('issuer')}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name={[index, 'issuedOn']} label={t('issuedOn')}>
        <Input type="date" />
      </Form.Item>
    </>
  );
}

/** The own profile: made, or changed. */
export function PracticeForm({ practice, onDone, onCancel }: { practice: Practice | null; onDone(): void; onCancel?(): void }) {
  const t = useTexts('practice');
  const departments = useQuery({ queryKey: [PRACTICE, 'departments'], queryFn: readDepartments });
  const known = practice?.department ? [practice.department] : [];
  return (
    <ApiForm<Values, unknown>
      send={(values, key) => save(practice, values, key)}
      onDone={onDone}
      {...(onCancel && { onCancel })}
      initialValues={practice ? valuesOf(practice) : { kind: 'doctor', specialities: [], qualifications: [{}] }}
    >
      {practice && <p>{t('editHint')}</p>}
      <Form.Item name="kind" label={t('kind')} rules={[{ required: true }]}>
        <Select options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} />
      </Form.Item>
      <Form.Item name="name" label={t('name')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="title" label={t('title')}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="departmentId" label={t('department')}>
        <Select
          allowClear
          // Before they are there it would open as a clinic without any.
          loading={departments.isLoading}
          disabled={!departments.data}
          options={(departments.data ?? known).map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Form.Item>
      {departments.error && !departments.data && <Failure error={departments.error} onRetry={() => void departments.refetch()} />}
      <Form.Item name="introduction" label={t('introduction')}>
        <Input.TextArea rows={4} maxLength={5_000} />
      </Form.Item>
      <Form.Item name="specialities" label={t('specialities')} extra={t('specialitiesHint')}>
        <Select mode="tags" tokenSeparators={[',', '，', '、']} maxCount={20} notFoundContent={null} />
      </Form.Item>
      <Form.Item name="price" label={t('price')}>
        <InputNumber min={0} precision={2} style={{ width: '100%' }} />
      </Form.Item>
      <FormRows
        name="qualifications"
        title={t('qualifications')}
        rowTitle={(number) => t('qualificationNo', { number })}
        add={t('addQualification')}
        remove={t('remove')}
        fresh={{}}
        least={0}
      >
        {(index) => <QualificationFields index={index} />}
      </FormRows>
    </ApiForm>
  );
}
