/** A hold that ran out while its payer was paying: whoever wants the place has the partner asked first. */
import { Op } from 'sequelize';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { type BookableClinic, openClinic } from '#tests/support/clinic.ts';
import { dataOf, type Person } from '#tests/support/people.ts';
import { begin, closePartners, configure, leaveAlone, type Partners, startPartners } from '#tests/support/till.ts';

let server: TestApp;
let partners: Partners;
let clinic: BookableClinic;
let next = 0;
beforeAll(async () => {
  server = await startApp();
  partners = await startPartners();
  await configure(server, partners);
  clinic = await openClinic(server, server.people.doctor.id);
}, 60_000);
afterAll(async () => {
  await closePartners(partners);
  await server.close();
});
afterEach(() => partners.alipay.heal());

const book = ({ token }: Person, scheduledTime: string, key?: string) => {
  const { serviceId, practitionerId } = clinic;
  const payload = { serviceId, practitionerId, scheduledTime, contactPerson: '王敏', contactPhone: '13800138000' };
  const headers = { authorization: `Bearer ${token}`, ...(key && { 'idempotency-key': key }) };
  return server.app.inject({ method: 'POST', url: '/api/v1/appointments', headers, payload });
};

/** A place that is held, with its payment at the partner; its time is over and no job has looked at it. */
async function lateHold() {
  const time = clinic.times[next++]!;
  const { appointmentId, orderId } = (await book(server.people.patient, time)).json().data;
  const { id, paymentNo } = await begin(server, orderId, 'alipay');
  await leaveAlone(server, id);
  await server.foundation.outbox.cancel(`order.expire:${orderId}`);
  const { models, transaction } = server.database;
  const over = new Date(Date.now() - 1_000);
  await transaction(async () => {
    await models.appointmentClaims.update({ heldUntil: over }, { where: { appointmentId } });
    await models.orders.update({ expiresAt: over }, { where: { id: orderId } });
  });
  const status = async () => (await models.appointments.findByPk(appointmentId))?.status;
  return { time, orderId, paymentNo, status };
}

test('one that was paid just then is served, not paid back', async () => {
  const { time, orderId, paymentNo, status } = await lateHold();
  await partners.alipay.pay(paymentNo, { notify: false });
  const late = await book(server.people.otherPatient, time, 'a-key-for-this-booking');
  expect([late.statusCode, late.json().error.code]).toEqual([409, 'slot_taken']);
  expect(await status()).toBe('confirmed');
  expect(await server.database.models.refunds.count({ where: { orderId } })).toBe(0);
});

test('one that nobody has paid is closed at the partner, and the place goes to who wants it', async () => {
  const { time, paymentNo, status } = await lateHold();
  const booked = await book(server.people.otherPatient, time, 'another-key-for-this');
  expect(booked.statusCode).toBe(200);
  expect(await status()).toBe('cancelled');
  await partners.alipay.pay(paymentNo, { notify: false });
  expect(dataOf(await server.call('GET', `/api/v1/orders/${booked.json().data.orderId}`, server.people.otherPatient.token)).status).toBe(
    'PENDING',
  );
});

test('one whose partner does not answer keeps its place until there is an answer', async () => {
  const { time, paymentNo, status } = await lateHold();
  partners.alipay.fail({ kind: 'status', status: 500 }, 50);
  const refused = await book(server.people.otherPatient, time);
  expect([refused.statusCode, refused.json().error.code]).toEqual([409, 'slot_taken']);
  expect(await status()).toBe('pending');
  partners.alipay.heal();
  await partners.alipay.pay(paymentNo);
  await server.workers.drained();
});

test('the patient is told of a hold that was not paid in time, but not of one that they gave up themselves', async () => {
  const { patient } = server.people;
  const told = async (locale: string) => {
    await server.workers.drained();
    const { items } = dataOf(await server.call('GET', `/api/v1/notifications?pageSize=100&locale=${locale}`, patient.token));
    return items.filter(({ kind }: { kind: string }) => kind === 'appointment.released');
  };
  const before = (await told('zh')).length;
  const [one, two] = [await lateHold(), await lateHold()];
  await server.modules.orders.expire(one.orderId);
  dataOf(await server.call('POST', `/api/v1/orders/${two.orderId}/cancel`, patient.token, { reason: '不需要了' }));
  expect(await Promise.all([one.status(), two.status()])).toEqual(['cancelled', 'cancelled']);
  expect(await told('zh')).toHaveLength(before + 1);
  expect((await told('zh'))[0].text).toContain('未在规定时间内支付');
  expect((await told('en'))[0].text).toContain('was not paid in time');
  const off = await server.database.models.outbox.count({
    where: { topic: 'notification.send', payload: { [Op.like]: '%appointment.cancelled%' } },
  });
  expect(off).toBe(0);
});
