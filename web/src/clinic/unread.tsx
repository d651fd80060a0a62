/** Chat messages that were not read: how many wait in the person's visits. */
import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../api/client.ts';
import { useLookMs } from './live.ts';
import { useTexts } from './texts/areas.ts';
import { UNREAD_CHATS } from './visits.ts';

const read = async () => (await dataOf(api.GET('/api/v1/messages/unread'))).total;

/** @param wanted false: nobody asks the server */
export function useUnreadChats(wanted: boolean): number {
  const { data = 0 } = useQuery({ queryKey: UNREAD_CHATS, queryFn: read, refetchInterval: useLookMs(), enabled: wanted });
  return wanted ? data : 0;
}

/** How many were not read, where there are any. */
export function UnreadTag({ count }: { count: number }) {
  const t = useTexts('shell');
  if (count === 0) return null;
  return (
    <span className="clinic-unread" data-testid="unread">
      <span aria-hidden>{count > 99 ? '99+' : count}</span>
      <span className="clinic-hidden">{t('notices.unread', { count })}</span>
    </span>
  );
}
