/** Texts of the waiting line. */
export const queue = {
  nobody: '暂时没有患者候诊',
  notWaiting: '您没有在候诊。请在就诊前一小时内，从预约页面开始候诊。',
  callNext: '呼叫下一位',
  call: '呼叫',
  prefer: '优先',
  preferred: '优先',
  inTurn: '取消优先',
  since: '候诊自',
};
