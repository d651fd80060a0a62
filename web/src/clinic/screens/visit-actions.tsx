import { VideoCameraOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { navigate } from '../../router.ts';
import { useConfirm } from '../blocks/confirm.tsx';
import { useAction } from '../blocks/use-action.ts';
import { useTexts } from '../texts/areas.ts';
import { cancelVisit, isOpen, otherOf, type Visit, VISITS } from '../visits.ts';

/** What its reader can do about a visit: call it off, enter it. */
export function VisitActions({ visit, small = false }: { visit: Visit; small?: boolean }) {
  const t = useTexts('visits');
  const confirm = useConfirm();
  const { run, busy } = useAction({ run: cancelVisit, done: t('cancelled'), stale: [[VISITS]] });
  if (!isOpen(visit)) return null;
  async function cancel(): Promise<void> {
    const sure = await confirm({
      title: t('cancelTitle'),
      text: t('cancelText', { title: visit.title, name: otherOf(visit).name }),
      confirm: t('cancel'),
      cancel: t('keep'),
      danger: true,
    });
    if (sure) run(visit.id);
  }
  const size = small ? 'small' : 'medium';
  return (
    <div className="clinic-actions">
      {visit.role === 'practitioner' && visit.status === 'scheduled' && (
        <Button
          type="text"
          danger
          size={size}
          aria-label={`${t('cancel')}: ${visit.title}`}
          loading={busy}
          onClick={() => void cancel()}
          data-testid="visit-cancel"
        >
          {t('cancel')}
        </Button>
      )}
      <Button
        type="primary"
        size={size}
        icon={<VideoCameraOutlined aria-hidden />}
        aria-label={`${t('enter')}: ${visit.title}`}
        onClick={() => navigate(`/visit/${visit.id}`)}
        data-testid="visit-enter"
      >
        {t('enter')}
      </Button>
    </div>
  );
}
