/**
 * How long the law wants what is kept, and which law. The terms are those of mainland China as we read them; whoever runs a clinic has
 * them confirmed by counsel.
 */

export interface Term {
  readonly years?: number;
  readonly days?: number;
  /** Where it is written. */
  readonly law: { readonly zh: string; readonly en: string };
  /** What the term counts from, in words. */
  readonly from: { readonly zh: string; readonly en: string };
}

const declare = <T extends Record<string, Term>>(declared: T): T => declared;

export const terms = declare({
  'medical-record': {
    years: 15,
    law: {
      zh: '《医疗机构病历管理规定（2013年版）》第二十九条；《互联网诊疗监管细则（试行）》第二十条',
      en: 'Regulations on medical records of medical institutions (2013), article 29; rules on the supervision of internet diagnosis (trial, 2022), article 20',
    },
    from: { zh: '最后一次就诊', en: 'the last visit' },
  },
  'inpatient-record': {
    years: 30,
    law: {
      zh: '《医疗机构病历管理规定（2013年版）》第二十九条',
      en: 'Regulations on medical records of medical institutions (2013), article 29',
    },
    from: { zh: '最后一次出院', en: 'the last discharge' },
  },
  'visit-process': {
    years: 3,
    law: {
      zh: '《互联网诊疗监管细则（试行）》第二十条',
      en: 'Rules on the supervision of internet diagnosis (trial, 2022), article 20',
    },
    from: { zh: '最后一条消息或录制', en: 'the last message or recording' },
  },
  accounting: {
    years: 30,
    law: { zh: '《会计档案管理办法》附表一', en: 'Measures for accounting archives (2015), annex 1' },
    from: { zh: '最后一笔业务', en: 'the last booking' },
  },
  'network-log': {
    days: 200,
    law: { zh: '《网络安全法》第二十一条（不少于六个月）', en: 'Cybersecurity Law, article 21 (at least six months)' },
    from: { zh: '记录产生', en: 'the entry' },
  },
  'audit-trail': {
    years: 15,
    law: {
      zh: '《医疗机构病历管理规定（2013年版）》第二十九条；《个人信息保护法》第五十四条',
      en: 'Regulations on medical records of medical institutions (2013), article 29; Personal Information Protection Law, article 54',
    },
    from: { zh: '最后一次访问', en: 'the last access' },
  },
  'erasure-proof': {
    years: 30,
    law: { zh: '《个人信息保护法》第五十四条、第五十六条', en: 'Personal Information Protection Law, articles 54 and 56' },
    from: { zh: '申请', en: 'the request' },
  },
});

export type TermName = keyof typeof terms;
export const termNames = Object.keys(terms) as TermName[];

/** The last moment of a term that counts from `since`. */
export function endOf(name: TermName, since: Date): Date {
  const { years = 0, days = 0 }: Term = terms[name];
  const end = new Date(since);
  end.setUTCFullYear(end.getUTCFullYear() + years);
  end.setUTCDate(end.getUTCDate() + days);
  return end;
}
