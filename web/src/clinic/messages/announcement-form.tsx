import { Alert, Checkbox, Form, Input, Segmented, Select } from 'antd';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { useRoles } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

export const ANNOUNCEMENTS = 'announcements';

const CLASSES = ['service', 'marketing'] as const;
const CHANNELS = ['sms', 'email'] as const;

interface Values {
  class: (typeof CLASSES)[number];
  title: { zh: string; en: string };
  body: { zh: string; en: string };
  path?: string;
  channels: (typeof CHANNELS)[number][];
  audience: 'everybody' | 'roles';
  roles?: string[];
}

function send({ audience, roles = [], path, ...values }: Values, key: string) {
  const body = { ...values, ...(path && { path }), audience: audience === 'everybody' ? { everybody: true as const } : { roles } };
  return dataOf(api.POST('/api/v1/announcements', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

function Words({ language }: { language: 'zh' | 'en' }) {
  const t = useTexts('messages');
  const rules = [{ required: true, whitespace: true }];
  return (
    <>
      <Form.Item name={['title', language]} label={t(`title.${language}`)} rules={rules}>
        <Input maxLength={100} data-testid={`title-${language}`} />
      </Form.Item>
      <Form.Item name={['body', language]} label={t(`body.${language}`)} rules={rules}>
        <Input.TextArea rows={3} maxLength={2000} data-testid={`body-${language}`} />
      </Form.Item>
    </>
  );
}

function Audience() {
  const t = useTexts('messages');
  const roles = useRoles();
  const audience = Form.useWatch<Values['audience'] | undefined>('audience');
  const outside = Form.useWatch<Values['channels'] | undefined>('channels') ?? [];
  return (
    <>
      <Form.Item name="audience" label={t('audience')}>
        <Segmented
          block
          options={[
            { value: 'everybody', label: t('everybody') },
            { value: 'roles', label: t('someRoles') },
          ]}
        />
      </Form.Item>
      {audience === 'roles' && (
        <Form.Item name="roles" label={t('roles')} rules={[{ required: true }]}>
          <Select mode="multiple" optionFilterProp="label" options={roles} data-testid="audience-roles" />
        </Form.Item>
      )}
      <Form.Item name="channels" label={t('channels')} extra={t('channelsHint')}>
        <Checkbox.Group options={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))} />
      </Form.Item>
      {outside.length > 0 && audience === 'everybody' && <Alert type="warning" showIcon title={t('many')} className="clinic-form-alert" />}
    </>
  );
}

/** A text for many people, in both languages, and whom it reaches. */
export function AnnouncementForm({ open, onClose }: { open: boolean; onClose(): void }) {
  const t = useTexts('messages');
  return (
    <FormDialog<Values, unknown>
      title={t('write')}
      open={open}
      onClose={onClose}
      send={send}
      submit={t('publish')}
      stale={[[ANNOUNCEMENTS]]}
      initialValues={{ class: 'service', channels: [], audience: 'everybody' }}
    >
      <Words language="zh" />
      <Words language="en" />
      <Form.Item name="class" label={t('class')} extra={t('classHint')}>
        <Select options={CLASSES.map((value) => ({ value, label: t(`classes.${value}`) }))} />
      </Form.Item>
      <Audience />
      <Form.Item name="path" label={t('path')} extra={t('pathHint')}>
        <Input maxLength={200} placeholder="/appointments" />
      </Form.Item>
    </FormDialog>
  );
}
