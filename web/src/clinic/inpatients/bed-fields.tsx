import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { Failure } from '../blocks/failure.tsx';
import { useTexts } from '../texts/areas.ts';
import { readBeds, useWards, WARDS } from './wards.ts';

/** A ward, and one of its beds that is free: the value `bedId`. */
export function BedFields() {
  const t = useTexts('inpatients');
  const form = Form.useFormInstance();
  const wardId: string | undefined = Form.useWatch('wardId', form);
  const wards = useWards();
  const beds = useQuery({
    queryKey: [WARDS, 'beds', wardId],
    queryFn: () => readBeds(wardId ?? ''),
    enabled: wardId !== undefined,
  });
  const open = wards.data?.filter(({ enabled }) => enabled) ?? [];
  const free = beds.data?.filter(({ enabled, occupied }) => enabled && !occupied) ?? [];
  const failed = [wards, beds].find(({ data, error }) => error && !data);
  const required = [{ required: true }];
  return (
    <>
      <Form.Item name="wardId" label={t('ward')} rules={required}>
        <Select
          // Before it is there it would open as a clinic without wards, and the other one without free beds.
          loading={wards.isLoading}
          disabled={!wards.data}
          options={open.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={() => form.setFieldValue('bedId', undefined)}
          data-testid="ward"
        />
      </Form.Item>
      <Form.Item name="bedId" label={t('bed')} rules={required}>
        <Select
          loading={beds.isLoading}
          disabled={!beds.data}
          notFoundContent={t('noBed')}
          options={free.map(({ id, label }) => ({ value: id, label }))}
          data-testid="bed"
        />
      </Form.Item>
      {failed?.error && <Failure error={failed.error} onRetry={() => void failed.refetch()} />}
    </>
  );
}
