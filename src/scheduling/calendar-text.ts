/** What a calendar file says, in the reader's language. Other people's calendars show it: no complaint, no diagnosis. */
export type Language = 'zh' | 'en';

interface Facts {
  service: string;
  practitioner: string;
  appointmentNo: string;
  url: string | null;
}

interface CalendarText {
  summary(facts: Facts): string;
  /** lines of the description */
  details(facts: Facts): string[];
  cancelled: string;
  alarm(facts: Facts): string;
}

export const calendarText: Record<Language, CalendarText> = {
  zh: {
    summary: ({ service, practitioner }) => `${service}（${practitioner}）`,
    details: ({ appointmentNo, url }) => [`预约编号：${appointmentNo}`, ...(url ? [`进入诊室：${url}`] : [])],
    cancelled: '此预约已取消。',
    alarm: ({ service, practitioner }) => `${practitioner}的${service}即将开始`,
  },
  en: {
    summary: ({ service, practitioner }) => `${service} with ${practitioner}`,
    details: ({ appointmentNo, url }) => [`Appointment number: ${appointmentNo}`, ...(url ? [`Enter the room: ${url}`] : [])],
    cancelled: 'This appointment has been cancelled.',
    alarm: ({ service, practitioner }) => `${service} with ${practitioner} begins soon`,
  },
};
