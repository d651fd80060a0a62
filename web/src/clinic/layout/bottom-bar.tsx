import { MenuOutlined } from '@ant-design/icons';
import { Drawer } from 'antd';
import { useEffect, useState } from 'react';
import { leavesOf, type MenuEntry } from '../menu-tree.ts';
import { useHere } from '../route.ts';
import { useTexts } from '../texts/areas.ts';
import { MenuLink, MenuList } from './menu-list.tsx';

/** Tabs that fit beside each other on the smallest phone, "more" included. */
const TABS = 4;

/** The menu of a phone: the first entries as tabs, all of them behind "more". */
export function BottomBar({ entries }: { entries: readonly MenuEntry[] }) {
  const t = useTexts('shell');
  const { path } = useHere();
  const [open, setOpen] = useState(false);
  // A choice in the drawer leads to another page.
  useEffect(() => setOpen(false), [path]);
  const leaves = leavesOf(entries);
  const all = leaves.length <= TABS;
  return (
    <nav className="clinic-tabs" aria-label={t('menu')} data-testid="bottom-bar">
      {leaves.slice(0, all ? TABS : TABS - 1).map((entry) => (
        <MenuLink key={entry.key} entry={entry} className="clinic-tab" tab />
      ))}
      {!all && (
        <button type="button" className="clinic-tab" aria-haspopup="dialog" onClick={() => setOpen(true)} data-testid="more-menu">
          <MenuOutlined aria-hidden />
          <span>{t('more')}</span>
        </button>
      )}
      <Drawer title={t('menu')} placement="bottom" size="70dvh" open={open} onClose={() => setOpen(false)} data-testid="menu-drawer">
        <MenuList entries={entries} />
      </Drawer>
    </nav>
  );
}
