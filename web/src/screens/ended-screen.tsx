import { useEffect, useState } from 'react';
import { Link, Page } from '../components/page.tsx';
import { errorText, useT } from '../i18n/index.ts';
import { getVisit } from '../net/records.ts';
import { forgetVisit } from '../room/current-visit.ts';
import type { VisitState } from '../room/visit-state.ts';
import { isGuest, session } from '../session.ts';
import { useStore } from '../use-store.ts';

type Closed = NonNullable<VisitState['closed']>;
type Screen = 'ended' | 'closed' | 'empty' | 'kicked' | 'replaced' | 'left' | 'declined' | 'session_revoked' | 'room_failed' | 'refused';

/** Refusals of a join that have a page of their own. */
const SCREEN_OF_CODE: Partial<Record<string, Screen>> = {
  visit_ended: 'ended',
  removed: 'kicked',
  session_revoked: 'session_revoked',
  second_device: 'replaced',
};
const CAN_COME_BACK = new Set<Screen>(['closed', 'empty', 'replaced', 'left', 'declined', 'room_failed', 'refused']);

/** Where what comes after the visit is done: in its booking or, without one, in the visit. Null for whoever has no part in it. */
function useAfterwards(visitId: string): { path: string; booked: boolean } | null {
  const [place, setPlace] = useState<{ path: string; booked: boolean } | null>(null);
  useEffect(() => {
    if (isGuest(visitId)) return;
    getVisit(visitId).then(
      ({ appointmentId }) =>
        setPlace({
          path: appointmentId ? `/clinic/appointments/${appointmentId}` : `/clinic/visits/${visitId}`,
          booked: appointmentId !== null,
        }),
      // Whoever may not see the visit has nowhere to go to.
      (error: unknown) => console.warn('visit', error),
    );
  }, [visitId]);
  return place;
}

/** Why the visit is over for this page, and what can be done now. */
export function Ended({ visitId, closed }: { visitId: string; closed: Closed }) {
  const t = useT();
  const own = useStore(session);
  const afterwards = useAfterwards(visitId);
  const screen: Screen = 'reason' in closed ? closed.reason : (SCREEN_OF_CODE[closed.code] ?? 'refused');
  const again = screen === 'declined' ? t('ended.knock') : screen === 'replaced' ? t('ended.moveHere') : t('ended.rejoin');
  return (
    <Page>
      <section
        className="card card-center"
        data-testid="ended"
        data-reason={'reason' in closed ? closed.reason : closed.code}
        data-visit-id={visitId}
      >
        <h1>{t(`ended.${screen}.title`)}</h1>
        <p>{'code' in closed && screen === 'refused' ? errorText(closed.code) : t(`ended.${screen}.text`)}</p>
        <div className="actions">
          {CAN_COME_BACK.has(screen) && (
            <button type="button" className="btn btn-primary" data-testid="rejoin-button" onClick={forgetVisit}>
              {again}
            </button>
          )}
          {own && afterwards && (
            <Link to={afterwards.path} className="btn">
              {t(afterwards.booked ? 'ended.appointment' : 'ended.visit')}
            </Link>
          )}
          {own && (
            <Link to="/" className="btn">
              {t('app.back')}
            </Link>
          )}
        </div>
      </section>
    </Page>
  );
}
