/** Documents and images of a medical record: to see for its readers, to add and take off for its author. */
import { Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY, uploadFile } from '../api/client.ts';
import { ActionButton } from './blocks/action-button.tsx';
import { FileButton } from './blocks/file-button.tsx';
import { FormDialog } from './blocks/form-dialog.tsx';
import { StoredFile } from './blocks/stored-file.tsx';
import { type FullRecord, RECORDS } from './records.ts';
import { useTexts } from './texts/areas.ts';

const KINDS = ['pdf', 'imaging', 'image', 'other'] as const;
type Kind = (typeof KINDS)[number];
const MAX_NAME = 200;

interface Values {
  name: string;
  kind: Kind;
}

function kindOf({ type, name }: File): Kind {
  if (type === 'application/pdf') return 'pdf';
  if (/\.dcm$/i.test(name)) return 'imaging';
  return type.startsWith('image/') ? 'image' : 'other';
}

async function attach(id: string, file: File, body: Values, key: string) {
  const { id: fileId } = await uploadFile('record-attachment', file);
  const params = { path: { id } };
  const headers = { [IDEMPOTENCY_KEY]: key };
  return dataOf(api.POST('/api/v1/medical-records/{id}/attachments', { params, headers, body: { ...body, fileId } }));
}
const remove = (id: string, attachmentId: string) =>
  dataOf(api.DELETE('/api/v1/medical-records/{id}/attachments/{attachmentId}', { params: { path: { id, attachmentId } } }));

function NewAttachment({ id, file, onClose }: { id: string; file: File | null; onClose(): void }) {
  const t = useTexts('patients');
  return (
    <FormDialog<Values, unknown>
      title={t('addAttachment')}
      open={file !== null}
      onClose={onClose}
      send={async (values, key) => file && attach(id, file, values, key)}
      stale={[[RECORDS]]}
      {...(file && { initialValues: { name: file.name.slice(0, MAX_NAME), kind: kindOf(file) } })}
    >
      <Form.Item name="name" label={t('attachmentName')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={MAX_NAME} data-testid="attachment-name" />
      </Form.Item>
      <Form.Item name="kind" label={t('attachmentKind')} rules={[{ required: true }]}>
        <Select options={KINDS.map((value) => ({ value, label: t(`attachmentKinds.${value}`) }))} />
      </Form.Item>
    </FormDialog>
  );
}

export function RecordAttachments({ full: { record, attachments }, writes }: { full: FullRecord; writes: boolean }) {
  const t = useTexts('patients');
  const [file, setFile] = useState<File | null>(null);
  if (attachments.length === 0 && !writes) return null;
  return (
    <section className="clinic-record-section" aria-label={t('attachments')}>
      <h2>{t('attachments')}</h2>
      <ul className="clinic-lines">
        {attachments.map(({ id, fileId, name, kind }) => (
          <li key={id} className="clinic-line" data-testid="attachment">
            <span>
              {name} <small>{t(`attachmentKinds.${kind}`)}</small>
            </span>
            <div className="clinic-actions">
              <StoredFile fileId={fileId} name={name} />
              {writes && (
                <ActionButton
                  text={t('remove')}
                  about={name}
                  run={() => remove(record.id, id)}
                  ask={{ title: t('removeAttachment', { name }), text: t('removeAttachmentText'), confirm: t('remove'), danger: true }}
                  stale={[[RECORDS]]}
                  testId="attachment-remove"
                />
              )}
            </div>
          </li>
        ))}
      </ul>
      {writes && (
        <FileButton
          text={t('addAttachment')}
          accept="application/pdf,image/*,audio/*,video/*,.dcm"
          onFile={setFile}
          testId="attachment-add"
        />
      )}
      <NewAttachment id={record.id} file={file} onClose={() => setFile(null)} />
    </section>
  );
}
