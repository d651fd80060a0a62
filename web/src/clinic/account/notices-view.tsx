import { useQuery } from '@tanstack/react-query';
import { Checkbox } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useAction } from '../blocks/use-action.ts';
import { useMay } from '../access.ts';
import { useTexts } from '../texts/areas.ts';
import { ACCOUNT } from './account.ts';

/** Of the parts of `service` those that concern the person's work are for staff only. */
const PARTS = ['appointment', 'order', 'prescription', 'review', 'announcement'] as const;
const CLASSES = ['service', ...PARTS, 'marketing'] as const;
/** Whose work the clinic writes about. */
const STAFF = ['practitioners:apply', 'refunds:review', 'schedules:manage', 'prescriptions:review'];
const KEY = [ACCOUNT, 'notices'];

const load = async () => (await dataOf(api.GET('/api/v1/notifications/preferences'))).items;
type Preference = Awaited<ReturnType<typeof load>>[number];
const choose = (item: Preference) => dataOf(api.PATCH('/api/v1/notifications/preferences', { body: { items: [item] } }));

/** What the person wants to be told of, and how. */
export function NoticesView() {
  const t = useTexts('account');
  const may = useMay();
  const works = STAFF.some(may);
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: load });
  const change = useAction({ run: choose, done: t('saved'), stale: [KEY] });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const isOff = ({ class: name, channel }: Preference): boolean =>
    name !== 'service' &&
    name !== 'marketing' &&
    !data.some((item) => item.class === 'service' && item.channel === channel && item.enabled);
  return (
    <div className="clinic-stack">
      <p>{t('noticesText')}</p>
      {(works ? [...CLASSES, 'work' as const] : CLASSES).map((name) => (
        <fieldset key={name} className="clinic-card">
          <legend className="clinic-hidden">{t(`classes.${name}`)}</legend>
          <h2 aria-hidden>{t(`classes.${name}`)}</h2>
          {data
            .filter((item) => item.class === name)
            .map((item) => (
              <Checkbox
                key={item.channel}
                checked={item.enabled && !isOff(item)}
                disabled={change.busy || isOff(item)}
                onChange={({ target }) => change.run({ ...item, enabled: target.checked })}
                data-testid={`notice-${name}-${item.channel}`}
              >
                {t(`channels.${item.channel}`)}
              </Checkbox>
            ))}
        </fieldset>
      ))}
    </div>
  );
}
