/** What the seeded clinic knows: departments, what people come with, and what they are given. */

export interface Medicine {
  code: string;
  name: string;
  ingredients: readonly string[];
  specification: string;
  unit: string;
  dose: number;
  doseUnit: 'mg' | 'g' | 'ml' | 'tablet' | 'capsule' | 'sachet';
  frequency: 'qd' | 'bid' | 'tid' | 'qn';
}

const medicine = (
  [code, name, ingredients, specification, unit]: readonly [string, string, readonly string[], string, string],
  [dose, doseUnit, frequency]: readonly [number, Medicine['doseUnit'], Medicine['frequency']],
): Medicine => ({ code, name, ingredients, specification, unit, dose, doseUnit, frequency });

export const medicines = [
  medicine(['CF-001', '苯磺酸氨氯地平片', ['amlodipine'], '5mg×28片', '盒'], [5, 'mg', 'qd']),
  medicine(['CF-002', '缬沙坦胶囊', ['valsartan'], '80mg×28粒', '盒'], [80, 'mg', 'qd']),
  medicine(['CF-003', '阿托伐他汀钙片', ['atorvastatin'], '20mg×28片', '盒'], [20, 'mg', 'qn']),
  medicine(['CF-004', '盐酸二甲双胍缓释片', ['metformin'], '0.5g×30片', '盒'], [0.5, 'g', 'bid']),
  medicine(['CF-005', '左甲状腺素钠片', ['levothyroxine'], '50μg×100片', '盒'], [1, 'tablet', 'qd']),
  medicine(['CF-006', '阿莫西林胶囊', ['amoxicillin', 'penicillins'], '0.25g×24粒', '盒'], [0.5, 'g', 'tid']),
  medicine(['CF-007', '阿奇霉素片', ['azithromycin'], '0.25g×6片', '盒'], [0.5, 'g', 'qd']),
  medicine(['CF-008', '盐酸氨溴索口服溶液', ['ambroxol'], '100ml:0.6g', '瓶'], [10, 'ml', 'tid']),
  medicine(['CF-009', '奥美拉唑肠溶胶囊', ['omeprazole'], '20mg×14粒', '盒'], [20, 'mg', 'bid']),
  medicine(['CF-010', '多潘立酮片', ['domperidone'], '10mg×30片', '盒'], [10, 'mg', 'tid']),
  medicine(['CF-011', '氯雷他定片', ['loratadine'], '10mg×12片', '盒'], [10, 'mg', 'qd']),
  medicine(['CF-012', '对乙酰氨基酚混悬液', ['paracetamol'], '100ml:3.2g', '瓶'], [5, 'ml', 'tid']),
  medicine(['CF-013', '乌灵胶囊', ['wuling'], '0.33g×36粒', '盒'], [3, 'capsule', 'tid']),
  medicine(['CF-014', '六味地黄丸', ['liuwei-dihuang'], '9g×10丸', '盒'], [1, 'sachet', 'bid']),
  medicine(['CF-015', '桂枝茯苓胶囊', ['guizhi-fuling'], '0.31g×60粒', '盒'], [3, 'capsule', 'tid']),
  medicine(['CF-016', '塞来昔布胶囊', ['celecoxib'], '0.2g×6粒', '盒'], [0.2, 'g', 'qd']),
] as const;

export const contraindications = [
  ['allergy', 'penicillins', 'penicillin', 'severe', '青霉素过敏者禁用', 'Not for people allergic to penicillin'],
  ['condition', 'metformin', 'renal-failure', 'severe', '严重肾功能不全者禁用', 'Not in severe kidney failure'],
  ['drug', 'atorvastatin', 'azithromycin', 'mild', '合用可能增加肌病风险', 'Together they may harm muscles more easily'],
] as const;

export interface Condition {
  icd: string;
  name: string;
  complaint: string;
  illness: string;
  advice: string;
  /** Codes of medicines. */
  medicines: readonly string[];
}

