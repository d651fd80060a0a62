import { api, dataOf } from '../../api/client.ts';
import { useMay } from '../access.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { useTexts } from '../texts/areas.ts';

/** Beginning of the keys of what administrators read about practitioners. */
export const PRACTITIONERS = 'practitioners-all';
const STALE = [[PRACTITIONERS], ['practitioners']];

const TONES = { draft: 'neutral', submitted: 'warn', approved: 'good', rejected: 'bad' } as const satisfies Record<string, Tone>;
type State = keyof typeof TONES;
export const REVIEW_STATES = Object.keys(TONES) as State[];

interface Row {
  id: string;
  name: string;
  enabled: boolean;
  reviewState: State;
  version: number;
}

const approve = ({ id, version }: Row) =>
  dataOf(api.POST('/api/v1/practitioners/{id}/approve', { params: { path: { id } }, body: { version } }));
const reject = ({ id, version }: Row, reason: string) =>
  dataOf(api.POST('/api/v1/practitioners/{id}/reject', { params: { path: { id } }, body: { version, reason } }));
const toggle = ({ id, enabled }: Row) => {
  const params = { path: { id } };
  return dataOf(
    enabled ? api.POST('/api/v1/practitioners/{id}/disable', { params }) : api.POST('/api/v1/practitioners/{id}/enable', { params }),
  );
};

/** How far the review of somebody's qualifications is. */
export function ReviewState({ state }: { state: State }) {
  const t = useTexts('admin');
  return <StatusTag tone={TONES[state]}>{t(`reviews.${state}`)}</StatusTag>;
}

/** Decide about qualifications; show or hide a practitioner. */
export function PractitionerActions({ row, large = false }: { row: Row; large?: boolean }) {
  const t = useTexts('admin');
  const reviews = useMay()('practitioners:review');
  const { name, enabled, reviewState } = row;
  const common = { about: name, stale: STALE, large };
  return (
    <div className="clinic-actions">
      <ActionButton
        {...common}
        text={t(enabled ? 'disable' : 'enable')}
        danger={enabled}
        run={() => toggle(row)}
        {...(enabled && { ask: { title: t('disableTitle', { name }), confirm: t('disable'), danger: true } })}
        done={t('changed')}
        testId="practitioner-toggle"
      />
      {reviewState === 'submitted' && reviews && (
        <>
          <ActionButton
            {...common}
            text={t('reject')}
            danger
            run={(reason) => reject(row, reason)}
            ask={{ title: t('rejectTitle', { name }), confirm: t('reject'), danger: true, reason: { label: t('reason'), required: true } }}
            done={t('rejected')}
            testId="practitioner-reject"
          />
          <ActionButton
            {...common}
            text={t('approve')}
            primary
            run={() => approve(row)}
            done={t('approved')}
            testId="practitioner-approve"
          />
        </>
      )}
    </div>
  );
}
