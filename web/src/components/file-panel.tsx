import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { screen } from './screen.tsx';
import { SidePanel } from './side-panel.tsx';

/** With the clinic's forms and their library: comes when somebody opens it. */
const file = screen(() => import('../clinic/visit-file/visit-file.tsx'));

/** The patient's file, for the doctor who leads the visit. Out of sight it keeps what is half written. */
export function FilePanel({ visit, hidden, onClose }: { visit: Visit; hidden: boolean; onClose(): void }) {
  const t = useT();
  return (
    <SidePanel title={t('room.fileTitle')} testId="file-panel" wide hidden={hidden} onClose={onClose}>
      <div className="panel-file">
        <file.Screen visitId={visit.id} />
      </div>
    </SidePanel>
  );
}
