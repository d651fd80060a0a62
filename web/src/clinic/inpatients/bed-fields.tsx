import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { useTexts } from '../texts/areas.ts';
import { readBeds, useWards, WARDS } from './wards.ts';

/** A ward, and one of its beds that is free: the value `bedId`. */
export function BedFields() {
  const t = useTexts('inpatients');
  const form = Form.useFormInstance();
  const wardId: string | undefined = Form.useWatch('wardId', form);
  const wards = useWards().filter(({ enabled }) => enabled);
  const { data = [] } = useQuery({
    queryKey: [WARDS, 'beds', wardId],
    queryFn: () => readBeds(wardId ?? ''),
    enabled: wardId !== undefined,
  });
  const free = data.filter(({ enabled, occupied }) => enabled && !occupied);
  const required = [{ required: true }];
  return (
    <>
      <Form.Item name="wardId" label={t('ward')} rules={required}>
        <Select
          options={wards.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={() => form.setFieldValue('bedId', undefined)}
          data-testid="ward"
        />
      </Form.Item>
      <Form.Item name="bedId" label={t('bed')} rules={required}>
        <Select
          disabled={wardId === undefined}
          notFoundContent={t('noBed')}
          options={free.map(({ id, label }) => ({ value: id, label }))}
          data-testid="bed"
        />
      </Form.Item>
    </>
  );
}
