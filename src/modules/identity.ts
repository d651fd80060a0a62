/** People, signing in, roles and menus. */
import { apiKeyRoutes } from '../api-keys/routes.ts';
import { createApiKeys } from '../api-keys/service.ts';
import { createAccountSafety } from '../auth/account-safety.ts';
import { externalRoutes, identityRoutes } from '../auth/external-routes.ts';
import { createExternalSignIn } from '../auth/external.ts';
import { createLoginLog } from '../auth/login-log.ts';
import { createProviders } from '../auth/providers.ts';
import { authRoutes, currentSessionRoutes } from '../auth/routes.ts';
import { accountSafetyRoutes, proofRoutes } from '../auth/safety-routes.ts';
import { securityNotices } from '../auth/security-notices.ts';
import { loginLogRoutes, sessionRoutes } from '../auth/session-routes.ts';
import { createSignIn } from '../auth/sign-in.ts';
import { CODE_SECONDS, createSmsCodes } from '../auth/sms-codes.ts';
import type { Files } from '../files/service.ts';
import { createAvatars } from '../files/uses.ts';
import type { Foundation } from '../foundation.ts';
import { menuRoutes } from '../menus/routes.ts';
import { createMenus } from '../menus/service.ts';
import { createCodeSender } from '../messaging/codes.ts';
import type { Notifications } from '../notifications/service.ts';
import type { CareRelations } from '../patients/care-relations.ts';
import { holderRoutes, roleRoutes } from '../permissions/routes.ts';
import { createRoles } from '../permissions/service.ts';
import { activitySources } from '../users/activity.ts';
import { exportRoutes, followRoutes, tagRoutes } from '../users/people-routes.ts';
import type { HealthTags } from '../users/ports.ts';
import { behaviorRoutes, profileRoutes, userRoutes, userStateRoutes } from '../users/routes.ts';
import { createUsers } from '../users/service.ts';
import { createViews } from '../users/views-opened.ts';

interface IdentityParts {
  files: Files;
  care: Pick<CareRelations, 'isVouched'>;
  healthTags: HealthTags;
  publicUrl: () => string;
}

export function createIdentity(foundation: Foundation, notifications: Notifications, parts: IdentityParts) {
  const { files, care, healthTags, publicUrl } = parts;
  const { config, log, database, vault, auth } = foundation;
  const users = createUsers({ ...foundation, healthTags, isVouched: care.isVouched, avatars: createAvatars(files) });
  activitySources(database).forEach(users.figures.count);
  const notices = securityNotices({ ...foundation, notifications });
  const loginLog = createLoginLog(database, notices, log);
  auth.beforeClose(loginLog.flush);
  users.figures.count({ name: 'logins', count: loginLog.count });
  const views = createViews(database, () => foundation.settings.get('clinic.zone'), log);
  auth.beforeClose(views.close);
  users.figures.count(views);
  const sender = createCodeSender(database, foundation.senders, CODE_SECONDS / 60);
  const codes = createSmsCodes({ config, database, vault, limits: auth.limits, sender, notices, log });
  const signIn = createSignIn({ ...foundation, users, codes, log: loginLog, notices });
  const returnTo = (provider: string) => `${publicUrl()}/sign-in/${provider}`;
  const external = createExternalSignIn({ database, users, signIn, providers: createProviders(foundation, returnTo) });
  const safety = createAccountSafety({ database, auth, users, codes, signIn });
  const roles = createRoles(database, foundation.signals);
  const apiKeys = createApiKeys(foundation);
  const menus = createMenus(database, foundation.signals);
  const routes = [
    authRoutes(signIn),
    currentSessionRoutes(auth),
    accountSafetyRoutes(safety),
    proofRoutes(safety),
    sessionRoutes(auth),
    loginLogRoutes(loginLog),
    externalRoutes(external),
    identityRoutes(external),
    profileRoutes(users),
    userRoutes(users),
    userStateRoutes(users),
    behaviorRoutes(users),
    exportRoutes(users, foundation.audit),
    tagRoutes(users),
    followRoutes(users),
    roleRoutes(roles),
    holderRoutes(roles, users),
    apiKeyRoutes(apiKeys),
    menuRoutes(menus),
  ];
  return { users, signIn, apiKeys, menus, views, routes };
}
