/**
 * The socket protocol: every event, its payload, its reply, who may send it and at what rate. Types for server and
 * browser come from here, the gateway validates with it, `docs/protocol.md` is generated from it and the fuzz test
 * draws its messages from it.
 *
 * Requests are `socket.emitWithAck(name, payload)`, answered by `{ ok: true, data }` or
 * `{ ok: false, error: { code, message } }` with a code of `rooms/errors.ts`.
 */
import { z } from 'zod';
import {
  dtlsParameters,
  iceParameters,
  mediaKind,
  rtpCapabilities,
  rtpParameters,
  sctpStreamParameters,
  transportOptions,
} from './protocol-media.ts';
import {
  attendance,
  chatMessage,
  chatPage,
  closeReason,
  consumerView,
  dataConsumerView,
  lobbyEntry,
  lobbyView,
  mediaSession,
  peerView,
  qualityLevel,
  recordingEnd,
  recordingView,
  role,
  roomView,
  source,
} from './protocol-views.ts';

export { PROTOCOL_VERSION, speaksProtocol } from './protocol-version.ts';
export type * from './protocol-views.ts';

/** No blanks: MariaDB compares as if they were not there at the end of a text, and would find one visit under two ids. */
const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[!-~]+$/, 'printable ASCII without blanks');
const nothing = z.strictObject({});
/** Where the sender must be: nowhere yet, at least the lobby, or inside the room. */
type Stage = 'connected' | 'lobby' | 'room';
/**
 * Everything is charged to the budget of the connection (`control`), except `probe` and `join`, which have budgets of
 * the person. `chat` is charged to the person in the room as well.
 */
type Budget = 'control' | 'chat' | 'probe' | 'join';

interface EventDefinition<Q extends z.ZodType, R extends z.ZodType> {
  summary: string;
  request: Q;
  reply: R;
  stage: Stage;
  /** Roles that may send it; absent means everybody of that stage. */
  roles?: readonly z.infer<typeof role>[];
  budget: Budget;
}

function request<Q extends z.ZodType, R extends z.ZodType>(
  summary: string,
  rule: { stage: Stage; roles?: readonly z.infer<typeof role>[]; budget?: Budget },
  payload: Q,
  reply: R,
): EventDefinition<Q, R> {
  return { summary, budget: 'control', ...rule, request: payload, reply };
}

const self = z.object({ peerId: z.string(), memberId: z.string(), name: z.string(), role });
const inRoom = z.object({
  phase: z.literal('room'),
  self,
  room: roomView,
  media: mediaSession.nullable().describe('null when the device has no WebRTC'),
  chat: chatPage,
});
const inLobby = z.object({ phase: z.literal('lobby'), self, lobby: lobbyView });
const practitioner = ['practitioner'] as const;
const publishers = ['practitioner', 'patient', 'guest'] as const;

