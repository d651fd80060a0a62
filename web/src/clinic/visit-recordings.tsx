/** Recordings of a visit to see, for its doctor and its patient: how far each is, what everybody said to it, and the film itself. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../api/client.ts';
import { useMay } from './access.ts';
import { ActionButton } from './blocks/action-button.tsx';
import { Failure } from './blocks/failure.tsx';
import { StatusTag, type Tone } from './blocks/status-tag.tsx';
import { useAction } from './blocks/use-action.ts';
import { When } from './blocks/when.tsx';
import { useTexts } from './texts/areas.ts';
import type { Visit } from './visits.ts';

const RECORDINGS = 'recordings';
/** How often a film that is being made is looked at, in milliseconds. */
const LOOK_MS = 3_000;

const readRecordings = (id: string) =>
  dataOf(api.GET('/api/v1/consultations/{id}/recordings', { params: { path: { id }, query: { pageSize: 50 } } }));
type Recording = Awaited<ReturnType<typeof readRecordings>>['items'][number];
const linkOf = (id: string) => dataOf(api.POST('/api/v1/recordings/{id}/link', { params: { path: { id } } }));
const retry = (id: string) => dataOf(api.POST('/api/v1/recordings/{id}/compose', { params: { path: { id } } }));
const remove = (id: string) => dataOf(api.DELETE('/api/v1/recordings/{id}', { params: { path: { id } } }));

const TONES: Record<Recording['state'], Tone> = {
  ...{ asked: 'info', recording: 'warn', paused: 'info', composing: 'info' },
  ...{ ready: 'good', empty: 'neutral', failed: 'warn', deleted: 'neutral' },
};
const changes = ({ state }: Recording): boolean => ['asked', 'recording', 'paused', 'composing'].includes(state);
const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

function Film({ recording }: { recording: Recording }) {
  const t = useTexts('visits');
  const [url, setUrl] = useState<string | null>(null);
  const { run, busy } = useAction({ run: () => linkOf(recording.id), onDone: (link) => setUrl(link.url) });
  if (!url) {
    return (
      <Button size="small" type="primary" loading={busy} onClick={() => run()} data-testid="recording-play">
        {t('recordings.play')}
      </Button>
    );
  }
  return (
    <>
      <video
        className="recording-film"
        src={url}
        controls
        autoPlay
        playsInline
        aria-label={t('recordings.title')}
        data-testid="recording-film"
      />
      <p>
        <a href={url}>{t('recordings.download')}</a>
      </p>
    </>
  );
}

function Row({ recording, leads, onChanged }: { recording: Recording; leads: boolean; onChanged(): void }) {
  const t = useTexts('visits');
  const may = useMay();
  const { id, state, progress, startedAt, askedAt, durationSeconds, keptUntil, endReason } = recording;
  const mayChange = (leads && may('recordings:make')) || may('recordings:manage');
  const over = ['ready', 'empty', 'failed'].includes(state);
  const [opened] = useState(Date.now);
  const kept = keptUntil !== null && Date.parse(keptUntil) > opened;
  return (
    <li data-testid="recording" data-state={state}>
      <p className="recording-row">
        <When at={startedAt ?? askedAt} />
        {durationSeconds !== null && <span>{clock(durationSeconds)}</span>}
        <StatusTag tone={TONES[state]}>{t(`recordings.states.${state}`, { progress })}</StatusTag>
        {endReason === 'withdrawn' && <small>{t('recordings.withdrawn')}</small>}
      </p>
      {state === 'ready' && <Film recording={recording} />}
      {mayChange && state === 'failed' && (
        <ActionButton text={t('recordings.retry')} run={() => retry(id)} onDone={onChanged} testId="recording-retry" />
      )}
      {mayChange && over && kept && (
        <small>
          {t('recordings.keptUntil')} <When at={keptUntil} />
        </small>
      )}
      {mayChange && over && !kept && (
        <ActionButton
          text={t('recordings.remove')}
          ask={{ title: t('recordings.removeTitle'), text: t('recordings.removeText'), confirm: t('recordings.remove'), danger: true }}
          run={() => remove(id)}
          onDone={onChanged}
          testId="recording-remove"
        />
      )}
    </li>
  );
}

export function VisitRecordings({ visit }: { visit: Visit }) {
  const t = useTexts('visits');
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: [RECORDINGS, visit.id],
    queryFn: () => readRecordings(visit.id),
    refetchInterval: ({ state }) => (state.data?.items.some(changes) ? LOOK_MS : false),
  });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data || data.items.length === 0) return null;
  const onChanged = (): void => void client.invalidateQueries({ queryKey: [RECORDINGS] });
  return (
    <section aria-label={t('recordings.title')} className="clinic-section" data-testid="visit-recordings">
      <h2>{t('recordings.title')}</h2>
      <ul className="clinic-recordings">
        {data.items.map((recording) => (
          <Row key={recording.id} recording={recording} leads={visit.role === 'practitioner'} onChanged={onChanged} />
        ))}
      </ul>
    </section>
  );
}
