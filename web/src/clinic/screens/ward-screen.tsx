import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Empty, Form, Input } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { useMay } from '../access.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { type Bed, readBeds, useWards, WARDS } from '../inpatients/wards.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

const STALE = [[WARDS]];

interface Values {
  label: string;
}
const changeBed = (id: string, body: { label?: string; enabled?: boolean }) =>
  dataOf(api.PATCH('/api/v1/beds/{id}', { params: { path: { id } }, body }));
const addBed = (wardId: string, body: Values, key: string) =>
  dataOf(api.POST('/api/v1/wards/{id}/beds', { params: { path: { id: wardId } }, headers: { [IDEMPOTENCY_KEY]: key }, body }));

function State({ bed: { enabled, occupied } }: { bed: Bed }) {
  const t = useTexts('inpatients');
  if (!enabled) return <StatusTag tone="neutral">{t('bedStates.closed')}</StatusTag>;
  return <StatusTag tone={occupied ? 'warn' : 'good'}>{t(occupied ? 'bedStates.occupied' : 'bedStates.free')}</StatusTag>;
}

function BedCard({ bed, onRename }: { bed: Bed; onRename(): void }) {
  const t = useTexts('inpatients');
  const may = useMay()('departments:manage');
  return (
    <article className="clinic-card" data-testid="bed">
      <div className="clinic-card-head">
        <h2>{bed.label}</h2>
        <State bed={bed} />
      </div>
      {may && (
        <div className="clinic-actions">
          <Button size="small" aria-label={`${t('rename')}: ${bed.label}`} onClick={onRename} data-testid="bed-rename">
            {t('rename')}
          </Button>
          {!bed.occupied && (
            <ActionButton
              text={t(bed.enabled ? 'close' : 'reopen')}
              about={bed.label}
              run={() => changeBed(bed.id, { enabled: !bed.enabled })}
              done={t('changed')}
              stale={STALE}
              testId="bed-toggle"
            />
          )}
        </div>
      )}
    </article>
  );
}

/** `/clinic/wards/:id`: the beds of a ward. */
export default function WardScreen({ params }: ScreenProps) {
  const t = useTexts('inpatients');
  const may = useMay()('departments:manage');
  const id = params['id'] ?? '';
  const ward = useWards().data?.find((each) => each.id === id);
  const { data: beds, error, refetch } = useQuery({ queryKey: [WARDS, 'beds', id], queryFn: () => readBeds(id) });
  /** null: a new one; absent: the dialog is closed. */
  const [edited, setEdited] = useState<Bed | null>();
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!beds) return <PageSkeleton />;
  const add = may && (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="bed-add">
      {t('addBed')}
    </Button>
  );
  return (
    <>
      <PageHeader title={ward?.name ?? t('ward')} actions={add} />
      {beds.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noBeds')} />}
      <div className="clinic-cards">
        {beds.map((bed) => (
          <BedCard key={bed.id} bed={bed} onRename={() => setEdited(bed)} />
        ))}
      </div>
      <FormDialog<Values, unknown>
        title={t(edited ? 'rename' : 'addBed')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => (edited ? changeBed(edited.id, values) : addBed(id, values, key))}
        stale={STALE}
        {...(edited && { initialValues: { label: edited.label } })}
      >
        <Form.Item name="label" label={t('label')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={20} data-testid="bed-label" />
        </Form.Item>
      </FormDialog>
    </>
  );
}
