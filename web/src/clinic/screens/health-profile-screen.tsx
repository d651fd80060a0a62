import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState } from 'react';
import { session } from '../../session.ts';
import { useStore } from '../../use-store.ts';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { HealthForm } from '../health-profile-form.tsx';
import { HEALTH, HealthFacts, readHealth } from '../health-profile.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/health-profile`: what the person's doctors should know. */
export default function HealthProfileScreen() {
  const t = useTexts('health');
  const shell = useTexts('shell');
  const client = useQueryClient();
  const { message } = App.useApp();
  const userId = useStore(session)?.user.id ?? '';
  const [editing, setEditing] = useState(false);
  const { data: profile, error, refetch } = useQuery({ queryKey: [HEALTH, userId], queryFn: () => readHealth(userId) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!profile) return <PageSkeleton />;
  const edit = !editing && (
    <Button type="primary" onClick={() => setEditing(true)} data-testid="health-edit">
      {t('edit')}
    </Button>
  );
  function done(): void {
    message.success(t('saved'));
    setEditing(false);
    void client.invalidateQueries({ queryKey: [HEALTH] });
  }
  return (
    <>
      <PageHeader title={shell('screens.healthProfile')} lead={t('lead')} actions={edit} />
      {editing ? <HealthForm profile={profile} onDone={done} onCancel={() => setEditing(false)} /> : <HealthFacts profile={profile} />}
    </>
  );
}
