import { Modal } from 'antd';
import type { ComponentProps } from 'react';
import { ApiForm } from './api-form.tsx';

type FormDialogProps<V extends object, R> = Omit<ComponentProps<typeof ApiForm<V, R>>, 'onCancel'> & {
  title: string;
  open: boolean;
  onClose(): void;
};

/** A form with a few fields in a dialog over the list that it changes; begins anew each time it opens. */
export function FormDialog<V extends object, R>({ title, open, onClose, onDone, ...form }: FormDialogProps<V, R>) {
  return (
    <Modal title={title} open={open} onCancel={onClose} footer={null} destroyOnHidden data-testid="form-dialog">
      <ApiForm<V, R>
        {...form}
        onCancel={onClose}
        onDone={(result) => {
          onClose();
          onDone(result);
        }}
      />
    </Modal>
  );
}
