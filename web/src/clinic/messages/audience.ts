import type { paths } from '../../api/schema.ts';
import { useRoles } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

type Audience = paths['/api/v1/announcements']['post']['requestBody']['content']['application/json']['audience'];

/** Whom something reaches, in words. */
export function useAudienceNames(): (audience: Audience) => string {
  const t = useTexts('messages');
  const roles = useRoles();
  return (audience) => {
    if ('everybody' in audience) return t('everybody');
    if ('userIds' in audience) return t('people', { count: audience.userIds.length });
    return audience.roles.map((key) => roles.find(({ value }) => value === key)?.label ?? key).join(', ');
  };
}
