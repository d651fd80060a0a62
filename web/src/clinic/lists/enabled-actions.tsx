import { Button } from 'antd';
import { ActionButton } from '../blocks/action-button.tsx';
import type { Question } from '../blocks/confirm.tsx';
import { useTexts } from '../texts/areas.ts';

interface EnabledActionsProps {
  /** What the row is called. */
  about: string;
  enabled: boolean;
  onEdit(): void;
  onSwitch(enabled: boolean): Promise<unknown>;
  /** Asked before it is taken out of use. */
  ask: Pick<Question, 'title' | 'text'>;
  /** Beginning of the keys of its list. */
  list: string;
  /** Beginning of the test ids. */
  testId: string;
}

/** What can be done about a medicine or a contraindication: to change it, to take it out of use, to take it back. */
export function EnabledActions({ about, enabled, onEdit, onSwitch, ask, list, testId }: EnabledActionsProps) {
  const t = useTexts('medicines');
  return (
    <div className="clinic-actions">
      <Button size="small" aria-label={`${t('edit')}: ${about}`} onClick={onEdit} data-testid={`${testId}-edit`}>
        {t('edit')}
      </Button>
      <ActionButton
        text={t(enabled ? 'disable' : 'enable')}
        about={about}
        danger={enabled}
        run={() => onSwitch(!enabled)}
        {...(enabled && { ask: { ...ask, confirm: t('disable'), danger: true } })}
        done={t('changed')}
        stale={[[list]]}
        testId={`${testId}-toggle`}
      />
    </div>
  );
}
