/** An example of each answer for the API document, made of its schema: values that fit, and that look like what the field is called. */

/** What is read of a JSON schema. */
export interface AnswerSchema {
  type?: string | readonly string[];
  format?: string;
  pattern?: string;
  enum?: readonly unknown[];
  const?: unknown;
  examples?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  properties?: Readonly<Record<string, AnswerSchema>>;
  items?: AnswerSchema;
  anyOf?: readonly AnswerSchema[];
  oneOf?: readonly AnswerSchema[];
  $ref?: string;
}

const ID = '01a20089-7d06-73c8-978c-946fc11e3f21';
const TIME = '2026-12-24T01:00:00.000Z';

const formats: Readonly<Record<string, string>> = { uuid: ID, date: '2026-12-24', 'date-time': TIME };

/** By name of the field. */
const texts: Readonly<Record<string, string>> = {
  ...{ name: '王敏', nameZh: '护士', nameEn: 'Nurse', patientName: '王敏', doctorName: '林医生', doctor: '林医生', author: '王**' },
  ...{ contactPerson: '王敏', phone: '138****8000', contactPhone: '13800138000', address: '帅府园一号', ip: '203.0.113.7' },
  ...{ title: '视频问诊', titleZh: '预约', titleEn: 'Appointments', zh: '视频问诊', en: 'Video visit', label: 'A-1', code: 'A-1' },
  ...{
    date: '2026-12-24',
    from: '2026-12-24',
    until: '2026-12-26',
    validFrom: '2026-12-24',
    birthDate: '1990-03-07',
    idNumber: '110101********0011',
    period: '2026-12-24',
  },
  ...{ start: '08:00', end: '18:00', time: '09:00', zone: 'Asia/Shanghai', at: TIME, scheduledTime: TIME, since: TIME },
  ...{ scheduledStart: TIME, scheduledEnd: '2026-12-24T01:30:00.000Z', startsAt: TIME, endsAt: '2026-12-24T01:30:00.000Z' },
  ...{ orderNo: 'ORDER202612240001', paymentNo: 'PAY202612240001', refundNo: 'REFUND202612240001', appointmentNo: 'APT202612240001' },
  ...{ prescriptionNo: 'RX202612240001', admissionNo: 'ADM202612240001', requestId: 'req_0193f5c2a1b4c7d801_1', requestedBy: ID },
  ...{ roles: 'patient', permissions: 'appointments:book', inherited: 'appointments:book', scopes: 'appointments:manage', key: 'nurse' },
  ...{
    specialities: '心内科',
    speciality: '心内科',
    tags: '耐心',
    healthTags: '高血压',
    reason: '临时有事',
    note: '会议',
    text: '医生很耐心',
  },
  ...{ reasonZh: '慎用', reasonEn: 'Use with care', specification: '5mg × 7', unit: '盒', medicineIds: ID, fields: 'phone', rowIds: ID },
  ...{ ingredient: 'warfarin', against: 'aspirin', ingredients: 'warfarin', disease: '高血压', substance: '青霉素', relation: '母亲' },
  ...{
    mime: 'image/png',
    mimeType: 'audio/opus',
    url: 'https://clinic.example/visit',
    uri: 'https://clinic.example',
    path: '/appointments',
  },
  ...{ method: 'POST', route: '/api/v1/appointments', version: '1.0.0', node: '24.0.0', relationship: 'family', status: 'confirmed' },
};

const numbers: Readonly<Record<string, number>> = {
  ...{ timestamp: Date.parse(TIME), page: 1, pageSize: 20, total: 1, rating: 5, latitude: 39.9, longitude: 116.4, price: 99, amount: 99 },
  ...{ durationMinutes: 30, slotMinutes: 30, expiresIn: 7_200, bytes: 2_048 },
};

/** An ID, a time, what the field is usually filled with, or else its name in words. */
function textOf({ format = '' }: AnswerSchema, name: string): string {
  const known = formats[format] ?? texts[name];
  if (known !== undefined) return known;
  if (/(?:^i|I)ds?$/.test(name)) return ID;
  if (name.endsWith('At')) return TIME;
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const numberOf = ({ minimum = -Infinity, maximum = Infinity }: AnswerSchema, name: string): number =>
  Math.min(maximum, Math.max(minimum, numbers[name] ?? 1));

/**
 * An example that fits a schema: every field, one entry of each list, the first of several forms.
 * @param name of the field that it is for
 */
export function exampleOfAnswer(schema: AnswerSchema, name = ''): unknown {
  const { properties, items, examples } = schema;
  const [type] = [schema.type ?? 'object'].flat();
  if (examples && examples.length > 0) return examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [form] = schema.oneOf ?? schema.anyOf ?? [];
  if (form) return exampleOfAnswer(form, name);
  if (type === 'string') return textOf(schema, name);
  if (type === 'number' || type === 'integer') return numberOf(schema, name);
  if (type === 'boolean') return true;
  // What contains itself ends here.
  if (type === 'array') return items && !items.$ref ? [exampleOfAnswer(items, name)] : [];
  if (type === 'null') return null;
  const fields = Object.entries(properties ?? {}).map(([field, inner]) => [field, exampleOfAnswer(inner, field)]);
  return Object.fromEntries(fields);
}
