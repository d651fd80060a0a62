import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Segmented } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import type { paths } from '../../api/schema.ts';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useTexts } from '../texts/areas.ts';
import { isTemplateName } from './template-names.ts';

const TEMPLATES = 'message-templates';
const STALE = [[TEMPLATES]];
const PATH = '/api/v1/messages/templates/{name}/{locale}';

const read = async () => (await dataOf(api.GET('/api/v1/messages/templates'))).items;
type Template = Awaited<ReturnType<typeof read>>[number];
type Place = paths[typeof PATH]['put']['parameters']['path'];
const placeOf = ({ name, locale }: Template) => ({ name, locale }) as Place;

interface Values {
  title: string;
  text: string;
  sms: string;
  action?: string;
}

function save(template: Template, { action, ...values }: Values) {
  const body = { ...values, ...(action && { action }), version: template.version };
  return dataOf(api.PUT(PATH, { params: { path: placeOf(template) }, body }));
}
const restore = (template: Template) => dataOf(api.DELETE(PATH, { params: { path: placeOf(template) } }));

/** Names in `{{…}}` that the message does not have. */
const unknownIn = (text: string, variables: readonly string[]): string[] =>
  [...text.matchAll(/\{\{\s*([^}\s]*)\s*\}\}/g)].map(([, name]) => name ?? '').filter((name) => !variables.includes(name));

function Card({ template, onEdit }: { template: Template; onEdit(template: Template): void }) {
  const t = useTexts('messages');
  const admin = useTexts('admin');
  const { name, kind, title, text, sms, version } = template;
  const label = isTemplateName(name) ? t(`templates.${name}`) : name;
  return (
    <article className="clinic-card" data-testid="template-card" data-template={name}>
      <div className="clinic-card-head">
        <h2>{label}</h2>
        <StatusTag tone={version > 0 ? 'info' : 'neutral'}>{t(version > 0 ? 'changed' : 'standard')}</StatusTag>
      </div>
      <p>
        <small>{t(`kinds.${kind}`)}</small>
      </p>
      <p>
        <strong>{title}</strong>
      </p>
      <p className="clinic-prose">{text}</p>
      <p>
        <small>{`${t('channel.sms')}: ${sms}`}</small>
      </p>
      <div className="clinic-actions">
        {version > 0 && (
          <ActionButton
            text={t('restore')}
            about={label}
            danger
            run={() => restore(template)}
            ask={{ title: t('restoreTitle', { name: label }), confirm: t('restore'), danger: true }}
            done={t('restored')}
            stale={STALE}
            testId="template-restore"
          />
        )}
        <Button size="small" aria-label={`${admin('edit')}: ${label}`} onClick={() => onEdit(template)} data-testid="template-edit">
          {admin('edit')}
        </Button>
      </div>
    </article>
  );
}

function Fields({ template: { variables, action } }: { template: Template }) {
  const t = useTexts('messages');
  const check = {
    validator: async (_rule: unknown, text: string | undefined) => {
      const [wrong] = unknownIn(text ?? '', variables);
      if (wrong !== undefined) throw new Error(t('unknownVariable', { name: wrong }));
    },
  };
  const rules = [{ required: true, whitespace: true }, check];
  return (
    <>
      <p>
        {t('variables')} {variables.map((name) => `{{${name}}}`).join(' ')}
      </p>
      <Form.Item name="title" label={t('subject')} rules={rules}>
        <Input maxLength={100} data-testid="template-title" />
      </Form.Item>
      <Form.Item name="text" label={t('text')} rules={rules}>
        <Input.TextArea rows={4} data-testid="template-text" />
      </Form.Item>
      <Form.Item name="sms" label={t('channel.sms')} rules={rules} extra={t('smsHint')}>
        <Input.TextArea rows={2} />
      </Form.Item>
      {action !== undefined && (
        <Form.Item name="action" label={t('button')}>
          <Input maxLength={40} />
        </Form.Item>
      )}
    </>
  );
}

/** The words of every message, in one language at a time. */
export function TemplateList() {
  const t = useTexts('messages');
  const admin = useTexts('admin');
  const own = useStore(language) ?? 'en';
  const [locale, setLocale] = useState<'zh' | 'en'>(own);
  const [edited, setEdited] = useState<Template>();
  const { data, error, refetch } = useQuery({ queryKey: [TEMPLATES], queryFn: read });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <section className="clinic-list">
      <div className="clinic-list-bar">
        <p>{t('intro.templates')}</p>
        <Segmented
          aria-label={t('language')}
          value={locale}
          onChange={setLocale}
          options={[
            { value: 'zh', label: t('languages.zh') },
            { value: 'en', label: t('languages.en') },
          ]}
        />
      </div>
      {data
        .filter((template) => template.locale === locale)
        .map((template) => (
          <Card key={template.name} template={template} onEdit={setEdited} />
        ))}
      <FormDialog<Values, unknown>
        title={edited && isTemplateName(edited.name) ? t(`templates.${edited.name}`) : admin('edit')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={async (values) => edited && save(edited, values)}
        stale={STALE}
        {...(edited && { initialValues: edited })}
      >
        {edited && <Fields template={edited} />}
      </FormDialog>
    </section>
  );
}
