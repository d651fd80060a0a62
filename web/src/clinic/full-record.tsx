/** A medical record with what belongs to it: the visit that it was written for, prescriptions of that visit, attachments. */
import { Link } from '../components/page.tsx';
import { useT } from '../i18n/index.ts';
import { session } from '../session.ts';
import { useStore } from '../use-store.ts';
import { useMay } from './access.ts';
import { Facts } from './blocks/facts.tsx';
import { When } from './blocks/when.tsx';
import { RecordAttachments } from './record-attachments.tsx';
import { RecordView } from './record-view.tsx';
import type { FullRecord } from './records.ts';
import { to } from './route.ts';
import { useTexts } from './texts/areas.ts';

function Visit({ visit: { startedAt, scheduledStart, minutes, participants } }: { visit: NonNullable<FullRecord['visit']> }) {
  const t = useTexts('patients');
  const common = useT();
  return (
    <section className="clinic-record-section" aria-label={t('ofVisit')} data-testid="record-visit">
      <h2>{t('ofVisit')}</h2>
      <Facts
        items={[
          { label: t('began'), value: <When at={startedAt ?? scheduledStart} /> },
          { label: t('took'), value: minutes !== null && t('minutes', { count: minutes }) },
          {
            label: t('participants'),
            value: (
              <span className="clinic-prose">
                {participants.map(({ name, role }) => `${name} · ${common(`roles.${role}`)}`).join('\n')}
              </span>
            ),
          },
        ]}
      />
    </section>
  );
}

function Prescribed({ prescriptions, linked }: { prescriptions: FullRecord['prescriptions']; linked: boolean }) {
  const t = useTexts('patients');
  return (
    <section className="clinic-record-section" aria-label={t('kinds.prescription')}>
      <h2>{t('kinds.prescription')}</h2>
      <ul className="clinic-lines">
        {prescriptions.map(({ id, prescriptionNo, issuedAt }) => (
          <li key={id} className="clinic-line">
            <span>{linked ? <Link to={to(`/prescriptions/${id}`)}>{prescriptionNo}</Link> : prescriptionNo}</span>
            <When at={issuedAt} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** @param aside beside something that must not be left, such as a call */
export function FullRecordView({ full, aside = false }: { full: FullRecord; aside?: boolean }) {
  const may = useMay();
  const me = useStore(session)?.user.id;
  const { record, visit, prescriptions } = full;
  return (
    <>
      <RecordView record={record} />
      {visit && <Visit visit={visit} />}
      {prescriptions.length > 0 && <Prescribed prescriptions={prescriptions} linked={!aside && may('prescriptions:read')} />}
      <RecordAttachments full={full} writes={may('records:write') && record.author.id === me} />
    </>
  );
}