/** Requests from client to server. */
export const requests = {
  'session:renew': request(
    'Give a fresh access token of the same session before the one of the handshake expires; else the socket ends with that one.',
    { stage: 'connected' },
    z.strictObject({ token: z.string().min(1).max(4_096) }),
    z.object({ expiresAt: z.number().describe('ms since 1970') }),
  ),
  'room:join': request(
    'Enter a consultation, or come back to it. Answers with the lobby or with the whole room including transports and consumers.',
    { stage: 'connected', budget: 'join' },
    z.strictObject({
      consultationId: id,
      deviceId: id.describe('random, kept by the page over reloads; the same device gets its seat back'),
      rtpCapabilities: rtpCapabilities.nullable().describe('null: text only'),
      mediaSessionId: id.nullable().describe('media session that the page still holds, or null'),
      chatAfterSeq: z.int().min(0).describe('highest chat number that the page has; 0 for none'),
      audioOnly: z.boolean().default(false),
      cameraHeld: z.boolean().default(false),
    }),
    z.discriminatedUnion('phase', [inLobby, inRoom]),
  ),
  'room:leave': request('Leave the lobby or the room for good; the seat is given up at once.', { stage: 'lobby' }, nothing, nothing),
  'room:lock': request(
    'Let nobody new past the lobby, or open the room again.',
    { stage: 'room', roles: practitioner },
    z.strictObject({ locked: z.boolean() }),
    nothing,
  ),
  'room:end': request('End the visit for all.', { stage: 'room', roles: practitioner }, nothing, nothing),

  'lobby:admit': request(
    'Let one person of the lobby in.',
    { stage: 'room', roles: practitioner },
    z.strictObject({ peerId: id }),
    nothing,
  ),
  'lobby:admit-all': request(
    'Let everybody of the lobby in.',
    { stage: 'room', roles: practitioner },
    nothing,
    z.object({ admitted: z.int() }),
  ),
  'lobby:decline': request(
    'Turn somebody in the lobby away; they may knock again.',
    { stage: 'room', roles: practitioner },
    z.strictObject({ peerId: id }),
    nothing,
  ),

  'peer:send-back': request(
    'Send a participant back to the lobby.',
    { stage: 'room', roles: practitioner },
    z.strictObject({ peerId: id }),
    nothing,
  ),
  'peer:kick': request(
    'Remove a person (all devices). Their access is withdrawn: the same token or link does not open the room again.',
    { stage: 'room', roles: practitioner },
    z.strictObject({ peerId: id }),
    nothing,
  ),
  'peer:mute': request(
    "Pause somebody else's producers of one source. They may unmute themselves.",
    { stage: 'room', roles: practitioner },
    z.strictObject({ peerId: id, source }),
    nothing,
  ),
  'hand:raise': request('Raise or lower the own hand.', { stage: 'room' }, z.strictObject({ raised: z.boolean() }), nothing),
  'hand:lower': request("Lower somebody else's hand.", { stage: 'room', roles: practitioner }, z.strictObject({ peerId: id }), nothing),

  'transport:connect': request(
    'Give the DTLS parameters of a transport.',
    { stage: 'room' },
    z.strictObject({ transportId: id, dtlsParameters }),
    nothing,
  ),
  'transport:restart-ice': request(
    'Get new ICE parameters for a transport whose network changed, and ICE servers with fresh credentials: give the client these first.',
    { stage: 'room' },
    z.strictObject({ transportId: id }),
    z.object({ iceParameters, iceServers: mediaSession.shape.iceServers }),
  ),
  'producer:create': request(
    'Send a track.',
    { stage: 'room', roles: publishers },
    z.strictObject({ transportId: id, kind: mediaKind, source, rtpParameters, paused: z.boolean().default(false) }),
    z.object({ producerId: z.string() }),
  ),
  'producer:close': request('Stop sending a track.', { stage: 'room', roles: publishers }, z.strictObject({ producerId: id }), nothing),
  'producer:pause': request('Mute an own producer.', { stage: 'room', roles: publishers }, z.strictObject({ producerId: id }), nothing),
  'producer:resume': request('Unmute an own producer.', { stage: 'room', roles: publishers }, z.strictObject({ producerId: id }), nothing),
  'consumer:resume': request(
    'Start or go on receiving.',
    { stage: 'room' },
    z.strictObject({ consumerIds: z.array(id).min(1).max(200) }),
    nothing,
  ),
  'consumer:pause': request(
    'Stop receiving for now.',
    { stage: 'room' },
    z.strictObject({ consumerIds: z.array(id).min(1).max(200) }),
    nothing,
  ),
  'consumer:display': request(
    'Say how large each video is shown, in device pixels; layers follow. Width 0 means not visible: the consumer is paused.',
    { stage: 'room' },
    z.strictObject({
      displays: z
        .array(z.strictObject({ consumerId: id, width: z.int().min(0).max(16_384), height: z.int().min(0).max(16_384) }))
        .min(1)
        .max(200),
    }),
    nothing,
  ),
  'data-producer:create': request(
    'Open a data channel towards everybody in the room.',
    { stage: 'room', roles: publishers },
    z.strictObject({ transportId: id, sctpStreamParameters, label: z.string().max(64), protocol: z.string().max(64) }),
    z.object({ dataProducerId: z.string() }),
  ),
  'media:audio-only': request(
    'Switch the own seat to sound only, or back; both end `cameraHeld`.',
    { stage: 'room' },
    z.strictObject({ audioOnly: z.boolean() }),
    nothing,
  ),
  'media:hold-camera': request(
    'Say that the own camera is on but not sent for want of upload, or that it is sent again. The producer is closed and created as always.',
    { stage: 'room', roles: publishers },
    z.strictObject({ held: z.boolean() }),
    nothing,
  ),

  'chat:send': request(
    'Write to everybody in the room. Acknowledged after it is stored; sending the same clientMessageId again gives the first answer.',
    { stage: 'room', budget: 'chat' },
    z.strictObject({ clientMessageId: id, text: z.string().trim().min(1).max(4_000) }),
    z.object({ seq: z.int(), sentAt: z.number() }),
  ),
  'chat:history': request(
    'Messages after a number, oldest first; not all of them when there are many or long ones: ask again after the last.',
    { stage: 'room' },
    z.strictObject({ afterSeq: z.int().min(0), limit: z.int().min(1).max(200).default(200) }),
    chatPage,
  ),

  'recording:ask': request(
    'Ask everybody present for their consent to a recording; asking counts as the own one. It begins when all have consented.',
    { stage: 'room', roles: practitioner },
    nothing,
    z.object({ recordingId: z.string() }),
  ),
  'recording:consent': request(
    'Consent to a recording or refuse it. While somebody present has not consented, nothing is recorded. Acknowledged after it is stored.',
    { stage: 'room' },
    z.strictObject({ recordingId: id, consent: z.boolean() }),
    nothing,
  ),
  'recording:withdraw': request(
    'Take the own consent back: the recording stops at once and for good.',
    { stage: 'room' },
    z.strictObject({ recordingId: id }),
    nothing,
  ),
  'recording:stop': request(
    'Stop the recording, or take the question back.',
    { stage: 'room', roles: practitioner },
    z.strictObject({ recordingId: id }),
    nothing,
  ),

  'probe:open': request(
    'Before a visit: get a transport to try one network path with.',
    { stage: 'connected', budget: 'probe' },
    z.strictObject({ path: z.enum(['udp', 'tcp', 'relay']) }),
    z.object({ transport: transportOptions, routerRtpCapabilities: rtpCapabilities, iceServers: mediaSession.shape.iceServers }),
  ),
  'probe:connect': request(
    'Give the DTLS parameters of the probe transport.',
    { stage: 'connected', budget: 'probe' },
    z.strictObject({ transportId: id, dtlsParameters }),
    nothing,
  ),
} as const;

