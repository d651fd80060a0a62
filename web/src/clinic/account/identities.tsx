import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { goToProvider } from '../../net/external.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { When } from '../blocks/when.tsx';
import { useTexts } from '../texts/areas.ts';
import { ACCOUNT } from './account.ts';

const KEY = [ACCOUNT, 'identities'];

const readIdentities = async () => (await dataOf(api.GET('/api/v1/auth/identities'))).items;
const readProviders = async () => (await dataOf(api.GET('/api/v1/auth/providers'))).items;
const unbind = (id: string) => dataOf(api.DELETE('/api/v1/auth/identities/{id}', { params: { path: { id } } }));
const start = (provider: string) => dataOf(api.POST('/api/v1/auth/identities/{provider}/start', { params: { path: { provider } } }));

/** Accounts of other services that the person can sign in with; nothing where the clinic has none. */
export function Identities() {
  const t = useTexts('account');
  const identities = useQuery({ queryKey: KEY, queryFn: readIdentities });
  const providers = useQuery({ queryKey: [ACCOUNT, 'providers'], queryFn: readProviders });
  if (!identities.data || !providers.data) return null;
  const titleOf = (name: string) => providers.data.find((provider) => provider.name === name)?.title ?? name;
  const open = providers.data.filter(
    ({ name, kind }) => kind !== 'wechat-mini' && !identities.data.some(({ provider }) => provider === name),
  );
  if (identities.data.length + open.length === 0) return null;
  return (
    <section aria-label={t('identities')} className="clinic-section">
      <h2>{t('identities')}</h2>
      <p>{t('identitiesText')}</p>
      <div className="clinic-cards">
        {identities.data.map(({ id, provider, label, createdAt }) => (
          <article key={id} className="clinic-card clinic-card-row">
            <div>
              <h3>{titleOf(provider)}</h3>
              <p>
                {label ?? t('bound')} · <When at={createdAt} precision="day" />
              </p>
            </div>
            <ActionButton
              text={t('unbind')}
              about={titleOf(provider)}
              run={() => unbind(id)}
              ask={{
                title: t('unbindTitle', { name: titleOf(provider) }),
                text: t('unbindText'),
                confirm: t('unbind'),
                danger: true,
              }}
              done={t('unbound')}
              stale={[KEY]}
              testId="identity-unbind"
            />
          </article>
        ))}
        {open.map(({ name, title }) => (
          <article key={name} className="clinic-card clinic-card-row">
            <div>
              <h3>{title}</h3>
              <p>{t('notBound')}</p>
            </div>
            <ActionButton
              text={t('bind')}
              about={title}
              run={() => start(name)}
              onDone={(begun) => goToProvider('bind', name, begun)}
              testId="identity-bind"
            />
          </article>
        ))}
      </div>
    </section>
  );
}
