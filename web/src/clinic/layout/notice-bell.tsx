import { BellOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Badge, Button } from 'antd';
import { useLookMs } from '../live.ts';
import { NOTICES, readUnread, UNREAD } from '../notices.ts';
import { go } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

/** Leads to what people were told, and says how much of it is new. */
export function NoticeBell() {
  const t = useTexts('shell');
  const { data = 0 } = useQuery({ queryKey: UNREAD, queryFn: readUnread, refetchInterval: useLookMs() });
  const news = data > 0 ? `: ${t('notices.unread', { count: data })}` : '';
  return (
    <Badge count={data} size="small" offset={[-8, 8]} title="">
      <Button
        type="text"
        aria-label={t(`screens.${NOTICES}`) + news}
        icon={<BellOutlined aria-hidden />}
        onClick={() => go('/notices')}
        data-testid="notice-bell"
      />
    </Badge>
  );
}