export interface Department {
  code: string;
  name: string;
  specialities: readonly string[];
  /** Ages of its patients. */
  ages: readonly [number, number];
  conditions: readonly Condition[];
}

const condition = (
  [icd, name]: readonly [string, string],
  [complaint, illness, advice]: readonly [string, string, string],
  codes: readonly string[] = [],
): Condition => ({ icd, name, complaint, illness, advice, medicines: codes });

const ADULTS = [18, 85] as const;

export const departments: readonly Department[] = [
  {
    ...{ code: 'XNK', name: '心血管内科', specialities: ['高血压', '冠心病', '血脂异常'], ages: [35, 85] },
    conditions: [
      condition(
        ['I10', '原发性高血压'],
        ['反复头晕 3 月', '晨起明显，自测血压最高 158/96 mmHg', '低盐饮食，每日早晚测血压'],
        ['CF-001', 'CF-002'],
      ),
      condition(['E78.5', '高脂血症'], ['体检发现血脂升高', '低密度脂蛋白 4.2 mmol/L，无胸痛', '低脂饮食，三月后复查血脂'], ['CF-003']),
    ],
  },
  {
    ...{ code: 'NFM', name: '内分泌科', specialities: ['糖尿病', '甲状腺疾病'], ages: ADULTS },
    conditions: [
      condition(
        ['E11.9', '2 型糖尿病'],
        ['口干、多饮半年', '空腹血糖 8.6 mmol/L，糖化血红蛋白 7.8 %', '控制主食，每周测血糖三次'],
        ['CF-004'],
      ),
      condition(['E03.9', '甲状腺功能减退症'], ['乏力、怕冷 2 月', '促甲状腺激素 9.1 mIU/L', '晨起空腹服药，六周后复查'], ['CF-005']),
    ],
  },
  {
    ...{ code: 'HXK', name: '呼吸内科', specialities: ['慢性咳嗽', '哮喘'], ages: ADULTS },
    conditions: [
      condition(
        ['J20.9', '急性支气管炎'],
        ['咳嗽、咳痰 5 天', '痰白，无发热，夜间加重', '多饮水，忌烟，三天无好转复诊'],
        ['CF-008', 'CF-006'],
      ),
      condition(['J30.4', '变应性鼻炎'], ['喷嚏、流清涕 2 周', '晨起为主，接触尘螨加重', '规律用药，勤换洗被褥'], ['CF-011']),
    ],
  },
  {
    ...{ code: 'XHK', name: '消化内科', specialities: ['胃炎', '反流性食管炎'], ages: ADULTS },
    conditions: [
      condition(['K29.5', '慢性胃炎'], ['上腹隐痛 1 月', '餐后加重，伴嗳气，无黑便', '规律饮食，忌辛辣酒精'], ['CF-009', 'CF-010']),
      condition(['K21.9', '胃食管反流病'], ['反酸、烧心 3 周', '平卧加重', '睡前三小时不进食，抬高床头'], ['CF-009']),
    ],
  },
  {
    ...{ code: 'ERK', name: '儿科', specialities: ['小儿发热', '小儿咳嗽'], ages: [1, 13] },
    conditions: [
      condition(
        ['J06.9', '急性上呼吸道感染'],
        ['发热 1 天', '最高 38.6 °C，精神可，进食稍差', '多饮水，体温超过 38.5 °C 服退热药'],
        ['CF-012'],
      ),
      condition(['J20.9', '急性支气管炎'], ['咳嗽 4 天', '有痰，夜间明显，无喘息', '拍背排痰，三天后复诊'], ['CF-008']),
    ],
  },
  {
    ...{ code: 'FCK', name: '妇科', specialities: ['月经失调', '更年期综合征'], ages: [18, 60] },
    conditions: [
      condition(['N92.6', '月经不规则'], ['月经周期不规律半年', '周期 25 至 45 天，经量中等', '记录周期，完善妇科超声'], ['CF-015']),
      condition(['N95.1', '更年期综合征'], ['潮热、多汗 3 月', '夜间明显，睡眠差', '规律运动，补钙，定期随访'], ['CF-014']),
    ],
  },
  {
    ...{ code: 'PFK', name: '皮肤科', specialities: ['湿疹', '荨麻疹'], ages: ADULTS },
    conditions: [
      condition(['L30.9', '湿疹'], ['双手皮疹伴瘙痒 2 周', '接触洗涤剂后加重', '戴手套，保湿，避免热水烫洗'], ['CF-011']),
      condition(['L50.9', '荨麻疹'], ['全身风团 3 天', '时起时消，无呼吸困难', '避免可疑食物，症状加重立即就医'], ['CF-011']),
    ],
  },
  {
    ...{ code: 'GK', name: '骨科', specialities: ['颈椎病', '腰椎间盘突出'], ages: [25, 80] },
    conditions: [
      condition(['M47.8', '颈椎病'], ['颈肩痛 1 月', '久坐伏案加重，无上肢麻木', '调整坐姿，颈部功能锻炼'], ['CF-016']),
      condition(['M54.5', '腰痛'], ['腰痛 1 周', '搬重物后出现，休息缓解', '避免负重，热敷'], ['CF-016']),
    ],
  },
  {
    ...{ code: 'ZYK', name: '中医科', specialities: ['失眠', '体质调理'], ages: ADULTS },
    conditions: [
      condition(['G47.0', '失眠'], ['入睡困难 2 月', '多梦易醒，舌红少苔，脉细', '睡前不看手机，规律作息'], ['CF-013']),
      condition(['R53', '乏力'], ['神疲乏力 3 月', '腰膝酸软，舌淡，脉沉细', '适度运动，饮食清淡'], ['CF-014']),
    ],
  },
  {
    ...{ code: 'XLK', name: '心理科', specialities: ['焦虑', '情绪管理'], ages: [16, 65] },
    conditions: [
      condition(['F41.1', '广泛性焦虑障碍'], ['紧张、担心半年', '影响睡眠与工作，无自伤念头', '放松训练，每周咨询一次']),
      condition(['F43.2', '适应障碍'], ['情绪低落 1 月', '换工作后出现，食欲尚可', '保持社交，规律运动']),
    ],
  },
];

