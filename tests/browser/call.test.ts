import { received, seesMotion } from '../support/browser.ts';
import { browserSuite, type Call } from '../support/browser-suite.ts';
import { api, createVisit } from '../support/rest.ts';
import { bothSee, bothSeeAndHear, chatTexts, type Device, openPanel, say } from '../support/visit.ts';
import { until } from '../support/wait.ts';

const suite = browserSuite();

const frames = async ({ page }: Device): Promise<number> => (await received(page)).framesDecoded;

/** Whether frames stop arriving: two looks 700 ms apart find the same count. */
async function stands(device: Device): Promise<boolean> {
  const before = await frames(device);
  await device.page.waitForTimeout(700);
  return (await frames(device)) === before;
}

describe('in one call', () => {
  let call: Call;
  beforeAll(async () => {
    call = await suite.call();
  });

  test('two people join one visit: both see moving pictures and hear sound', async () => {
    const { doctor, patient } = call;
    await bothSeeAndHear({ doctor, patient });
    expect([...doctor.errors, ...patient.errors]).toEqual([]);
  });

  test('typing is shown while somebody types, and not after their message is there', async () => {
    const { doctor, patient } = call;
    await openPanel(doctor.page, 'chat');
    await openPanel(patient.page, 'chat');
    const line = patient.page.getByTestId('chat-typing');
    const typing = async (): Promise<boolean> => (await line.innerText()).includes('is typing');
    const input = doctor.page.getByTestId('chat-input');
    // The first word opens the channel, which comes later than a message that is sent at once.
    await input.fill('at once');
    await doctor.page.getByTestId('chat-send').click();
    await until('the first message', async () => (await chatTexts(patient.page)).length === 1);
    const after = [];
    for (let look = 0; look < 10; look++) {
      await patient.page.waitForTimeout(200);
      after.push(await typing());
    }
    expect(after).not.toContain(true);
    await input.pressSequentially('slowly', { delay: 100 });
    await until('the sign', typing);
    await doctor.page.getByTestId('chat-send').click();
    await until('the second message', async () => (await chatTexts(patient.page)).length === 2);
    expect(await typing()).toBe(false);
  });

  test('chat: messages arrive in order on both sides and are there after a reload', async () => {
    const { doctor, patient } = call;
    await openPanel(patient.page, 'chat');
    const earlier = await chatTexts(patient.page);
    const texts = ['血压 120/80', 'Take it <b>after</b> meals', '好的 👍'];
    for (const text of texts) await say(doctor.page, text);
    const expected = [...earlier, ...texts];
    await until('three messages', async () => (await chatTexts(patient.page)).length === expected.length);
    expect(await chatTexts(patient.page)).toEqual(expected);
    await patient.page.reload();
    await patient.page.getByTestId('room').waitFor();
    await openPanel(patient.page, 'chat');
    await until('the chat after the reload', async () => (await chatTexts(patient.page)).length === expected.length);
    expect(await chatTexts(patient.page)).toEqual(expected);
    await seesMotion(patient.page);
  });

  test('screen share: the other side gets a second video and loses it again', async () => {
    const { doctor, patient } = call;
    await seesMotion(patient.page);
    await doctor.page.getByTestId('share-button').click();
    await patient.page.getByTestId('screen-share').waitFor();
    await until('frames of the screen', () =>
      patient.page
        .getByTestId('screen-share')
        .locator('video')
        .evaluate((video) => (video as HTMLVideoElement).videoWidth > 0),
    );
    await doctor.page.getByTestId('share-button').click();
    await patient.page.getByTestId('screen-share').waitFor({ state: 'detached' });
  });

  test('mute: the own microphone and the camera stop and come back; the doctor can mute the patient', async () => {
    const { doctor, patient } = call;
    await seesMotion(doctor.page);
    const tile = doctor.page.getByTestId('tile');
    await patient.page.getByTestId('mute-button').click();
    await until('the muted sign', async () => (await tile.getAttribute('data-muted')) === 'true');
    await patient.page.getByTestId('mute-button').click();
    await until('the muted sign to go', async () => (await tile.getAttribute('data-muted')) === 'false');
    await openPanel(doctor.page, 'people');
    await doctor.page.getByTestId('peer-mute').click();
    await until('the muted sign', async () => (await tile.getAttribute('data-muted')) === 'true');
    await patient.page.getByTestId('camera-button').click();
    await until('the picture to stand', () => stands(doctor));
    await patient.page.getByTestId('camera-button').click();
    await seesMotion(doctor.page);
  });

  test('audio only by hand: pictures stop both ways, sound goes on, pictures come back', async () => {
    const { doctor, patient } = call;
    await bothSee({ doctor, patient });
    await patient.page.getByTestId('more-button').click();
    await patient.page.getByTestId('audio-only').click();
    await patient.page.keyboard.press('Escape');
    await until('no picture at the patient', () => stands(patient));
    await until('no picture at the doctor', () => stands(doctor));
    const { audioPackets } = await received(patient.page);
    await until('sound to go on', async () => (await received(patient.page)).audioPackets > audioPackets + 20);
    await patient.page.getByTestId('video-back').click();
    await bothSee({ doctor, patient });
  });

  test('raise hand, lock and end for all: the other side sees each', async () => {
    const { visit, doctor, patient } = call;
    await patient.page.getByTestId('hand-button').click();
    await doctor.page.getByTestId('tile').getByTestId('hand').waitFor();
    await openPanel(doctor.page, 'people');
    await doctor.page.getByTestId('lock-button').click();
    await patient.page.getByTestId('room-locked').waitFor();
    await doctor.page.getByTestId('leave-button').click();
    await doctor.page.getByTestId('end-button').click();
    await doctor.page.getByTestId('end-confirm').click();
    await until('the end', async () => (await patient.page.getByTestId('ended').getAttribute('data-reason')) === 'ended');
    const { status } = await api<{ status: string }>(suite.server, 'GET', `/consultations/${visit.id}`, { token: visit.doctor.token });
    expect(status).toBe('ended');
  });
});

