import { useQuery } from '@tanstack/react-query';
import { Form, Input, InputNumber, Select } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { useTexts } from '../texts/areas.ts';

/** Hours as a form has them. */
export interface Hours {
  start: string;
  end: string;
  slotMinutes: number;
  gapMinutes?: number;
  capacity?: number;
  serviceType?: string | null;
}

export const FRESH_HOURS = { start: '09:00', end: '12:00', slotMinutes: 30, gapMinutes: 0, capacity: 1 } as const;

/** As the API wants them. */
export const hoursOf = ({ start, end, slotMinutes, gapMinutes = 0, capacity = 1, serviceType = null }: Hours) => {
  return { start, end, slotMinutes, gapMinutes, capacity, serviceType: serviceType || null };
};

const readCategories = async () => {
  const { items } = await dataOf(api.GET('/api/v1/services', { params: { query: { pageSize: 100 } } }));
  return [...new Set(items.map(({ category }) => category))];
};

/** From when to when; the grid is that of the API. */
export function TimeFields({ required = true }: { required?: boolean }) {
  const t = useTexts('schedule');
  return (
    <div className="clinic-form-pair">
      <Form.Item name="start" label={t('start')} rules={[{ required }]} {...(!required && { extra: t('startHint') })}>
        <Input type="time" step={300} data-testid="hours-start" />
      </Form.Item>
      <Form.Item name="end" label={t('end')} rules={[{ required }]} {...(!required && { extra: t('endHint') })}>
        <Input type="time" step={300} data-testid="hours-end" />
      </Form.Item>
    </div>
  );
}

/** How hours are cut into times that can be booked. */
export function SlotFields() {
  const t = useTexts('schedule');
  const { data = [] } = useQuery({ queryKey: ['service-categories'], queryFn: readCategories });
  const whole = { precision: 0, style: { width: '100%' } };
  return (
    <>
      <div className="clinic-form-pair">
        <Form.Item name="slotMinutes" label={t('slotMinutes')} rules={[{ required: true }]}>
          <InputNumber min={5} max={720} step={5} {...whole} />
        </Form.Item>
        <Form.Item name="gapMinutes" label={t('gapMinutes')}>
          <InputNumber min={0} max={240} step={5} {...whole} />
        </Form.Item>
        <Form.Item name="capacity" label={t('capacity')}>
          <InputNumber min={1} max={32} {...whole} />
        </Form.Item>
      </div>
      <Form.Item name="serviceType" label={t('serviceType')}>
        <Select allowClear placeholder={t('anyService')} options={data.map((value) => ({ value, label: value }))} />
      </Form.Item>
    </>
  );
}
