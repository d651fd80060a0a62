import { compileHtml, namesIn } from '#src/messaging/handlebars.ts';
import { createRenderer, registrationText } from '#src/messaging/render.ts';
import { type TemplateName, templates, type Variables, type Words } from '#src/messaging/templates/catalogue.ts';
import { en } from '#src/messaging/templates/en.ts';
import { zh } from '#src/messaging/templates/zh.ts';

const render = createRenderer({ zone: () => 'Asia/Shanghai', clinic: () => 'Clinic <One> & sons' });
const link = 'https://clinic.example/visit/1?a=1&b=2';
const appointment = { practitioner: '李医生', startsAt: '2026-03-05T16:30:00.000Z' };

/** One good set of variables for each template. */
const examples: { [N in TemplateName]: Variables<N> } = {
  verification_code: { code: '123456', minutes: 5 },
  new_device_login: { device: 'Firefox, Linux', address: '203.0.113.7', at: '2026-03-05T16:30:00.000Z' },
  appointment_confirmed: { ...appointment, link },
  appointment_moved: { ...appointment, movedFrom: '2026-03-04T01:00:00Z', link },
  appointment_cancelled: { ...appointment, reason: '医生临时有事' },
  appointment_released: appointment,
  appointment_reminder: { ...appointment, link },
  order_created: { orderNo: 'O-1', amount: '128.50', item: '图文咨询', link },
  order_completed: { orderNo: 'O-1', item: '图文咨询', link },
  order_paid: { orderNo: 'O-1', amount: '128.50', item: '图文咨询' },
  order_refunded: { orderNo: 'O-1', amount: '128.50' },
  prescription_approved: { practitioner: '李医生', link },
  prescription_rejected: { practitioner: '李医生', reason: '剂量过大', link },
  prescription_cancelled: { practitioner: '李医生', reason: '剂量过大', link },
  money_alert: { orderNo: 'O-1', amount: '128.50', problem: '金额不符' },
  account_locked: { at: '2026-03-05T16:30:00.000Z' },
  queue_called: { practitioner: '李医生', link },
  refund_decided: { orderNo: 'O-1', amount: '128.50', decision: 'approved', link },
  review_replied: { practitioner: '李医生', link },
  practitioner_reviewed: { decision: 'rejected', link },
  leave_decided: { decision: 'approved', startsAt: '2026-03-05T16:30:00.000Z', endsAt: '2026-03-06T16:00:00.000Z', link },
  dispatch_assigned: { startsAt: '2026-03-05T16:30:00.000Z', link },
  data_copy_ready: { until: '2026-03-05T16:30:00.000Z', link },
  data_erasure_refused: { link },
  promotion: { title: '体检优惠', body: '第一段' },
  announcement: { title: '春节安排', body: '第一段\n第二段' },
};
const names = Object.keys(templates) as TemplateName[];

