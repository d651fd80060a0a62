import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, ColorPicker, Empty, Form, Input, Select, Tag } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { type UserDetail, USERS } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

const TAGS = 'user-tags';
const STALE = [[TAGS], [USERS]];

const read = async () => (await dataOf(api.GET('/api/v1/user-tags'))).items;
type UserTag = Awaited<ReturnType<typeof read>>[number];

interface Values {
  name: string;
  color: string | null;
}

function save(tag: UserTag | null, { name, color }: Values, key: string) {
  return tag
    ? dataOf(api.PATCH('/api/v1/user-tags/{id}', { params: { path: { id: tag.id } }, body: { name, color } }))
    : dataOf(api.POST('/api/v1/user-tags', { headers: { [IDEMPOTENCY_KEY]: key }, body: { name, ...(color && { color }) } }));
}
const remove = (id: string) => dataOf(api.DELETE('/api/v1/user-tags/{id}', { params: { path: { id } } }));
const give = (id: string, tagIds: string[]) => dataOf(api.PUT('/api/v1/users/{id}/tags', { params: { path: { id } }, body: { tagIds } }));

/** Names of tags in their colours. */
export function Tags({ tags }: { tags: readonly Pick<UserTag, 'id' | 'name' | 'color'>[] }) {
  if (tags.length === 0) return <>—</>;
  return tags.map(({ id, name, color }) => (
    <Tag key={id} {...(color && { color })}>
      {name}
    </Tag>
  ));
}

/** The tags that there are, to choose one of. */
export function useTags(): { value: string; label: string }[] {
  const { data = [] } = useQuery({ queryKey: [TAGS], queryFn: read, staleTime: 60_000 });
  return data.map(({ id, name }) => ({ value: id, label: name }));
}

/** The tags of somebody, in a dialog of their own. */
export function EditTags({ user }: { user: UserDetail }) {
  const t = useTexts('people');
  const [open, setOpen] = useState(false);
  const { data = [] } = useQuery({ queryKey: [TAGS], queryFn: read, enabled: open });
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)} data-testid="user-tags">
        {t('editTags')}
      </Button>
      <FormDialog<{ tagIds: string[] }, unknown>
        title={t('editTags')}
        open={open}
        onClose={() => setOpen(false)}
        send={({ tagIds }) => give(user.id, tagIds)}
        stale={STALE}
        initialValues={{ tagIds: user.tags.map(({ id }) => id) }}
      >
        <Form.Item name="tagIds" label={t('tags')}>
          <Select
            mode="multiple"
            optionFilterProp="label"
            options={data.map(({ id, name }) => ({ value: id, label: name }))}
            notFoundContent={t('noTags')}
            data-testid="tags-select"
          />
        </Form.Item>
      </FormDialog>
    </>
  );
}

function Row({ tag, onEdit }: { tag: UserTag; onEdit(tag: UserTag): void }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const { id, name, users } = tag;
  return (
    <li className="clinic-line" data-testid="tag-row">
      <span>
        <Tags tags={[tag]} /> <small>{t('heldBy', { count: users })}</small>
      </span>
      <div className="clinic-actions">
        <Button size="small" aria-label={`${admin('edit')}: ${name}`} onClick={() => onEdit(tag)}>
          {admin('edit')}
        </Button>
        <ActionButton
          text={admin('remove')}
          about={name}
          danger
          run={() => remove(id)}
          ask={{ title: t('deleteTitle', { name }), text: t('heldBy', { count: users }), confirm: admin('remove'), danger: true }}
          done={admin('removed')}
          stale={STALE}
          testId="tag-remove"
        />
      </div>
    </li>
  );
}

/** The tags that people can have. */
export function TagList() {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const { data, error, refetch } = useQuery({ queryKey: [TAGS], queryFn: read });
  const [edited, setEdited] = useState<UserTag | null>();
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <section className="clinic-list">
      <div className="clinic-list-bar">
        <p>{t('intro.tags')}</p>
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="tag-add">
          {t('addTag')}
        </Button>
      </div>
      {data.length === 0 ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noTags')} />
      ) : (
        <article className="clinic-card">
          <ul className="clinic-lines">
            {data.map((tag) => (
              <Row key={tag.id} tag={tag} onEdit={setEdited} />
            ))}
          </ul>
        </article>
      )}
      <FormDialog<Values, unknown>
        title={t(edited ? 'editTag' : 'addTag')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(edited ?? null, values, key)}
        stale={STALE}
        initialValues={{ name: edited?.name ?? '', color: edited?.color ?? '#0b6b66' }}
      >
        <Form.Item name="name" label={admin('name')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={40} data-testid="tag-name" />
        </Form.Item>
        <Form.Item name="color" label={t('color')} getValueFromEvent={(color: { toHexString(): string }) => color.toHexString()}>
          <ColorPicker disabledAlpha format="hex" />
        </Form.Item>
      </FormDialog>
    </section>
  );
}