/** Name, category, description, fen, minutes. */
export const services = [
  { key: 'first', name: '视频问诊', category: 'consultation', description: '与医生视频沟通 30 分钟', price: 9_900, minutes: 30 },
  { key: 'again', name: '复诊开药', category: 'consultation', description: '老患者复诊与续方', price: 3_900, minutes: 30 },
  { key: 'talk', name: '心理咨询', category: 'counseling', description: '一对一视频咨询 30 分钟', price: 19_900, minutes: 30 },
] as const;

/** Title of a doctor and what a first visit costs with them, in fen. */
export const titles = [
  ['主任医师', 19_900],
  ['副主任医师', 14_900],
  ['主治医师', 9_900],
] as const;

export const reviewTags = ['耐心细致', '回复及时', '解释清楚', '专业负责', '等待稍久'] as const;

/** Stars, and what people say who give so many. */
export const opinions: Readonly<Record<number, readonly string[]>> = {
  5: ['医生很耐心，讲得很清楚。', '不用跑医院，非常方便，医生专业。', '复诊效果不错，谢谢医生！', '问得很仔细，用药也说明白了。'],
  4: ['总体满意，就是等了一会儿。', '医生不错，画面偶尔卡顿。', '建议很实用。'],
  3: ['一般，时间有点短。', '还可以，希望能多问几句。'],
  2: ['等了二十分钟才接通。'],
  1: ['没有解决我的问题。'],
};
export const replies = ['感谢您的信任，祝早日康复！', '谢谢您的评价，有不适随时联系。', '感谢反馈，我们会改进等候时间。'] as const;
export const cancelReasons = ['临时有事', '症状已缓解', '改到线下就诊', '时间冲突'] as const;
