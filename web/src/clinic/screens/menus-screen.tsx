import { ArrowDownOutlined, ArrowUpOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Select, Switch } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import type { components, paths } from '../../api/schema.ts';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useAction } from '../blocks/use-action.ts';
import { iconNames, MenuIcon } from '../layout/menu-icon.tsx';
import { MENU } from '../menu.ts';
import { textKeyOf } from '../roles/permission-groups.ts';
import { useTexts } from '../texts/areas.ts';

const MENUS = 'menus';
const STALE = [[MENUS], MENU];
/** Distance of entries, so that others fit between them. */
const STEP = 100;

type Node = components['schemas']['MenuNode'];
type Body = paths['/api/v1/menus']['post']['requestBody']['content']['application/json'];
const read = async () => (await dataOf(api.GET('/api/v1/menus'))).items;
const readPermissions = async () => (await dataOf(api.GET('/api/v1/permissions'))).items.map(({ name }) => name);

const change = (key: string, body: Partial<Omit<Body, 'key'>>) =>
  dataOf(api.PATCH('/api/v1/menus/{key}', { params: { path: { key } }, body }));
const remove = (key: string) => dataOf(api.DELETE('/api/v1/menus/{key}', { params: { path: { key } } }));

/** Gives siblings the order that they stand in, one after the other: what is right already is left alone. */
async function arrange(siblings: readonly Node[]): Promise<void> {
  for (const [index, { key, sortOrder }] of siblings.entries()) {
    if (sortOrder !== index * STEP) await change(key, { sortOrder: index * STEP });
  }
}

/** The list with the entry at an index moved up or down by one. */
const moved = (siblings: readonly Node[], index: number, by: -1 | 1): Node[] => {
  const others = siblings.toSpliced(index, 1);
  return others.toSpliced(index + by, 0, ...siblings.slice(index, index + 1));
};

interface Values {
  key: string;
  titleZh: string;
  titleEn: string;
  path?: string;
  icon?: string;
  permission?: Body['permission'];
  parentKey?: string;
  visible: boolean;
}

function save(node: Node | null, { key, path, icon, permission, parentKey, ...values }: Values, idempotencyKey: string) {
  const body = { ...values, path: path || null, icon: icon ?? null, permission: permission ?? null, parentKey: parentKey ?? null };
  if (node) return change(node.key, body);
  return dataOf(api.POST('/api/v1/menus', { headers: { [IDEMPOTENCY_KEY]: idempotencyKey }, body: { key, sortOrder: 10_000, ...body } }));
}

interface BranchProps {
  nodes: readonly Node[];
  onEdit(node: Node): void;
}

function Move({ siblings, index, title }: { siblings: readonly Node[]; index: number; title: string }) {
  const t = useTexts('people');
  const { run, busy } = useAction({ run: (by: -1 | 1) => arrange(moved(siblings, index, by)), stale: STALE });
  return (
    <>
      <Button
        size="small"
        icon={<ArrowUpOutlined aria-hidden />}
        aria-label={`${t('moveUp')}: ${title}`}
        disabled={busy || index === 0}
        onClick={() => run(-1)}
        data-testid="menu-up"
      />
      <Button
        size="small"
        icon={<ArrowDownOutlined aria-hidden />}
        aria-label={`${t('moveDown')}: ${title}`}
        disabled={busy || index === siblings.length - 1}
        onClick={() => run(1)}
        data-testid="menu-down"
      />
    </>
  );
}

function Entry({ nodes, index, node, onEdit }: BranchProps & { index: number; node: Node }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const shown = useStore(language);
  const { key, visible, builtin, children, path, icon } = node;
  const title = shown === 'zh' ? node.titleZh : node.titleEn;
  return (
    <li data-testid="menu-node" data-menu={key}>
      <div className="clinic-line">
        <span>
          <MenuIcon name={icon} /> <strong>{title}</strong> <small>{path ?? ''}</small>{' '}
          {!visible && <StatusTag tone="neutral">{t('hidden')}</StatusTag>}
        </span>
        <div className="clinic-actions">
          <Move siblings={nodes} index={index} title={title} />
          <ActionButton
            text={t(visible ? 'hide' : 'show')}
            about={title}
            run={() => change(key, { visible: !visible })}
            done={admin('changed')}
            stale={STALE}
            testId="menu-visible"
          />
          <Button size="small" aria-label={`${admin('edit')}: ${title}`} onClick={() => onEdit(node)} data-testid="menu-edit">
            {admin('edit')}
          </Button>
          {!builtin && children.length === 0 && (
            <ActionButton
              text={t('delete')}
              about={title}
              danger
              run={() => remove(key)}
              ask={{ title: t('deleteTitle', { name: title }), confirm: t('delete'), danger: true }}
              done={t('deleted')}
              stale={STALE}
              testId="menu-delete"
            />
          )}
        </div>
      </div>
      {children.length > 0 && <Branch nodes={children} onEdit={onEdit} />}
    </li>
  );
}

