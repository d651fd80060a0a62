/**
 * The menu that comes with the program. An entry names the permission that its screen asks for. At a start only what is missing is
 * added: what administrators have changed stays as it is.
 */
import type { Permission } from '#src/permissions/catalogue.ts';

export interface MenuDeclaration {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  /** Below `/clinic`; absent for a heading. */
  readonly path?: string;
  readonly icon?: string;
  readonly permission?: Permission;
  readonly children?: readonly MenuDeclaration[];
}

const entry = (key: string, zh: string, en: string, permission: Permission, icon?: string): MenuDeclaration => {
  return { key, zh, en, path: `/${key}`, permission, ...(icon && { icon }) };
};

export const builtinMenus: readonly MenuDeclaration[] = [
  // First for those who run the clinic, and nobody else sees them.
  {
    key: 'clinic',
    zh: '诊所管理',
    en: 'Clinic',
    icon: 'bank',
    children: [
      entry('all-appointments', '预约管理', 'Appointments', 'appointments:manage', 'calendar'),
      entry('schedules', '排班', 'Schedules', 'schedules:manage', 'clock'),
      entry('all-orders', '订单', 'Orders', 'orders:read-all', 'wallet'),
      entry('refunds', '退款', 'Refunds', 'refunds:review', 'undo'),
      entry('practitioners', '医生与咨询师', 'Practitioners', 'practitioners:manage', 'team'),
      entry('departments', '科室', 'Departments', 'departments:manage', 'apartment'),
      entry('hospitals', '医院', 'Hospitals', 'departments:manage', 'bank'),
      entry('services', '服务与价格', 'Services and prices', 'prices:manage', 'tag'),
      entry('reviews', '评价', 'Reviews', 'reviews:manage', 'star'),
      entry('announcements', '通知', 'Announcements', 'notifications:send', 'bell'),
      entry('messages', '短信与邮件', 'Text messages and mails', 'notifications:send', 'mail'),
      entry('statistics', '统计', 'Statistics', 'statistics:read-all', 'chart'),
    ],
  },
  {
    key: 'system',
    zh: '系统管理',
    en: 'System',
    icon: 'setting',
    children: [
      entry('users', '用户', 'Users', 'users:read-all', 'user'),
      entry('roles', '角色与权限', 'Roles and permissions', 'roles:manage', 'lock'),
      entry('menus', '菜单', 'Menus', 'roles:manage', 'menu'),
      entry('api-keys', 'API 密钥', 'API keys', 'api-keys:manage', 'key'),
      entry('files', '文件', 'Files', 'files:manage', 'folder'),
      entry('settings', '系统设置', 'Settings', 'settings:manage', 'setting'),
      entry('cluster', '集群', 'Cluster', 'cluster:manage', 'cluster'),
      entry('operations', '后台任务', 'Background work', 'settings:manage', 'tool'),
      entry('logs', '日志', 'Logs', 'logs:read', 'log'),
      entry('privacy', '个人信息请求', 'Personal data requests', 'data:erase', 'shield'),
    ],
  },
  entry('visits', '问诊', 'Visits', 'consultations:read', 'video'),
  entry('book', '预约挂号', 'Book a visit', 'appointments:book', 'plus'),
  entry('appointments', '我的预约', 'My appointments', 'appointments:read', 'calendar'),
  entry('queue', '候诊', 'Waiting', 'queues:own', 'clock'),
  {
    key: 'work',
    zh: '工作台',
    en: 'Work',
    icon: 'desktop',
    children: [
      entry('patients', '我的患者', 'My patients', 'patients:read', 'team'),
      entry('schedule', '我的排班', 'My schedule', 'schedules:own', 'calendar'),
      entry('templates', '常用语与模板', 'Phrases and templates', 'templates:own', 'chat'),
      { key: 'practice', zh: '我的执业', en: 'My practice', path: '/practice/profile', permission: 'practitioners:apply', icon: 'card' },
      entry('inpatients', '住院管理', 'Inpatients', 'inpatients:manage', 'home'),
      entry('prescription-reviews', '处方审核', 'Prescription review', 'prescriptions:review', 'check'),
      entry('medicines', '药品与禁忌', 'Medicines', 'medicines:manage', 'medicine'),
    ],
  },
  {
    key: 'health',
    zh: '健康',
    en: 'Health',
    icon: 'heart',
    children: [
      entry('profiles', '就诊人', 'Visit profiles', 'profiles:own', 'card'),
      entry('health-profile', '健康档案', 'Health profile', 'profiles:own', 'heart'),
      entry('records', '病历', 'Medical records', 'profiles:own', 'file'),
      entry('prescriptions', '处方', 'Prescriptions', 'prescriptions:read', 'medicine'),
      entry('nearby', '附近医院', 'Hospitals nearby', 'profiles:own', 'map'),
      entry('my-data', '我的数据', 'My data', 'profiles:own', 'shield'),
    ],
  },
  entry('orders', '我的订单', 'My orders', 'orders:own', 'wallet'),
  { key: 'account', zh: '个人中心', en: 'My account', path: '/account', icon: 'user' },
];
