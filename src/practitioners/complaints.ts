/**
 * What complaints point to: words that people use, and the words that specialities and departments have for it. It only orders
 * a list of suggestions and never names an illness.
 */
interface Entry {
  /** Words of patients, small letters. */
  readonly said: readonly string[];
  /** Parts of specialities or department names that fit. */
  readonly fits: readonly string[];
}

const entries: readonly Entry[] = [
  { said: ['头痛', '头疼', '偏头痛', 'headache', 'migraine'], fits: ['神经', '头痛', 'neurolog', 'headache'] },
  { said: ['头晕', '眩晕', 'dizzy', 'vertigo'], fits: ['神经', '眩晕', '高血压', '耳鼻喉', 'neurolog', 'hypertension'] },
  { said: ['失眠', '睡不着', '睡眠', 'insomnia', 'sleep'], fits: ['失眠', '睡眠', '神经', '心理', '精神', 'insomnia', 'sleep', 'psych'] },
  { said: ['焦虑', '紧张', '恐慌', 'anxiety', 'panic'], fits: ['焦虑', '心理', '精神', '情绪', 'anxiety', 'psych'] },
  { said: ['抑郁', '情绪低落', '不开心', 'depress', 'sad'], fits: ['抑郁', '心理', '精神', '情绪', 'depress', 'psych'] },
  { said: ['婚姻', '夫妻', '感情', 'marriage', 'couple'], fits: ['婚姻', '家庭', '情感', 'couple', 'family'] },
  { said: ['孩子', '厌学', '青春期', 'teenager', 'school'], fits: ['儿童', '青少年', '亲子', '儿科', 'child', 'adolesc', 'pediatr'] },
  { said: ['发烧', '发热', 'fever'], fits: ['发热', '感染', '呼吸', '儿科', '全科', 'fever', 'infect'] },
  { said: ['咳嗽', '咳痰', '气喘', 'cough', 'asthma'], fits: ['呼吸', '咳嗽', '哮喘', '肺', 'respirat', 'asthma'] },
  { said: ['胸闷', '胸痛', '心慌', '心悸', 'chest pain', 'palpitation'], fits: ['心血管', '心内', '心脏', '胸痛', 'cardi', 'heart'] },
  { said: ['高血压', '血压高', '血压', 'blood pressure', 'hypertension'], fits: ['高血压', '心血管', '心内', 'hypertension', 'cardi'] },
  { said: ['糖尿病', '血糖', 'diabetes', 'blood sugar'], fits: ['糖尿病', '内分泌', '代谢', 'diabet', 'endocrin'] },
  { said: ['甲状腺', '甲亢', '甲减', 'thyroid'], fits: ['甲状腺', '内分泌', 'thyroid', 'endocrin'] },
  { said: ['胃痛', '胃胀', '反酸', '消化不良', 'stomach', 'heartburn'], fits: ['消化', '脾胃', '胃', 'gastro', 'digest'] },
  { said: ['腹泻', '便秘', '拉肚子', 'diarrh', 'constipat'], fits: ['消化', '脾胃', '肛肠', '肠', 'gastro', 'digest'] },
  {
    said: ['腰痛', '腰疼', '颈椎', '肩周', '关节', 'back pain', 'joint', 'neck'],
    fits: ['骨', '推拿', '针灸', '康复', '风湿', 'ortho', 'rheumat'],
  },
  { said: ['皮疹', '湿疹', '痘', '瘙痒', '过敏', 'rash', 'eczema', 'acne', 'itch'], fits: ['皮肤', '过敏', '湿疹', 'dermat', 'allerg'] },
  { said: ['月经', '痛经', '白带', '更年期', 'period', 'menopause'], fits: ['妇科', '月经', '更年期', 'gynec'] },
  { said: ['怀孕', '备孕', '不孕', 'pregnan', 'fertility'], fits: ['产科', '妇产', '生殖', '不孕', 'obstet', 'fertil'] },
  { said: ['尿频', '尿痛', '前列腺', '肾', 'urin', 'kidney'], fits: ['泌尿', '肾', '男科', 'urolog', 'nephro'] },
  { said: ['眼', '视力', 'eye', 'vision'], fits: ['眼', 'ophthal'] },
  { said: ['耳鸣', '鼻炎', '鼻塞', '咽喉', '嗓子', 'tinnitus', 'throat', 'nose'], fits: ['耳鼻喉', '鼻', '咽', 'otolaryng', 'ent'] },
  { said: ['牙', '口腔', 'tooth', 'gum'], fits: ['口腔', '牙', 'dental', 'dentist'] },
  { said: ['疲劳', '乏力', '没精神', 'tired', 'fatigue'], fits: ['调理', '内科', '全科', '亚健康', 'general'] },
];

const small = (text: string): string => text.normalize('NFKC').toLowerCase();

export interface Pointer {
  /** Word that was found in the complaint. */
  readonly said: string;
  readonly fits: readonly string[];
}

/** What a complaint in people's own words points to. */
export function pointersOf(complaint: string): Pointer[] {
  const text = small(complaint);
  return entries.flatMap(({ said, fits }) => {
    const word = said.find((one) => text.includes(one));
    return word ? [{ said: word, fits }] : [];
  });
}

/** Whether a speciality or department name is one of those that fit. */
export const fitting = (name: string, fits: readonly string[]): boolean => fits.some((part) => small(name).includes(part));

/** Whether two names have one in the other, without regard to case and width. */
export function overlap(a: string, b: string): boolean {
  const [one, other] = [small(a), small(b)];
  return one.length > 0 && other.length > 0 && (one.includes(other) || other.includes(one));
}