function Branch({ nodes, onEdit }: BranchProps) {
  return (
    <ul className="clinic-tree">
      {nodes.map((node, index) => (
        <Entry key={node.key} nodes={nodes} index={index} node={node} onEdit={onEdit} />
      ))}
    </ul>
  );
}

function Fields({ node, headings }: { node: Node | null; headings: readonly Node[] }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const words = useTexts('permissions');
  const shown = useStore(language);
  const { data = [] } = useQuery({ queryKey: ['permissions'], queryFn: readPermissions });
  const rules = [{ required: true, whitespace: true }];
  const above = headings
    .filter(({ key }) => key !== node?.key)
    .map(({ key, titleZh, titleEn }) => ({ value: key, label: shown === 'zh' ? titleZh : titleEn }));
  return (
    <>
      {!node && (
        <Form.Item name="key" label={admin('code')} rules={rules} extra={t('roleKeyHint')}>
          <Input maxLength={40} data-testid="menu-key" />
        </Form.Item>
      )}
      <div className="clinic-form-pair">
        <Form.Item name="titleZh" label={t('nameZh')} rules={rules}>
          <Input maxLength={40} data-testid="menu-title-zh" />
        </Form.Item>
        <Form.Item name="titleEn" label={t('nameEn')} rules={rules}>
          <Input maxLength={40} data-testid="menu-title-en" />
        </Form.Item>
      </div>
      <Form.Item name="path" label={t('path')} extra={t('pathHint')}>
        <Input maxLength={200} data-testid="menu-path" />
      </Form.Item>
      <Form.Item name="parentKey" label={t('under')}>
        <Select allowClear placeholder={t('top')} options={above} />
      </Form.Item>
      <Form.Item name="permission" label={t('seenBy')} extra={t('seenByHint')}>
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          options={data.map((value) => ({ value, label: words(`names.${textKeyOf(value)}`) }))}
        />
      </Form.Item>
      <Form.Item name="icon" label={t('icon')}>
        <Select
          allowClear
          options={iconNames.map((value) => ({
            value,
            label: (
              <>
                <MenuIcon name={value} /> {value}
              </>
            ),
          }))}
        />
      </Form.Item>
      <Form.Item name="visible" label={t('shown')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </>
  );
}

const valuesOf = ({ key, titleZh, titleEn, path, icon, permission, parentKey, visible }: Node): Partial<Values> => {
  const given = {
    ...(icon !== null && { icon }),
    ...(permission !== null && { permission: permission as NonNullable<Body['permission']> }),
  };
  return { key, titleZh, titleEn, path: path ?? '', ...given, ...(parentKey !== null && { parentKey }), visible };
};

/** `/clinic/menus`: which entries the menu has, in which order, and who sees them. */
export default function MenusScreen() {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const title = useTexts('shell')('screens.menus');
  const { data, error, refetch } = useQuery({ queryKey: [MENUS], queryFn: read });
  const [edited, setEdited] = useState<Node | null>();
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const add = (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="menu-add">
      {t('addEntry')}
    </Button>
  );
  return (
    <>
      <PageHeader title={title} lead={t('intro.menus')} actions={add} />
      <article className="clinic-card">
        <Branch nodes={data} onEdit={setEdited} />
      </article>
      <FormDialog<Values, unknown>
        title={edited ? admin('edit') : t('addEntry')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(edited ?? null, values, key)}
        stale={STALE}
        initialValues={edited ? valuesOf(edited) : { visible: true }}
      >
        <Fields node={edited ?? null} headings={data.filter(({ path }) => path === null)} />
      </FormDialog>
    </>
  );
}
