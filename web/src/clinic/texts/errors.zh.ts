/** Sentences for the error codes that only the clinic's screens can meet. */
export const errors = {
  step_up_required: '此操作需要再次验证身份',
  invalid_idempotency_key: '服务器无法理解该请求',
  idempotency_key_reused: '该操作已经提交过，内容却不同；请刷新页面后再试',
  conflict: '内容已被他人修改；请刷新后再试',
  already_exists: '已存在相同的记录',
};
