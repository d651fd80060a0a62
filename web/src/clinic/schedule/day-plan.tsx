import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { useStore } from '../../use-store.ts';
import { Chart } from '../blocks/chart.tsx';
import { useConfirm } from '../blocks/confirm.tsx';
import { Figures } from '../blocks/figures.tsx';
import { Failure } from '../blocks/failure.tsx';
import { useListState } from '../blocks/list-state.ts';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { clinicDate } from '../booking.ts';
import { clinicZone, dateInWords, useNow } from '../clock.ts';
import { useLang } from '../lang.ts';
import { useTexts } from '../texts/areas.ts';
import { SCHEDULE } from './keys.ts';

/** Days that are shown together. */
const DAYS = 7;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const later = (date: string, days: number) => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

const read = (id: string, from: string) =>
  dataOf(api.GET('/api/v1/practitioners/{id}/schedule', { params: { path: { id }, query: { from, until: later(from, DAYS - 1) } } }));
type Plan = Awaited<ReturnType<typeof read>>;
type Day = Plan['days'][number];
type Slot = Day['slots'][number];

const setSlot = (id: string, startsAt: string, state: 'open' | 'closed', note: string) =>
  dataOf(api.PUT('/api/v1/practitioners/{id}/slot-state', { params: { path: { id } }, body: { startsAt, state, note: note || null } }));

/** A time of a day; pressed, it is closed. */
function SlotButton({ id, slot }: { id: string; slot: Slot }) {
  const t = useTexts('schedule');
  const confirm = useConfirm();
  const past = Date.parse(slot.startsAt) < useNow();
  const { time, capacity, taken, state, startsAt } = slot;
  const { run, busy } = useAction({
    run: (note: string) => setSlot(id, startsAt, 'closed', note),
    done: t('slotClosed'),
    stale: [[SCHEDULE, id]],
  });
  const word = t(`slotStates.${state}`);
  async function ask(): Promise<void> {
    const sure = await confirm({
      ...{ title: t('closeSlot', { time }), text: taken > 0 ? t('closeTaken') : t('closeFree'), confirm: t('close'), danger: true },
      reason: { label: t('note'), max: 200 },
    });
    if (sure) run(sure.reason);
  }
  return (
    <Button
      className={`clinic-slot clinic-slot-${state}`}
      disabled={past}
      loading={busy}
      aria-label={`${time} ${word}`}
      onClick={() => void ask()}
      data-testid="plan-slot"
      data-state={state}
    >
      {time}
      <small>{capacity > 1 ? `${taken}/${capacity}` : word}</small>
    </Button>
  );
}

function Closures({ id, plan, date }: { id: string; plan: Plan; date: string }) {
  const t = useTexts('schedule');
  const { run, busy } = useAction({
    run: (startsAt: string) => setSlot(id, startsAt, 'open', ''),
    done: t('slotOpened'),
    stale: [[SCHEDULE, id]],
  });
  const now = useNow();
  const dateOf = (iso: string) => new Intl.DateTimeFormat('sv', { timeZone: plan.zone }).format(Date.parse(iso));
  const last = (iso: string) => dateOf(new Date(Date.parse(iso) - 1).toISOString());
  const closures = plan.closures.filter(({ from, until }) => dateOf(from) <= date && last(until) >= date);
  return closures.map(({ code, ruleId, from, until }) => (
    <p key={ruleId} className="clinic-closure" data-testid="closure">
      {t(`closures.${code}`)} <When at={from} /> – <When at={until} />
      {code === 'closed_day' && Date.parse(from) > now && (
        <Button size="small" loading={busy} onClick={() => run(from)} data-testid="slot-open">
          {t('openAgain')}
        </Button>
      )}
    </p>
  ));
}

function DayCard({ id, plan, day }: { id: string; plan: Plan; day: Day }) {
  const t = useTexts('schedule');
  const lang = useLang();
  return (
    <article className="clinic-card" data-testid="plan-day">
      <div className="clinic-card-head">
        <h2>{dateInWords(day.date, lang)}</h2>
        <span>{t('figures', { offered: day.offered, booked: day.booked, used: day.used })}</span>
      </div>
      <Closures id={id} plan={plan} date={day.date} />
      {day.slots.length === 0 ? (
        <p>{t('noSlots')}</p>
      ) : (
        <div className="clinic-slots">
          {day.slots.map((slot) => (
            <SlotButton key={slot.startsAt} id={id} slot={slot} />
          ))}
        </div>
      )}
    </article>
  );
}

/** A week of times with what is booked of them. */
export function DayPlan({ id }: { id: string }) {
  const t = useTexts('schedule');
  const lang = useLang();
  const zone = useStore(clinicZone);
  const { state, change } = useListState();
  const asked = state.filters['from'] ?? '';
  const from = DATE.test(asked) ? asked : clinicDate(0, zone);
  const { data, error, refetch } = useQuery({
    queryKey: [SCHEDULE, id, 'plan', from],
    queryFn: () => read(id, from),
    placeholderData: keepPreviousData,
  });
  const go = (days: number) => change({ filters: { from: later(from, days) } });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const { totals, days } = data;
  const figures = (['offered', 'booked', 'used', 'cancelled'] as const).map((name) => ({ label: t(name), value: totals[name] }));
  return (
    <section className="clinic-list">
      <div className="clinic-actions clinic-week">
        <Button icon={<LeftOutlined aria-hidden />} aria-label={t('weekBefore')} onClick={() => go(-DAYS)} data-testid="week-before" />
        <strong>{`${dateInWords(from, lang)} – ${dateInWords(later(from, DAYS - 1), lang)}`}</strong>
        <Button icon={<RightOutlined aria-hidden />} aria-label={t('weekAfter')} onClick={() => go(DAYS)} data-testid="week-after" />
      </div>
      <Figures items={figures} />
      <Chart
        title={t('byDay')}
        kind="bar"
        x={days.map(({ date }) => dateInWords(date, lang))}
        series={(['offered', 'booked', 'used'] as const).map((name) => ({ name: t(name), values: days.map((day) => day[name]) }))}
      />
      {days.map((day) => (
        <DayCard key={day.date} id={id} plan={data} day={day} />
      ))}
    </section>
  );
}