function notification<P extends z.ZodType>(summary: string, payload: P) {
  return { summary, payload };
}

const inBothLanguages = z.object({ zh: z.string(), en: z.string() });

/**
 * Notifications from server to client. Those of `notification:`, `queue:changed`, `chat:unread` and `recording:progress` reach every page of a
 * signed-in person, the others the seat in a room.
 */
export const notifications = {
  'room:admitted': notification('You were let in from the lobby; same content as the answer of `room:join`.', inRoom),
  'room:sent-back': notification('You were sent back to the lobby; transports are closed.', inLobby),
  'room:updated': notification(
    'Lock, start or attendance changed.',
    z.object({ locked: z.boolean(), startedAt: z.number().nullable(), attendance }),
  ),
  'room:closed': notification('You are no longer in the room or lobby.', z.object({ reason: closeReason })),

  'lobby:updated': notification('Who waits in the lobby, for practitioners.', z.object({ lobby: z.array(lobbyEntry) })),
  'peer:joined': notification('Somebody came in.', z.object({ peer: peerView })),
  'peer:updated': notification(
    'Something about a participant changed (connection, hand, what is given up for want of bandwidth, producers).',
    z.object({ peer: peerView }),
  ),
  'peer:left': notification('Somebody left.', z.object({ peerId: z.string(), reason: closeReason })),

  'producer:muted': notification(
    'A practitioner muted your producer; it is paused on the server.',
    z.object({ producerId: z.string(), source }),
  ),
  'producer:layers': notification(
    'Highest spatial layer of your producer that anybody wants: -1 none (stop sending), 0, 1, 2.',
    z.object({ producerId: z.string(), maxSpatialLayer: z.int().min(-1).max(8) }),
  ),
  'consumer:created': notification('A new track to receive; created paused.', z.object({ consumer: consumerView })),
  'consumer:closed': notification('A track ended.', z.object({ consumerId: z.string() })),
  'consumer:changed': notification(
    'The sender muted or unmuted a track.',
    z.object({ consumerId: z.string(), producerPaused: z.boolean() }),
  ),
  'data-consumer:created': notification('Somebody opened a data channel.', z.object({ dataConsumer: dataConsumerView })),
  'data-consumer:closed': notification('A data channel ended.', z.object({ dataConsumerId: z.string() })),
  'media:restarted': notification(
    'The transports are gone (media worker replaced, or their connection ended): throw them away and use these.',
    z.object({ media: mediaSession }),
  ),

  'recording:updated': notification(
    'A recording was asked for, begins, pauses or goes on, or somebody said something to it. Before a page shows it nothing is recorded.',
    z.object({ recording: recordingView }),
  ),
  'recording:ended': notification(
    'Nothing is recorded any more: stopped, a consent withdrawn, the visit ended, its room closed, or everybody left.',
    z.object({ recordingId: z.string(), reason: recordingEnd }),
  ),
  'recording:progress': notification(
    'How far the film of a recording is, for those who may see it.',
    z.object({
      recordingId: z.string(),
      consultationId: z.string(),
      state: z.enum(['composing', 'ready', 'empty', 'failed']),
      progress: z.int().min(0).max(100).describe('per cent'),
    }),
  ),

  'speaker:changed': notification('Who speaks now.', z.object({ peerId: z.string().nullable() })),
  'levels:updated': notification(
    'Loudness of those who are heard.',
    z.object({ levels: z.array(z.object({ peerId: z.string(), dBov: z.number() })) }),
  ),
  'quality:changed': notification(
    'Network quality of a participant.',
    z.object({ peerId: z.string(), up: qualityLevel, down: qualityLevel }),
  ),
  'notification:new': notification(
    'Something to tell you, wherever you are in the clinic; the whole text is at `GET /api/v1/notifications`.',
    z.object({
      id: z.string(),
      kind: z.string(),
      title: inBothLanguages,
      text: inBothLanguages.describe('the beginning'),
      path: z.string().nullable().describe('where it leads to in the web client'),
      createdAt: z.string(),
      unread: z.int(),
    }),
  ),
  'queue:changed': notification(
    'Your place in a waiting line has changed, or you were called.',
    z.object({ appointmentId: z.string(), state: z.enum(['waiting', 'called', 'left']), position: z.int().nullable(), length: z.int() }),
  ),
  'notification:unread': notification('You have read or deleted notifications on another page.', z.object({ unread: z.int() })),
  'chat:unread': notification(
    'The chat of one of your visits goes on, or you have read it on another page; how much is unread is at `GET /api/v1/messages/unread`.',
    z.object({ consultationId: z.string() }),
  ),
  'chat:posted': notification('New chat messages, in order.', z.object({ messages: z.array(chatMessage) })),
} as const;

export type RequestName = keyof typeof requests;
export type RequestPayload<N extends RequestName> = z.output<(typeof requests)[N]['request']>;
/** What a client sends: fields with a default may be absent. */
export type RequestInput<N extends RequestName> = z.input<(typeof requests)[N]['request']>;
export type Reply<N extends RequestName> = z.infer<(typeof requests)[N]['reply']>;
export type NotificationName = keyof typeof notifications;
export type Notification<N extends NotificationName> = z.infer<(typeof notifications)[N]['payload']>;
export type InRoom = z.infer<typeof inRoom>;
export type InLobby = z.infer<typeof inLobby>;

export interface ErrorReply {
  ok: false;
  /** `requestId` comes with `internal`: people can quote it, and the log has it. */
  error: { code: string; message: string; details?: readonly unknown[]; requestId?: string };
}
export type Ack<N extends RequestName> = { ok: true; data: Reply<N> } | ErrorReply;

/** Socket.IO's typed maps. */
export type ClientToServer = { [N in RequestName]: (payload: RequestInput<N>, ack: (answer: Ack<N>) => void) => void };
export type ServerToClient = { [N in NotificationName]: (payload: Notification<N>) => void };
