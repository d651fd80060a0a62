import { Modal } from 'antd';
import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';
import { ApiError } from '../../net/api.ts';
import { type StepUpCalls, stepUpCalls } from '../step-up-calls.ts';
import { useTexts } from '../texts/areas.ts';
import { ProofForm } from './proof-form.tsx';

export type StepUp = <T>(work: () => Promise<T>) => Promise<T>;

const REQUIRED = 'step_up_required';
const Context = createContext<StepUp | null>(null);

/** Whether the person was asked to prove who they are and closed the dialog: nothing has to be said about it. */
export const isDeclined = (error: unknown): boolean => error instanceof ApiError && error.code === REQUIRED;

/**
 * Runs a call. When the server wants the person verified first, a dialog asks for password or code, and the call is repeated.
 * A dialog that is closed lets the refusal through, see `isDeclined`.
 */
export function useStepUp(): StepUp {
  const run = useContext(Context);
  if (!run) throw new Error('there is no StepUpProvider around this');
  return run;
}

/** Holds the dialog. Calls that are refused while it is open wait for the same answer. */
export function StepUpProvider({ calls = stepUpCalls, children }: { calls?: StepUpCalls; children: ReactNode }) {
  const t = useTexts('shell');
  const [open, setOpen] = useState(false);
  const waiting = useRef<{ proven: Promise<boolean>; settle(proven: boolean): void } | null>(null);

  const run: StepUp = useCallback(async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!isDeclined(error)) throw error;
      waiting.current ??= pending();
      setOpen(true);
      if (!(await waiting.current.proven)) throw error;
      return work();
    }
  }, []);
  function end(proven: boolean): void {
    setOpen(false);
    waiting.current?.settle(proven);
    waiting.current = null;
  }
  return (
    <Context value={run}>
      {children}
      <Modal open={open} title={t('stepUp.title')} footer={null} onCancel={() => end(false)} destroyOnHidden data-testid="step-up">
        <p>{t('stepUp.text')}</p>
        <ProofForm calls={calls} onProven={() => end(true)} />
      </Modal>
    </Context>
  );
}

function pending(): { proven: Promise<boolean>; settle(proven: boolean): void } {
  let settle: (proven: boolean) => void = () => undefined;
  const proven = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return { proven, settle };
}
