import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { session } from '../session.ts';
import { useStore } from '../use-store.ts';
import { useAction } from './blocks/use-action.ts';
import { FOLLOWS, follow, follows, unfollow } from './follows.ts';
import { useTexts } from './texts/areas.ts';

/** Follows somebody, or no longer; nothing beside oneself. */
export function FollowButton({ userId }: { userId: string }) {
  const t = useTexts('booking');
  const me = useStore(session)?.user.id;
  const { data } = useQuery({ queryKey: [FOLLOWS, 'of', userId], queryFn: () => follows(userId), enabled: userId !== me });
  const { run, busy } = useAction({ run: () => (data ? unfollow(userId) : follow(userId)), stale: [[FOLLOWS]] });
  if (data === undefined) return null;
  return (
    <Button aria-pressed={data} loading={busy} onClick={() => run()} data-testid="follow">
      {t(data ? 'followed' : 'follow')}
    </Button>
  );
}
