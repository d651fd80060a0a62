import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { errorText } from '../../i18n/index.ts';
import { codeOf } from './failure.tsx';
import { isDeclined, useStepUp } from './step-up.tsx';

export interface Action<I, R> {
  run(input: I): Promise<R>;
  /** Told when it worked. */
  done?: string;
  /** What has to be read again afterwards, by the beginning of its keys. */
  stale?: readonly QueryKey[];
  onDone?(result: R): void;
}

/** A change that a button makes: asks for verification where the server wants it, tells the outcome, reads again what changed. */
export function useAction<I = void, R = unknown>({ run, done, stale = [], onDone }: Action<I, R>) {
  const stepUp = useStepUp();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { mutate, isPending } = useMutation({
    mutationFn: (input: I) => stepUp(() => run(input)),
    onSuccess: async (result) => {
      if (done) message.success(done);
      onDone?.(result);
      await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
    onError: (error) => {
      if (!isDeclined(error)) message.error(errorText(codeOf(error)));
    },
  });
  return { run: mutate, busy: isPending };
}
