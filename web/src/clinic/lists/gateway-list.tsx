import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import type { paths } from '../../api/schema.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useTexts } from '../texts/areas.ts';
import { HistoryDialog, LATEST } from './history-dialog.tsx';

const GATEWAYS = 'gateways';
const read = async () => (await dataOf(api.GET('/api/v1/payment-gateways'))).items;
type Gateway = Awaited<ReturnType<typeof read>>[number];
type Body = paths['/api/v1/payment-gateways/{channel}']['put']['requestBody']['content']['application/json'];

const write = (channel: Gateway['channel'], body: Body) =>
  dataOf(api.PUT('/api/v1/payment-gateways/{channel}', { params: { path: { channel } }, body }));

const HISTORY = '/api/v1/payment-gateways/{channel}/history';
const readHistory = async (channel: Gateway['channel']) =>
  (await dataOf(api.GET(HISTORY, { params: { path: { channel }, query: LATEST } }))).items;

/** What each partner gives a merchant; the long ones are keys of several lines. */
const KEYS = {
  wechat: ['appId', 'merchantId', 'serial', 'privateKey', 'apiV3Key', 'platformKeys'],
  wechat_v2: ['appId', 'merchantId', 'apiKey'],
  alipay: ['appId', 'sellerId', 'privateKey', 'alipayPublicKey'],
} as const;
type Key = (typeof KEYS)[Gateway['channel']][number];
type Values = Partial<Record<Key, string>>;
const LONG: readonly Key[] = ['privateKey', 'platformKeys', 'alipayPublicKey'];

/** Lines `serial=key` as the API wants them. */
const platformKeysOf = (lines = '') =>
  Object.fromEntries(
    lines
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).replaceAll(String.raw`\n`, '\n')]),
  );

function setKeys({ channel, enabled, version }: Gateway, { platformKeys, ...values }: Values) {
  const options = channel === 'wechat' ? { ...values, platformKeys: platformKeysOf(platformKeys) } : values;
  // The fields are those of the channel, and all of them are required.
  return write(channel, { enabled, version, options: options as NonNullable<Body['options']> });
}

interface CardProps {
  gateway: Gateway;
  onKeys(gateway: Gateway): void;
  onHistory(gateway: Gateway): void;
}

function Card({ gateway, onKeys, onHistory }: CardProps) {
  const t = useTexts('finance');
  const admin = useTexts('admin');
  const { channel, enabled, configured, usable, appId, merchant, version } = gateway;
  const name = t(`methods.${channel}`);
  return (
    <article className="clinic-card" data-testid="gateway" data-channel={channel}>
      <div className="clinic-card-head">
        <h2>{name}</h2>
        <StatusTag tone={enabled ? 'good' : 'neutral'}>{t(enabled ? 'enabled' : 'disabled')}</StatusTag>
      </div>
      <p>{t(!configured ? 'notConfigured' : usable ? 'configured' : 'unusable')}</p>
      {configured && (
        <Facts
          items={[
            { label: t('appId'), value: appId },
            { label: t('merchant'), value: merchant },
          ]}
        />
      )}
      <div className="clinic-actions">
        {version > 0 && (
          <Button size="small" aria-label={`${admin('history')}: ${name}`} onClick={() => onHistory(gateway)} data-testid="gateway-history">
            {admin('history')}
          </Button>
        )}
        <Button size="small" aria-label={`${t('setKeys')}: ${name}`} onClick={() => onKeys(gateway)} data-testid="gateway-keys">
          {t('setKeys')}
        </Button>
        {(configured || enabled) && (
          <ActionButton
            text={t(enabled ? 'disable' : 'enable')}
            about={name}
            danger={enabled}
            run={() => write(channel, { enabled: !enabled, version })}
            {...(enabled && { ask: { title: t('disableTitle', { name }), confirm: t('disable'), danger: true } })}
            done={t('changed')}
            stale={[[GATEWAYS]]}
            testId="gateway-toggle"
          />
        )}
      </div>
    </article>
  );
}

/** What an account was and became; its keys are never told. */
function History({ gateway: { channel }, onClose }: { gateway: Gateway; onClose(): void }) {
  const t = useTexts('finance');
  const admin = useTexts('admin');
  const name = t(`methods.${channel}`);
  return (
    <HistoryDialog
      {...{ name, queryKey: [GATEWAYS, channel, 'history'], onClose }}
      read={() => readHistory(channel)}
      testId="gateway-change"
    >
      {({ enabled, appId, merchant, newKeys }) => (
        <div>
          <strong>{t(enabled ? 'enabled' : 'disabled')}</strong>
          {newKeys && <small> · {admin('partners.newSecrets')}</small>}
          {appId !== null && (
            <Facts
              items={[
                { label: t('appId'), value: appId },
                { label: t('merchant'), value: merchant },
              ]}
            />
          )}
        </div>
      )}
    </HistoryDialog>
  );
}

/** The payment partners: on or off, and what they know the clinic by. */
export function GatewayList() {
  const t = useTexts('finance');
  const { data, error, refetch } = useQuery({ queryKey: [GATEWAYS], queryFn: read });
  const [edited, setEdited] = useState<Gateway>();
  const [looked, setLooked] = useState<Gateway>();
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <section className="clinic-list">
      <p>{t('intro.gateways')}</p>
      {data.map((gateway) => (
        <Card key={gateway.channel} gateway={gateway} onKeys={setEdited} onHistory={setLooked} />
      ))}
      {looked && <History gateway={looked} onClose={() => setLooked(undefined)} />}
      <FormDialog<Values, unknown>
        title={edited ? `${t('setKeys')}: ${t(`methods.${edited.channel}`)}` : ''}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={async (values) => edited && setKeys(edited, values)}
        stale={[[GATEWAYS]]}
        initialValues={{ appId: edited?.appId ?? '' }}
      >
        <p>{t('keysHint')}</p>
        {edited &&
          KEYS[edited.channel].map((key: Key) => (
            <Form.Item key={key} name={key} label={t(`keys.${key}`)} rules={[{ required: true, whitespace: true }]}>
              {LONG.includes(key) ? <Input.TextArea rows={3} autoComplete="off" /> : <Input autoComplete="off" />}
            </Form.Item>
          ))}
      </FormDialog>
    </section>
  );
}
