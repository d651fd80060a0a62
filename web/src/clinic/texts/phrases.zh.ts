/** Texts of the screens of what a doctor writes again and again. */
export const phrases = {
  intro: '常用语、处方模板与病历模板，仅您本人可见。',
  views: { phrases: '常用语', prescription: '处方模板', record: '病历模板' },
  text: '内容',
  kind: '类别',
  kinds: { diagnosis: '诊断', advice: '医嘱', symptom: '症状', other: '其他' },
  uses: '使用次数',
  edit: '编辑',
  remove: '移除',
  removeTitle: '移除？',
  removed: '已移除',
  addPhrase: '添加常用语',
  addTemplate: '添加模板',
  name: '名称',
  category: '分类',
  created: '创建时间',
};