describe.each(names)('%s', (name) => {
  const variables = examples[name] as Variables<typeof name>;
  const declared = Object.keys(templates[name].variables.shape);

  test.each(['zh', 'en'] as const)('has words in %s that use declared variables only and show them', (locale) => {
    const words: Words = { zh, en }[locale][name];
    const used = [words.title, words.text, words.sms].flatMap((source) => namesIn(name, source));
    expect(declared).toEqual(expect.arrayContaining(used));
    expect(Boolean(words.action)).toBe(declared.includes('link'));
    const { title, text, html, link: to } = render.message(name, locale, variables);
    expect(`${title}${text}`).not.toMatch(/[{}]|undefined|null|\[object/);
    expect(html).toContain(locale === 'zh' ? '<html lang="zh-CN">' : '<html lang="en-GB">');
    expect(to).toBe(declared.includes('link') ? link : null);
    const sms = render.sms(name, locale, variables);
    expect(sms.text.length).toBeLessThan(200);
    for (const [, value] of sms.parameters) expect(sms.text).toContain(value);
  });

  test.each(declared)('is refused without %s', (missing) => {
    const { [missing]: _, ...rest } = variables as Record<string, unknown>;
    const incomplete = () => render.sms(name, 'zh', rest as never);
    expect(incomplete).toThrow(expect.objectContaining({ name: 'TemplateError', issues: [expect.stringMatching(`^${missing}: `)] }));
  });

  test('is registered with providers under the placeholders that they are sent', () => {
    const parameters = render.sms(name, 'zh', variables).parameters.map(([key]) => key);
    const aliyun = [...registrationText(name, 'zh', 'aliyun').matchAll(/\$\{(\w+)\}/g)].map(([, key]) => key);
    const tencent = [...registrationText(name, 'zh', 'tencent').matchAll(/\{(\d+)\}/g)].map(([, key]) => key);
    expect([...new Set(aliyun)]).toEqual(parameters);
    expect([...new Set(tencent)]).toEqual(parameters.map((_, index) => String(index + 1)));
  });
});

describe('message()', () => {
  test('escapes values in HTML and leaves them alone in text', () => {
    const hostile = `<img src=x onerror="alert('1')"> & "co"`;
    const { text, html } = render.message('announcement', 'en', { title: 'T', body: `${hostile}\n${hostile}` });
    expect(text).toBe(`${hostile}\n${hostile}`);
    expect(html).not.toContain('<img');
    expect(html.match(/&lt;img src&#x3D;x onerror&#x3D;&quot;alert\(&#x27;1&#x27;\)&quot;&gt; &amp; &quot;co&quot;<\/p>/g)).toHaveLength(2);
    expect(html).toContain('Clinic &lt;One&gt; &amp; sons');
    expect(render.message('appointment_reminder', 'zh', { ...appointment, link }).html).toContain('href="https://clinic.example/visit/1?');
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', '/visit/1', ''])('refuses to link to %j', (bad) => {
    expect(() => render.message('appointment_reminder', 'zh', { ...appointment, link: bad })).toThrow('link: ');
  });

  test('writes times in the zone of the clinic and the language of the reader', () => {
    expect(render.message('appointment_reminder', 'zh', { ...appointment, link }).text).toContain('2026年3月6日 00:30');
    expect(render.message('appointment_reminder', 'en', { ...appointment, link }).text).toContain('6 Mar 2026, 00:30');
    const berlin = createRenderer({ zone: () => 'Europe/Berlin', clinic: () => 'Praxis' });
    expect(berlin.message('appointment_reminder', 'en', { ...appointment, link }).text).toContain('5 Mar 2026, 17:30');
  });

  test('writes choices out in the language of the reader', () => {
    const decided = { orderNo: 'O-1', amount: '128.50', decision: 'rejected', link } as const;
    expect(render.sms('refund_decided', 'zh', decided).text).toContain('审核结果：未通过');
    expect(render.sms('refund_decided', 'en', decided).text).toContain('was not approved');
  });

  test('takes words that are given in place of the own ones', () => {
    const words: Words = { title: 'T', text: 'Code: {{code}}', sms: '{{code}}!' };
    const changed = createRenderer({ zone: () => 'UTC', clinic: () => 'C', words: (_name, locale) => (locale === 'en' ? words : null) });
    expect(changed.sms('verification_code', 'en', { code: '123456', minutes: 5 }).text).toBe('123456!');
    expect(changed.sms('verification_code', 'zh', { code: '123456', minutes: 5 }).text).toContain('您的验证码是123456');
  });

  test('cuts names that are too long for a provider instead of failing', () => {
    const { text } = render.sms('prescription_approved', 'zh', { practitioner: '很'.repeat(100), link });
    expect(text).toBe(`${'很'.repeat(29)}…为您开具的单据已通过审核，请登录查看。`);
  });

  test.each([
    ['an unknown variable', { code: '123456', minutes: 5, extra: 1 }, 'extra: unrecognized_keys'],
    ['an empty one', { code: '', minutes: 5 }, 'code: '],
    ['one of another kind', { code: 123_456, minutes: 5 }, 'code: invalid_type'],
    ['money as a number', undefined, 'amount: invalid_type'],
  ])('refuses %s without quoting it', (_what, variables, issue) => {
    const name = variables ? 'verification_code' : 'order_refunded';
    const given = variables ?? { orderNo: 'O-1', amount: 128.5 };
    expect(() => render.sms(name, 'zh', given as never)).toThrow(issue);
    expect(() => render.sms(name, 'zh', given as never)).not.toThrow(/123.?456|128\.5/);
  });

  test('does not run templates that are hidden in values', () => {
    const { text } = render.message('announcement', 'en', { title: 'T', body: '{{code}} {{#each this}}x{{/each}}' });
    expect(text).toBe('{{code}} {{#each this}}x{{/each}}');
  });
});

describe('namesIn()', () => {
  test('finds each name once in the order of its first use', () => {
    expect(namesIn('t', '{{b}} {{a}} text {{b}}{{! a remark }}')).toEqual(['b', 'a']);
  });

  test.each([
    '{{{raw}}}',
    '{{&raw}}',
    '{{#if a}}x{{/if}}',
    '{{a.b}}',
    '{{../a}}',
    '{{@root}}',
    '{{lookup a b}}',
    '{{> part}}',
    '{{a',
    '{{this}}',
  ])('refuses %s', (source) => {
    expect(() => namesIn('t', source)).toThrow(expect.objectContaining({ name: 'TemplateError' }));
  });
});

test('compileHtml() fails for a name that has no value', () => {
  expect(() => compileHtml('{{missing}}')({})).toThrow('missing');
});
