/** Names of the parameters, by their keys; a test compares with `src/settings/catalogue.ts`. */
export const settings = {
  clinic: { name: '诊所名称（用于文书与消息）', zone: '时区（按此划分日期）' },
  appointments: {
    holdMinutes: '待支付预约的保留时间（分钟）',
    minNoticeMinutes: '最晚提前多久预约（分钟）',
    maxDaysAhead: '最多提前多少天预约',
    cancelNoticeMinutes: '患者最晚提前多久取消或改期（分钟）',
    reminderMinutes: '就诊前多久提醒（分钟）',
    perPatientHolds: '每位患者最多的待支付预约数',
    moveWithinDays: '停诊时预约改期的最大天数，超出则取消',
  },
  files: { quotaMegabytes: '每位用户的文件空间（MB）' },
  orders: { refundDays: '完成后可申请退款的天数' },
  recordings: { enabled: '允许在所有在场人员同意后录制问诊', keepPieces: '合成影片后仍保留各路原始录制' },
  privacy: { copyDays: '数据副本可下载的天数', erasureDays: '注销申请可撤回的天数' },
};
