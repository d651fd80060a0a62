import {
  AppstoreOutlined,
  BankOutlined,
  BarChartOutlined,
  BellOutlined,
  CalendarOutlined,
  ClockCircleOutlined,
  CommentOutlined,
  DesktopOutlined,
  FileTextOutlined,
  HeartOutlined,
  HomeOutlined,
  MedicineBoxOutlined,
  PlusCircleOutlined,
  ReadOutlined,
  SettingOutlined,
  ShopOutlined,
  TeamOutlined,
  UserOutlined,
  VideoCameraOutlined,
  WalletOutlined,
} from '@ant-design/icons';

/** By the names that menus use: `src/menus/catalogue.ts`. */
const icons: Record<string, typeof AppstoreOutlined> = {
  bank: BankOutlined,
  bell: BellOutlined,
  book: ReadOutlined,
  calendar: CalendarOutlined,
  chart: BarChartOutlined,
  chat: CommentOutlined,
  clock: ClockCircleOutlined,
  desktop: DesktopOutlined,
  file: FileTextOutlined,
  heart: HeartOutlined,
  home: HomeOutlined,
  medicine: MedicineBoxOutlined,
  plus: PlusCircleOutlined,
  setting: SettingOutlined,
  shop: ShopOutlined,
  team: TeamOutlined,
  user: UserOutlined,
  video: VideoCameraOutlined,
  wallet: WalletOutlined,
};

export const iconNames = Object.keys(icons);

/** The icon of a menu entry; a general one for a name that is not known here. */
export function MenuIcon({ name }: { name: string | null }) {
  const Icon = icons[name ?? ''] ?? AppstoreOutlined;
  return <Icon aria-hidden />;
}
