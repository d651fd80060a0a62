import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form } from 'antd';
import type { ReactNode } from 'react';

interface FormRowsProps {
  /** In the form's values, where the API has the list too: so its complaints find their fields. */
  name: string | string[];
  title: string;
  /** Of one row, for screen readers and as its heading. @param number from 1 */
  rowTitle(number: number): string;
  add: string;
  remove: string;
  /** What a new row begins with. */
  fresh: object;
  /** Rows that cannot be removed, from the first on. */
  least?: number;
  /** Rows that there can be. */
  most?: number;
  /** Fields of a row; their names begin with its index. */
  children(index: number): ReactNode;
}

/** A list in a form whose rows can be added and removed. */
export function FormRows({ name, title, rowTitle, add, remove, fresh, least = 0, most = Infinity, children }: FormRowsProps) {
  return (
    <section aria-label={title} className="clinic-form-rows">
      <h2>{title}</h2>
      <Form.List name={name}>
        {(rows, operation) => (
          <>
            {rows.map((row, position) => (
              <fieldset key={row.key} className="clinic-card">
                <legend className="clinic-hidden">{rowTitle(position + 1)}</legend>
                <div className="clinic-card-head">
                  <h3>{rowTitle(position + 1)}</h3>
                  {rows.length > least && (
                    <Button
                      type="text"
                      icon={<DeleteOutlined aria-hidden />}
                      aria-label={`${remove}: ${rowTitle(position + 1)}`}
                      onClick={() => operation.remove(row.name)}
                    />
                  )}
                </div>
                {children(row.name)}
              </fieldset>
            ))}
            {rows.length < most && (
              <Button icon={<PlusOutlined aria-hidden />} onClick={() => operation.add({ ...fresh })}>
                {add}
              </Button>
            )}
          </>
        )}
      </Form.List>
    </section>
  );
}
