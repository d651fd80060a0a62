import { Tooltip } from 'antd';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { clinicZone, useNow } from '../clock.ts';
import { type Precision, relativeTime, sameClock, timeIn, zoneName } from '../times.ts';

interface WhenProps {
  /** ISO 8601, UTC; null shows a dash. */
  at: string | null;
  precision?: Precision;
  /** Adds how far away it is, while that is within a week. */
  relative?: boolean;
}

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A time on the clinic's clock. Where the reader's clock shows another, the zone is named, and a hint tells the own time. */
export function When({ at, precision = 'minute', relative = false }: WhenProps) {
  const lang = useStore(language) === 'zh' ? 'zh-CN' : 'en';
  const zone = useStore(clinicZone);
  const now = useNow();
  if (at === null) return <span>–</span>;
  const ms = Date.parse(at);
  const hint = relative ? relativeTime(zone, ms, now, lang) : null;
  const text = timeIn(zone, ms, now, lang, precision);
  if (precision === 'day' || sameClock(zone, HERE, ms)) {
    return (
      <time dateTime={at} className="clinic-when">
        {text}
        {hint && <small className="clinic-when-hint">{hint}</small>}
      </time>
    );
  }
  return (
    <Tooltip title={`${timeIn(HERE, ms, now, lang, precision)} ${zoneName(HERE, ms, lang)}`}>
      {/* Reached by Tab: the hint is for everybody. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <time dateTime={at} className="clinic-when" tabIndex={0}>
        {text} <small>{zoneName(zone, ms, lang)}</small>
        {hint && <small className="clinic-when-hint">{hint}</small>}
      </time>
    </Tooltip>
  );
}
