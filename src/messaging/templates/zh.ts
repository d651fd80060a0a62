import type { TemplateName, Words } from './catalogue.ts';

export const zh: Record<TemplateName, Words> = {
  verification_code: {
    title: '验证码',
    text: '您的验证码是 {{code}}，{{minutes}} 分钟内有效。\n请勿告诉他人。如非本人操作，请忽略此消息。',
    sms: '您的验证码是{{code}}，{{minutes}}分钟内有效，请勿告诉他人。如非本人操作，请忽略。',
  },
  new_device_login: {
    title: '新设备登录',
    text: '您的账号于 {{at}} 在新设备上登录：{{device}}（{{address}}）。\n如非本人操作，请立即修改密码。',
    sms: '您的账号于{{at}}在新设备{{device}}上登录。如非本人操作，请立即修改密码。',
  },
  account_locked: {
    title: '账号已锁定',
    text: '您的账号于 {{at}} 因多次输错密码被暂时锁定。\n如非本人操作，请在解锁后立即修改密码。',
    sms: '您的账号于{{at}}因多次输错密码被暂时锁定。如非本人操作，请在解锁后立即修改密码。',
  },
  appointment_confirmed: {
    title: '预约成功',
    text: '您已预约 {{practitioner}}，时间：{{startsAt}}。\n请提前几分钟进入候诊室，并检查摄像头和麦克风。',
    sms: '您已预约{{practitioner}}，时间：{{startsAt}}。请提前几分钟进入候诊室。',
    action: '查看预约',
  },
  appointment_moved: {
    title: '预约时间已更改',
    text: '您与 {{practitioner}} 的预约已由 {{movedFrom}} 改为 {{startsAt}}。',
    sms: '您与{{practitioner}}的预约已由{{movedFrom}}改为{{startsAt}}。',
    action: '查看预约',
  },
  appointment_cancelled: {
    title: '预约已取消',
    text: '您与 {{practitioner}} 于 {{startsAt}} 的预约已取消。\n原因：{{reason}}',
    sms: '您与{{practitioner}}于{{startsAt}}的预约已取消。',
  },
  appointment_released: {
    title: '预约未支付，已释放',
    text: '您与 {{practitioner}} 于 {{startsAt}} 的预约未在规定时间内支付，号源已释放。如仍需就诊，请重新预约。',
    sms: '您与{{practitioner}}于{{startsAt}}的预约未在规定时间内支付，号源已释放。',
  },
  appointment_reminder: {
    title: '预约提醒',
    text: '您与 {{practitioner}} 的预约将于 {{startsAt}} 开始，请准时进入候诊室。',
    sms: '您与{{practitioner}}的预约将于{{startsAt}}开始，请准时进入候诊室。',
    action: '进入候诊室',
  },
  queue_called: {
    title: '请进入诊室',
    text: '{{practitioner}} 正在叫您，请进入诊室。',
    sms: '{{practitioner}}正在叫您，请登录并进入诊室。',
    action: '进入诊室',
  },
  order_created: {
    title: '订单待支付',
    text: '订单 {{orderNo}} 已生成，金额 {{amount}} 元。逾期未支付的订单将自动关闭。\n项目：{{item}}',
    sms: '您的订单{{orderNo}}已生成，金额{{amount}}元，请登录并及时支付。',
    action: '去支付',
  },
  order_paid: {
    title: '支付成功',
    text: '订单 {{orderNo}} 已支付 {{amount}} 元。\n项目：{{item}}',
    sms: '您的订单{{orderNo}}已支付{{amount}}元。',
  },
  order_completed: {
    title: '服务已完成',
    text: '订单 {{orderNo}} 已完成，欢迎评价本次服务。\n项目：{{item}}',
    sms: '您的订单{{orderNo}}已完成，欢迎登录评价。',
    action: '查看订单',
  },
  order_refunded: {
    title: '退款成功',
    text: '订单 {{orderNo}} 已退款 {{amount}} 元，款项将原路退回。',
    sms: '您的订单{{orderNo}}已退款{{amount}}元，款项将原路退回。',
  },
  refund_decided: {
    title: '退款申请已处理',
    text: '订单 {{orderNo}} 的退款申请（{{amount}} 元）审核结果：{{decision}}。',
    sms: '您的订单{{orderNo}}的退款申请审核结果：{{decision}}。',
    action: '查看订单',
  },
  money_alert: {
    title: '资金异常，请核对',
    text: '订单 {{orderNo}}（{{amount}} 元）：{{problem}}。请尽快核对并处理。',
    sms: '订单{{orderNo}}的资金有异常，请登录核对。',
  },
  prescription_approved: {
    title: '处方已通过审核',
    text: '{{practitioner}} 为您开具的处方已通过药师审核。',
    sms: '{{practitioner}}为您开具的单据已通过审核，请登录查看。',
    action: '查看处方',
  },
  prescription_rejected: {
    title: '处方未通过审核',
    text: '{{practitioner}} 开具的处方未通过药师审核。\n原因：{{reason}}',
    sms: '{{practitioner}}开具的单据未通过审核，请登录查看。',
    action: '查看处方',
  },
  prescription_cancelled: {
    title: '处方已作废',
    text: '{{practitioner}} 为您开具的处方已作废，请勿使用。\n原因：{{reason}}',
    sms: '{{practitioner}}为您开具的单据已作废，请登录查看。',
    action: '查看处方',
  },
  review_replied: {
    title: '评价有新回复',
    text: '{{practitioner}} 回复了您的评价。',
    sms: '{{practitioner}}回复了您的评价，请登录查看。',
    action: '查看回复',
  },
  practitioner_reviewed: {
    title: '资质审核结果',
    text: '您提交的资质审核结果：{{decision}}。',
    sms: '您提交的资质审核结果：{{decision}}，请登录查看。',
    action: '查看资料',
  },
  leave_decided: {
    title: '休假申请结果',
    text: '您 {{startsAt}} 至 {{endsAt}} 的休假申请{{decision}}。',
    sms: '您{{startsAt}}起的休假申请{{decision}}，请登录查看。',
    action: '查看排班',
  },
  dispatch_assigned: {
    title: '新的任务安排',
    text: '您于 {{startsAt}} 有新的任务，请查看地点与说明。',
    sms: '您于{{startsAt}}有新的任务，请登录查看。',
    action: '查看任务',
  },
  data_copy_ready: {
    title: '您的数据副本已准备好',
    text: '您申请的数据副本已准备好，请在 {{until}} 之前下载。\n副本包含健康信息，请妥善保管。',
    sms: '您申请的数据副本已准备好，请在{{until}}之前登录下载。',
    action: '下载副本',
  },
  data_erasure_refused: {
    title: '注销申请未完成',
    text: '您的注销申请暂时无法完成，请查看原因。\n处理完毕后可以重新申请。',
    sms: '您的注销申请暂时无法完成，请登录查看原因。',
    action: '查看原因',
  },
  promotion: {
    title: '{{title}}',
    text: '{{body}}\n如不想再收到此类消息，请在消息设置中关闭。',
    sms: '{{title}}，详情请登录查看。退订请在消息设置中关闭。',
  },
  announcement: {
    title: '{{title}}',
    text: '{{body}}',
    sms: '新公告《{{title}}》，请登录查看。',
  },
};
