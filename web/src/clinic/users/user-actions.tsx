import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { useMay } from '../access.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { type UserDetail, useRoles, USERS } from '../people.tsx';
import { go } from '../route.ts';
import { useTexts } from '../texts/areas.ts';
import { UserFields, type UserValues } from './user-fields.tsx';

const STALE = [[USERS], ['person']];
const PATH = '/api/v1/users/{id}';
const at = (id: string) => ({ params: { path: { id } } });

const setStatus = (id: string, status: 'active' | 'inactive') => dataOf(api.PUT(`${PATH}/status`, { ...at(id), body: { status } }));
const lock = (id: string) => dataOf(api.POST(`${PATH}/lock`, { ...at(id), body: { until: null } }));
const unlock = (id: string) => dataOf(api.POST(`${PATH}/unlock`, at(id)));
const endSessions = (id: string) => dataOf(api.DELETE(`${PATH}/sessions`, at(id)));
const remove = (id: string) => dataOf(api.DELETE(PATH, at(id)));
const setRoles = (id: string, roles: string[]) => dataOf(api.PUT(`${PATH}/roles`, { ...at(id), body: { roles } }));
const setPassword = (id: string, password: string) => dataOf(api.PUT(`${PATH}/password`, { ...at(id), body: { password } }));

/** A lock without an end has a time too, far away. */
export const isLocked = ({ lockReason }: Pick<UserDetail, 'lockReason'>) => lockReason !== null;

const shownValues = ({ name, account, staffNo, phone, email, membershipLevel }: UserDetail): UserValues => {
  return { name, account: account ?? '', staffNo: staffNo ?? '', phone: phone ?? '', email: email ?? '', membershipLevel };
};

/** Sends what was changed only: a masked phone number goes back to nobody. */
function change(user: UserDetail, values: UserValues) {
  const before: Partial<Record<string, unknown>> = { ...shownValues(user) };
  const changed = Object.entries(values).filter(([field, value]) => (value ?? '') !== before[field]);
  const body = Object.fromEntries(changed.map(([field, value]) => [field, value || null]));
  return dataOf(api.PATCH(PATH, { ...at(user.id), body }));
}

type DialogName = 'edit' | 'roles' | 'password';

/** Forms about an account, one at a time. */
function Dialogs({ user, open, onClose }: { user: UserDetail; open: DialogName | undefined; onClose(): void }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const roles = useRoles();
  const common = { onClose, stale: STALE };
  return (
    <>
      <FormDialog<UserValues, unknown>
        {...common}
        title={admin('edit')}
        open={open === 'edit'}
        send={(values) => change(user, values)}
        initialValues={shownValues(user)}
      >
        <UserFields fresh={false} />
      </FormDialog>
      <FormDialog<{ roles: string[] }, unknown>
        {...common}
        title={admin('editRoles')}
        open={open === 'roles'}
        send={(values) => setRoles(user.id, values.roles)}
        initialValues={{ roles: user.roles }}
      >
        <Form.Item name="roles" label={admin('roles')} rules={[{ required: true }]}>
          <Select mode="multiple" optionFilterProp="label" options={roles} data-testid="user-roles-select" />
        </Form.Item>
      </FormDialog>
      <FormDialog<{ password: string }, unknown>
        {...common}
        title={t('setPassword')}
        open={open === 'password'}
        send={(values) => setPassword(user.id, values.password)}
      >
        <Form.Item name="password" label={t('password')} rules={[{ required: true }]} extra={t('passwordEnds')}>
          <Input.Password maxLength={256} autoComplete="new-password" />
        </Form.Item>
      </FormDialog>
    </>
  );
}

function Danger({ user }: { user: UserDetail }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const { id, name, status } = user;
  const locked = isLocked(user);
  const common = { large: true, done: admin('changed'), stale: STALE };
  const lockAsk = { title: admin('lockTitle', { name }), text: admin('lockText'), confirm: admin('lock'), danger: true };
  const offAsk = { title: admin('disableTitle', { name }), text: t('disableText'), confirm: admin('disable'), danger: true };
  return (
    <>
      <ActionButton
        {...common}
        text={t('endSessions')}
        run={() => endSessions(id)}
        ask={{ title: t('endSessionsTitle', { name }), confirm: t('endSessions'), danger: true }}
        testId="user-sessions"
      />
      <ActionButton
        {...common}
        text={admin(locked ? 'unlock' : 'lock')}
        run={() => (locked ? unlock(id) : lock(id))}
        {...(!locked && { ask: lockAsk })}
        testId="user-lock"
      />
      <ActionButton
        {...common}
        text={admin(status === 'active' ? 'disable' : 'enable')}
        danger={status === 'active'}
        run={() => setStatus(id, status === 'active' ? 'inactive' : 'active')}
        {...(status === 'active' && { ask: offAsk })}
        testId="user-status"
      />
      <ActionButton
        {...common}
        text={t('delete')}
        danger
        run={() => remove(id)}
        ask={{ title: t('deleteTitle', { name }), text: t('deleteText'), confirm: t('delete'), danger: true }}
        done={t('deleted')}
        onDone={() => go('/users')}
        testId="user-delete"
      />
    </>
  );
}

/** What administrators can do with an account. */
export function UserActions({ user }: { user: UserDetail }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const may = useMay();
  const [open, setOpen] = useState<DialogName>();
  const manages = may('users:manage');
  return (
    <div className="clinic-actions clinic-choices">
      {manages && (
        <>
          <Button type="primary" onClick={() => setOpen('edit')} data-testid="user-edit">
            {admin('edit')}
          </Button>
          <Button onClick={() => setOpen('password')} data-testid="user-set-password">
            {t('setPassword')}
          </Button>
        </>
      )}
      {may('roles:manage') && (
        <Button onClick={() => setOpen('roles')} data-testid="user-roles">
          {admin('editRoles')}
        </Button>
      )}
      {manages && <Danger user={user} />}
      <Dialogs user={user} open={open} onClose={() => setOpen(undefined)} />
    </div>
  );
}
