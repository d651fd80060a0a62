/** The form of the own health profile. */
import { Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { api, dataOf } from '../api/client.ts';
import { ApiForm } from './blocks/api-form.tsx';
import { FormRows } from './blocks/form-rows.tsx';
import type { HealthProfile } from './health-profile.tsx';
import { useTexts } from './texts/areas.ts';

const BLOOD_TYPES = ['A', 'B', 'AB', 'O'] as const;

type Values = Pick<HealthProfile, 'bloodType' | 'height' | 'weight' | 'hasAllergy' | 'allergies'> & {
  allergyInfo?: string;
  chronicDiseases: { name: string; since?: number | null; note?: string }[];
  familyHistory: { relation: string; disease: string }[];
  emergencyContact: { name?: string; relationship?: string; phone?: string };
  tags: string[];
};

const given = (text: string | null | undefined) => text?.trim() || undefined;

/** What was left empty is not sent; what hangs on an unticked box neither. */
function sentProfile({ allergies, allergyInfo, hasAllergy, emergencyContact: contact, chronicDiseases, ...values }: Values) {
  const { tags: _tags, ...rest } = values;
  const { name, relationship, phone } = contact;
  return {
    ...rest,
    hasAllergy,
    allergyInfo: hasAllergy ? (given(allergyInfo) ?? null) : null,
    allergies: hasAllergy ? allergies.map(({ substance, reaction, severe }) => ({ substance, reaction: given(reaction), severe })) : [],
    chronicDiseases: chronicDiseases.map(({ name: disease, since, note }) => ({
      name: disease,
      since: since ?? undefined,
      note: given(note),
    })),
    emergencyContact: name && relationship && phone ? { name, relationship, phone } : null,
  };
}

async function save(userId: string, values: Values): Promise<void> {
  const params = { path: { userId } };
  await dataOf(api.PUT('/api/v1/users/{userId}/health-profile', { params, body: sentProfile(values) }));
  await dataOf(api.PUT('/api/v1/users/{userId}/health-tags', { params, body: { tags: values.tags } }));
}

function Body() {
  const t = useTexts('health');
  return (
    <section aria-label={t('body')}>
      <h2>{t('body')}</h2>
      <div className="clinic-form-pair">
        <Form.Item name="bloodType" label={t('bloodType')}>
          <Select allowClear options={BLOOD_TYPES.map((value) => ({ value, label: t(`bloodTypes.${value}`) }))} />
        </Form.Item>
        <Form.Item name="height" label={t('height')}>
          <InputNumber min={30} max={260} className="clinic-wide-field" data-testid="health-height" />
        </Form.Item>
        <Form.Item name="weight" label={t('weight')}>
          <InputNumber min={1} max={500} className="clinic-wide-field" data-testid="health-weight" />
        </Form.Item>
      </div>
    </section>
  );
}

function AllergyFields() {
  const t = useTexts('health');
  const has = Form.useWatch<boolean | undefined>('hasAllergy');
  return (
    <>
      <Form.Item name="hasAllergy" valuePropName="checked">
        <Checkbox data-testid="has-allergy">{t('hasAllergy')}</Checkbox>
      </Form.Item>
      {has && (
        <FormRows
          name="allergies"
          title={t('allergies')}
          rowTitle={(number) => t('allergy', { number })}
          add={t('addAllergy')}
          remove={t('remove')}
          fresh={{ severe: false }}
        >
          {(index) => (
            <>
              <div className="clinic-form-pair">
                <Form.Item name={[index, 'substance']} label={t('substance')} rules={[{ required: true, whitespace: true }]}>
                  <Input maxLength={100} data-testid="allergy-substance" />
                </Form.Item>
                <Form.Item name={[index, 'reaction']} label={t('reaction')}>
                  <Input maxLength={200} />
                </Form.Item>
              </div>
              <Form.Item name={[index, 'severe']} valuePropName="checked">
                <Checkbox>{t('severe')}</Checkbox>
              </Form.Item>
            </>
          )}
        </FormRows>
      )}
      {has && (
        <Form.Item name="allergyInfo" label={t('allergyInfo')}>
          <Input.TextArea rows={2} maxLength={2_000} />
        </Form.Item>
      )}
    </>
  );
}

function History() {
  const t = useTexts('health');
  return (
    <>
      <FormRows
        name="chronicDiseases"
        title={t('diseases')}
        rowTitle={(number) => t('disease', { number })}
        add={t('addDisease')}
        remove={t('remove')}
        fresh={{}}
      >
        {(index) => (
          <>
            <div className="clinic-form-pair">
              <Form.Item name={[index, 'name']} label={t('diseaseName')} rules={[{ required: true, whitespace: true }]}>
                <Input maxLength={100} />
              </Form.Item>
              <Form.Item name={[index, 'since']} label={t('since')}>
                <InputNumber min={1900} max={2200} precision={0} className="clinic-wide-field" />
              </Form.Item>
            </div>
            <Form.Item name={[index, 'note']} label={t('note')}>
              <Input maxLength={500} />
            </Form.Item>
          </>
        )}
      </FormRows>
      <FormRows
        name="familyHistory"
        title={t('family')}
        rowTitle={(number) => t('relative', { number })}
        add={t('addRelative')}
        remove={t('remove')}
        fresh={{}}
      >
        {(index) => (
          <div className="clinic-form-pair">
            <Form.Item name={[index, 'relation']} label={t('relation')} rules={[{ required: true, whitespace: true }]}>
              <Input maxLength={40} />
            </Form.Item>
            <Form.Item name={[index, 'disease']} label={t('relativeDisease')} rules={[{ required: true, whitespace: true }]}>
              <Input maxLength={100} />
            </Form.Item>
          </div>
        )}
      </FormRows>
    </>
  );
}

function Contact() {
  const t = useTexts('health');
  const form = Form.useFormInstance<Values>();
  const contact = Form.useWatch('emergencyContact', form);
  const some = Object.values(contact ?? {}).some((text) => text?.trim());
  const rules = [{ required: some, whitespace: some, message: t('contactWhole') }];
  return (
    <section aria-label={t('contact')}>
      <h2>{t('contact')}</h2>
      <div className="clinic-form-pair">
        <Form.Item name={['emergencyContact', 'name']} label={t('contactName')} rules={rules} required={false}>
          <Input maxLength={100} autoComplete="off" data-testid="contact-name" />
        </Form.Item>
        <Form.Item name={['emergencyContact', 'relationship']} label={t('contactRelation')} rules={rules} required={false}>
          <Input maxLength={40} autoComplete="off" data-testid="contact-relation" />
        </Form.Item>
        <Form.Item name={['emergencyContact', 'phone']} label={t('contactPhone')} rules={rules} required={false}>
          <Input maxLength={32} inputMode="tel" autoComplete="off" data-testid="contact-phone" />
        </Form.Item>
      </div>
    </section>
  );
}

const valuesOf = ({ healthTags, allergyInfo, emergencyContact, ...profile }: HealthProfile): Values => ({
  ...{ bloodType: profile.bloodType, height: profile.height, weight: profile.weight },
  ...{ hasAllergy: profile.hasAllergy, allergies: profile.allergies },
  ...{ chronicDiseases: profile.chronicDiseases, familyHistory: profile.familyHistory, tags: healthTags },
  allergyInfo: allergyInfo ?? '',
  emergencyContact: emergencyContact ?? {},
});

/** Replaces the own health profile and its tags. */
export function HealthForm({ profile, onDone, onCancel }: { profile: HealthProfile; onDone(): void; onCancel(): void }) {
  const t = useTexts('health');
  return (
    <ApiForm<Values, void>
      send={(values) => save(profile.userId, values)}
      onDone={onDone}
      onCancel={onCancel}
      initialValues={valuesOf(profile)}
    >
      <Body />
      <AllergyFields />
      <History />
      <Form.Item name="tags" label={t('tags')} extra={t('tagsHint')}>
        <Select mode="tags" tokenSeparators={[',', '，', '、']} maxCount={50} notFoundContent={null} />
      </Form.Item>
      <Contact />
    </ApiForm>
  );
}
