import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { App, Modal } from 'antd';
import type { ComponentProps } from 'react';
import { useTexts } from '../texts/areas.ts';
import { ApiForm } from './api-form.tsx';

type FormDialogProps<V extends object, R> = Omit<ComponentProps<typeof ApiForm<V, R>>, 'onCancel' | 'onDone'> & {
  title: string;
  open: boolean;
  onClose(): void;
  /** What has to be read again afterwards, by the beginning of its keys. */
  stale?: readonly QueryKey[];
  /** Said when it worked. */
  done?: string;
  onDone?(result: R): void;
};

/** A form with a few fields in a dialog over the list that it changes; begins anew each time it opens. */
export function FormDialog<V extends object, R>({ title, open, onClose, onDone, stale = [], done, ...form }: FormDialogProps<V, R>) {
  const t = useTexts('shell');
  const client = useQueryClient();
  const { message } = App.useApp();
  return (
    <Modal title={title} open={open} onCancel={onClose} footer={null} destroyOnHidden data-testid="form-dialog">
      <ApiForm<V, R>
        {...form}
        onCancel={onClose}
        onDone={(result) => {
          onClose();
          message.success(done ?? t('form.saved'));
          for (const queryKey of stale) void client.invalidateQueries({ queryKey });
          onDone?.(result);
        }}
      />
    </Modal>
  );
}
