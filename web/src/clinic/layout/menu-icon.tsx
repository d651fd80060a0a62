import {
  AppstoreOutlined,
  BarChartOutlined,
  BellOutlined,
  CalendarOutlined,
  CommentOutlined,
  FileTextOutlined,
  HeartOutlined,
  HomeOutlined,
  MedicineBoxOutlined,
  PayCircleOutlined,
  ReadOutlined,
  SettingOutlined,
  ShopOutlined,
  TeamOutlined,
  UserOutlined,
  VideoCameraOutlined,
} from '@ant-design/icons';

/** By the names that menus use. */
const icons: Record<string, typeof AppstoreOutlined> = {
  bell: BellOutlined,
  calendar: CalendarOutlined,
  chart: BarChartOutlined,
  circle: CommentOutlined,
  course: ReadOutlined,
  health: HeartOutlined,
  home: HomeOutlined,
  live: VideoCameraOutlined,
  payment: PayCircleOutlined,
  pharmacy: MedicineBoxOutlined,
  record: FileTextOutlined,
  settings: SettingOutlined,
  shop: ShopOutlined,
  team: TeamOutlined,
  user: UserOutlined,
};

/** The icon of a menu entry; a general one for a name that is not known here. */
export function MenuIcon({ name }: { name: string | null }) {
  const Icon = icons[name ?? ''] ?? AppstoreOutlined;
  return <Icon aria-hidden />;
}
