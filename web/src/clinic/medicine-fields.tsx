import { useQuery } from '@tanstack/react-query';
import { Form, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../api/client.ts';
import { FormRows } from './blocks/form-rows.tsx';
import { useDebounced } from './blocks/use-debounced.ts';
import { useTexts } from './texts/areas.ts';

const UNITS = ['mg', 'g', 'µg', 'ml', 'IU', 'mmol', 'tablet', 'capsule', 'sachet', 'drop', 'puff', 'patch', 'dose'] as const;
const FREQUENCIES = ['qd', 'bid', 'tid', 'qid', 'qn', 'qod', 'qw', 'biw', 'q4h', 'q6h', 'q8h', 'q12h', 'st', 'prn'] as const;
const ROUTES = [
  ...(['oral', 'sublingual', 'intravenous', 'intramuscular', 'subcutaneous', 'topical'] as const),
  ...(['inhaled', 'rectal', 'vaginal', 'ophthalmic', 'otic', 'nasal'] as const),
] as const;

export interface MedicineItem {
  medicineId: string;
  dose: number;
  doseUnit: (typeof UNITS)[number];
  frequency: (typeof FREQUENCIES)[number];
  route: (typeof ROUTES)[number];
  days: number;
  quantity: number;
  note?: string;
}

export const FRESH_ITEM = { doseUnit: 'mg', frequency: 'qd', route: 'oral', days: 7, quantity: 1 } as const;

const find = async (keyword: string) =>
  (await dataOf(api.GET('/api/v1/medicines', { params: { query: { keyword, enabled: 'true', pageSize: 20 } } }))).items;
type Medicine = Awaited<ReturnType<typeof find>>[number];
const readMedicine = (id: string) => dataOf(api.GET('/api/v1/medicines/{id}', { params: { path: { id } } }));

/** A field that finds a medicine by name or code, as a form's value its id. */
function MedicineSelect({ value, onChange, ...field }: { id?: string; value?: string; onChange?(id: string): void }) {
  const t = useTexts('patients');
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<Medicine>();
  const keyword = useDebounced(text.trim());
  const { data = [], isFetching } = useQuery({
    ...{ queryKey: ['medicines', keyword], queryFn: () => find(keyword), enabled: keyword !== '', staleTime: 60_000 },
  });
  // The form came with it, from a template.
  const given = useQuery({
    ...{ queryKey: ['medicines', 'one', value], queryFn: () => readMedicine(value ?? ''), staleTime: 60_000 },
    enabled: value !== undefined && value !== chosen?.id && !data.some(({ id }) => id === value),
  });
  if (given.data && given.data.id === value && chosen?.id !== value) setChosen(given.data);
  const medicines = chosen && !data.some(({ id }) => id === chosen.id) ? [chosen, ...data] : data;
  return (
    <Select
      {...field}
      value={value ?? null}
      onChange={(id: string) => {
        setChosen(medicines.find((medicine) => medicine.id === id));
        onChange?.(id);
      }}
      showSearch={{ filterOption: false, onSearch: setText }}
      placeholder={t('medicineHint')}
      loading={isFetching}
      notFoundContent={keyword && !isFetching ? t('noMedicine') : null}
      options={medicines.map(({ id, name, specification, unit }) => ({ value: id, label: `${name} ${specification} / ${unit}` }))}
      data-testid="medicine-select"
    />
  );
}

function Item({ index }: { index: number }) {
  const t = useTexts('patients');
  const required = [{ required: true }];
  const positive = [{ required: true }, { type: 'number' as const, min: 0.0001, message: t('positive') }];
  return (
    <>
      <Form.Item name={[index, 'medicineId']} label={t('medicineName')} rules={required}>
        <MedicineSelect />
      </Form.Item>
      <div className="clinic-form-pair">
        <Form.Item name={[index, 'dose']} label={t('dose')} rules={positive}>
          <InputNumber style={{ width: '100%' }} data-testid="dose" />
        </Form.Item>
        <Form.Item name={[index, 'doseUnit']} label={t('doseUnit')} rules={required}>
          <Select options={UNITS.map((value) => ({ value, label: t(`units.${value}`) }))} />
        </Form.Item>
        <Form.Item name={[index, 'frequency']} label={t('frequency')} rules={required}>
          <Select options={FREQUENCIES.map((value) => ({ value, label: t(`frequencies.${value}`) }))} />
        </Form.Item>
        <Form.Item name={[index, 'route']} label={t('route')} rules={required}>
          <Select options={ROUTES.map((value) => ({ value, label: t(`routes.${value}`) }))} />
        </Form.Item>
        <Form.Item name={[index, 'days']} label={t('days')} rules={positive}>
          <InputNumber precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name={[index, 'quantity']} label={t('quantity')} rules={positive}>
          <InputNumber style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <Form.Item name={[index, 'note']} label={t('note')}>
        <Input maxLength={200} />
      </Form.Item>
    </>
  );
}

/** The medicines of a prescription in a form. */
export function MedicineFields() {
  const t = useTexts('patients');
  return (
    <FormRows
      name="items"
      title={t('medicines')}
      rowTitle={(number) => t('medicine', { number })}
      add={t('addMedicine')}
      remove={t('remove')}
      fresh={FRESH_ITEM}
      least={1}
    >
      {(index) => <Item index={index} />}
    </FormRows>
  );
}
