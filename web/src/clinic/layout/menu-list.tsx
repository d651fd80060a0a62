import { Link } from '../../components/page.tsx';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { type MenuEntry, titleOf } from '../menu-tree.ts';
import { to, useHere } from '../route.ts';
import { UnreadTag, useUnreadChats } from '../unread.tsx';
import { MenuIcon } from './menu-icon.tsx';

/** The entry whose screens have the chats. */
const CHATS = '/visits';

/** Whether the address is this entry or something below it. */
const isHere = (entry: MenuEntry, path: string): boolean =>
  entry.path !== null && (path === entry.path || path.startsWith(`${entry.path}/`));

/** Link of an entry, marked when the page belongs to it. A tab has a picture in any case. */
export function MenuLink({ entry, className, tab = false }: { entry: MenuEntry; className: string; tab?: boolean }) {
  const shown = useStore(language);
  const { path } = useHere();
  const unread = useUnreadChats(entry.path === CHATS);
  return (
    <Link to={to(entry.path ?? '/')} className={className} current={isHere(entry, path)}>
      {(tab || entry.icon) && <MenuIcon name={entry.icon} />}
      <span>{titleOf(entry, shown)}</span>
      <UnreadTag count={unread} />
    </Link>
  );
}

/** The menu as lists of links; headings stand above what belongs to them. */
export function MenuList({ entries }: { entries: readonly MenuEntry[] }) {
  const shown = useStore(language);
  return (
    <ul className="clinic-menu">
      {entries.map((entry) => (
        <li key={entry.key}>
          {entry.children.length > 0 ? (
            <>
              <p className="clinic-menu-head" id={`menu-${entry.key}`}>
                {titleOf(entry, shown)}
              </p>
              <div role="group" aria-labelledby={`menu-${entry.key}`}>
                <MenuList entries={entry.children} />
              </div>
            </>
          ) : (
            <MenuLink entry={entry} className="clinic-menu-link" />
          )}
        </li>
      ))}
    </ul>
  );
}
