import { TableOutlined } from '@ant-design/icons';
import { Button, Checkbox, Popover } from 'antd';
import { useState } from 'react';
import { remember, remembered } from '../../stored.ts';
import { useTexts } from '../texts/areas.ts';

interface Choice {
  key: string;
  title: string;
  /** Cannot be hidden. */
  pinned?: boolean;
  /** Hidden until it is chosen. */
  hidden?: boolean;
}

const keyOf = (table: string): string => `wenzhen.columns.${table}`;

/** Which columns of a table somebody wants to see, remembered in this browser. */
export function useColumnChoice(table: string, columns: readonly Choice[]): { shown: ReadonlySet<string>; choose(keys: string[]): void } {
  const [own, setOwn] = useState(() => remembered<Record<string, boolean>>(keyOf(table)) ?? {});
  const shown = new Set(columns.filter(({ key, pinned, hidden }) => pinned || (own[key] ?? !hidden)).map(({ key }) => key));
  function choose(keys: string[]): void {
    const next = Object.fromEntries(columns.map(({ key }) => [key, keys.includes(key)]));
    remember(keyOf(table), next);
    setOwn(next);
  }
  return { shown, choose };
}

/** Button with a list of the columns. */
export function ColumnButton({
  columns,
  shown,
  onChoose,
}: {
  columns: readonly Choice[];
  shown: ReadonlySet<string>;
  onChoose(keys: string[]): void;
}) {
  const t = useTexts('shell');
  const list = (
    <Checkbox.Group
      className="clinic-columns"
      value={[...shown]}
      onChange={onChoose}
      options={columns.map(({ key, title, pinned = false }) => ({ value: key, label: title, disabled: pinned }))}
    />
  );
  return (
    <Popover content={list} trigger="click" placement="bottomRight" title={t('table.columns')}>
      <Button icon={<TableOutlined aria-hidden />} data-testid="column-choice">
        {t('table.columns')}
      </Button>
    </Popover>
  );
}
