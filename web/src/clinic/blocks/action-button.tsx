import { Button } from 'antd';
import type { Action } from './use-action.ts';
import { useAction } from './use-action.ts';
import { type Question, useConfirm } from './confirm.tsx';

interface ActionButtonProps<R> extends Action<string, R> {
  /** What it does; also the name of the button. */
  text: string;
  /** Which row it belongs to, for screen readers. */
  about?: string;
  /** Does it, with the reason that was given; empty where none is asked for. */
  run(reason: string): Promise<R>;
  /** Asked before. */
  ask?: Question;
  primary?: boolean;
  danger?: boolean;
  /** As on a page's head, not in a row. */
  large?: boolean;
  testId: string;
}

/** A button that changes something, after a question where one is needed. */
export function ActionButton<R>({ text, about, ask, primary, danger, large, testId, ...action }: ActionButtonProps<R>) {
  const confirm = useConfirm();
  const { run, busy } = useAction(action);
  async function press(): Promise<void> {
    const sure = ask ? await confirm(ask) : { reason: '' };
    if (sure) run(sure.reason);
  }
  return (
    <Button
      size={large ? 'medium' : 'small'}
      type={primary ? 'primary' : 'default'}
      danger={danger ?? false}
      loading={busy}
      {...(about !== undefined && { 'aria-label': `${text}: ${about}` })}
      onClick={() => void press()}
      data-testid={testId}
    >
      {text}
    </Button>
  );
}
