import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Empty, Form, Input, InputNumber, Modal, Select } from 'antd';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ApiForm } from '../blocks/api-form.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Money } from '../blocks/money.tsx';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { inClinicZone } from '../clock.ts';
import { useTexts } from '../texts/areas.ts';

const LEVELS = ['basic', 'professional', 'premium'] as const;

interface Values {
  membershipLevel?: (typeof LEVELS)[number];
  price: number;
  /** On the clinic's clock, `YYYY-MM-DDTHH:mm`. */
  from: string;
  to?: string;
}

const read = async (id: string) => (await dataOf(api.GET('/api/v1/services/{id}/prices', { params: { path: { id } } }))).items;
const remove = ({ id, priceId }: { id: string; priceId: string }) =>
  dataOf(api.DELETE('/api/v1/services/{id}/prices/{priceId}', { params: { path: { id, priceId } } }));
const utc = (local: string) => new Date(inClinicZone(local)).toISOString();

function add(id: string, { membershipLevel, price, from, to }: Values, key: string) {
  const body = { membershipLevel: membershipLevel ?? null, price, validFrom: utc(from), validTo: to ? utc(to) : null };
  return dataOf(api.POST('/api/v1/services/{id}/prices', { params: { path: { id } }, headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

function Prices({ id }: { id: string }) {
  const t = useTexts('admin');
  const { data, error, refetch } = useQuery({ queryKey: ['prices', id], queryFn: () => read(id) });
  const removal = useAction({ run: remove, done: t('priceRemoved'), stale: [['prices', id]] });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (data?.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noPrices')} />;
  return (
    <ul className="clinic-cards">
      {data?.map(({ id: priceId, membershipLevel, practitionerId, price, validFrom, validTo }) => (
        <li key={priceId} className="clinic-card">
          <div className="clinic-card-head">
            <Money yuan={price} />
            <Button size="small" danger loading={removal.busy} onClick={() => removal.run({ id, priceId })}>
              {t('remove')}
            </Button>
          </div>
          <p>
            {[membershipLevel ? t(`levels.${membershipLevel}`) : t('everyLevel'), practitionerId && t('onePractitioner')]
              .filter(Boolean)
              .join(' · ')}
          </p>
          <p>
            <When at={validFrom} /> – {validTo && <When at={validTo} />}
          </p>
        </li>
      ))}
    </ul>
  );
}

/** Prices of a service that hold for some people or some time, in a dialog. */
export function SpecialPrices({ service: { id, name }, onClose }: { service: { id: string; name: string }; onClose(): void }) {
  const t = useTexts('admin');
  const client = useQueryClient();
  return (
    <Modal title={`${t('prices')}: ${name}`} open onCancel={onClose} footer={null}>
      <Prices id={id} />
      <ApiForm<Values, unknown>
        send={(values, key) => add(id, values, key)}
        submit={t('addPrice')}
        rename={{ validFrom: 'from', validTo: 'to' }}
        onDone={() => void client.invalidateQueries({ queryKey: ['prices', id] })}
      >
        <Form.Item name="price" label={t('price')} rules={[{ required: true }]}>
          <InputNumber min={0} precision={2} prefix="¥" style={{ width: '100%' }} data-testid="special-price" />
        </Form.Item>
        <Form.Item name="membershipLevel" label={t('level')}>
          <Select allowClear placeholder={t('everyLevel')} options={LEVELS.map((value) => ({ value, label: t(`levels.${value}`) }))} />
        </Form.Item>
        <Form.Item name="from" label={t('from')} rules={[{ required: true }]}>
          <Input type="datetime-local" data-testid="special-from" />
        </Form.Item>
        <Form.Item name="to" label={t('to')}>
          <Input type="datetime-local" />
        </Form.Item>
      </ApiForm>
    </Modal>
  );
}