test('lobby: a patient waits, is admitted, then both see each other; sent back, the picture ends', async () => {
  const visit = await createVisit(suite.server, { lobby: true });
  const patient = await suite.join(visit, visit.patient);
  expect(await patient.page.getByTestId('lobby').isVisible()).toBe(true);
  const doctor = await suite.join(visit, visit.doctor);
  await doctor.page.getByTestId('knock-admit').click();
  await patient.page.getByTestId('room').waitFor();
  await bothSee({ doctor, patient });
  await openPanel(doctor.page, 'people');
  await doctor.page.getByTestId('peer-send-back').click();
  await patient.page.getByTestId('lobby').waitFor();
  await until('the tile of the patient to go', async () => (await doctor.page.getByTestId('tile').count()) === 0);
});

test('kick: the person is out and neither reload nor the same link lets them back; restored by the doctor, they may', async () => {
  const { visit, doctor, patient } = await suite.call();
  await openPanel(doctor.page, 'people');
  await doctor.page.getByTestId('peer-kick').click();
  await doctor.page.getByTestId('kick-confirm').click();
  await until('the end screen', async () => (await patient.page.getByTestId('ended').getAttribute('data-reason')) === 'kicked');
  const again = await suite.open(visit, visit.patient);
  await again.page.getByTestId('join-button').click();
  await until('the refusal', async () => (await again.page.getByTestId('ended').getAttribute('data-reason')) === 'removed');
  const { items } = await api<{ items: { id: string; role: string }[] }>(suite.server, 'GET', `/consultations/${visit.id}/members`, {
    token: visit.doctor.token,
  });
  const member = items.find(({ role }) => role === 'patient');
  await api(suite.server, 'POST', `/consultations/${visit.id}/members/${member?.id}/restore`, { token: visit.doctor.token });
  await suite.join(visit, visit.patient);
  await until('the patient to be back', async () => (await doctor.page.getByTestId('tile').count()) === 1);
});

test('a kicked guest cannot come back with the same link', async () => {
  const visit = await createVisit(suite.server);
  const doctor = await suite.join(visit, visit.doctor);
  const { token } = await api<{ token: string }>(suite.server, 'POST', `/consultations/${visit.id}/invitations`, {
    token: visit.doctor.token,
    body: { name: 'Aunt Li', role: 'guest' },
  });
  const guest = await suite.join(visit, null, { guestToken: token });
  expect(guest.page.url()).not.toContain(token);
  await seesMotion(guest.page);
  await openPanel(doctor.page, 'people');
  await doctor.page.getByTestId('peer-kick').click();
  await doctor.page.getByTestId('kick-confirm').click();
  await guest.page.getByTestId('ended').waitFor();
  const again = await suite.open(visit, null, { guestToken: token }).catch((error: unknown) => {
    throw new Error('the preview did not open', { cause: error });
  });
  await again.page.getByTestId('join-button').click();
  await until('the refusal', async () =>
    ['removed', 'session_revoked'].includes((await again.page.getByTestId('ended').getAttribute('data-reason', { timeout: 1_000 })) ?? ''),
  );
});
