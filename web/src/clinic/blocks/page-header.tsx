import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from '../../components/page.tsx';
import { useT } from '../../i18n/index.ts';
import { mayOpen, useMay } from '../access.ts';
import { findByPath, parentsOf } from '../paths.ts';
import { to, useHere } from '../route.ts';
import { screens } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

/** The address whose heading was shown last; null until the first page is there. */
let announced: string | null = null;

/** Gives the heading the focus when the page changed, so that keyboard and screen reader go on there. */
function useAnnouncement(path: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (announced !== null && announced !== path) heading.current?.focus({ preventScroll: true });
    announced = path;
  }, [path]);
  return heading;
}

interface Crumb {
  /** Below `/clinic`. */
  path: string;
  title: string;
}

/** The screens above this one in its address, as far as the person may open them. */
function useScreensAbove(): Crumb[] {
  const t = useTexts('shell');
  const may = useMay();
  const { path } = useHere();
  return parentsOf(path).flatMap((parent) => {
    const screen = findByPath(screens, parent)?.entry;
    return screen && mayOpen(screen, may) ? [{ path: parent, title: t(`screens.${screen.name}`) }] : [];
  });
}

function Breadcrumbs({ title, above }: { title: string; above: readonly Crumb[] }) {
  const t = useTexts('shell');
  if (above.length === 0) return null;
  return (
    <nav className="clinic-crumbs" aria-label={t('crumbs')}>
      <ol>
        {above.map((crumb) => (
          <li key={crumb.path}>
            <Link to={to(crumb.path)}>{crumb.title}</Link>
          </li>
        ))}
        <li aria-current="page">{title}</li>
      </ol>
    </nav>
  );
}

interface PageHeaderProps {
  title: string;
  /** A sentence or a state below the title. */
  lead?: ReactNode;
  /** Buttons for the page as a whole; the main one last. */
  actions?: ReactNode;
  /** Where it belongs, when that is not what its address says. */
  above?: readonly Crumb[];
}

/** Head of every screen: where it is, what it is, and what can be done with all of it. Names the tab, too. */
export function PageHeader({ title, lead, actions, above }: PageHeaderProps) {
  const common = useT();
  const { path } = useHere();
  const heading = useAnnouncement(path);
  const usual = useScreensAbove();
  const product = common('app.name');
  useEffect(() => {
    document.title = `${title} · ${product}`;
    return () => {
      document.title = product;
    };
  }, [title, product]);
  return (
    <div className="clinic-head">
      <Breadcrumbs title={title} above={above ?? usual} />
      <div className="clinic-head-row">
        <div>
          <h1 tabIndex={-1} ref={heading}>
            {title}
          </h1>
          {lead && <div className="clinic-lead">{lead}</div>}
        </div>
        {actions && <div className="clinic-actions">{actions}</div>}
      </div>
    </div>
  );
}
