/** Shapes that the server shows to clients: people, rooms, media sessions, chat. Part of the protocol. */
import { z } from 'zod';
import { iceServer, mediaKind, rtpCapabilities, rtpParameters, sctpStreamParameters, transportOptions } from './protocol-media.ts';

export const role = z
  .enum(['practitioner', 'patient', 'guest', 'observer'])
  .describe('practitioner leads the visit; observers see and hear but send nothing but chat');

export const source = z.enum(['microphone', 'camera', 'screen', 'screen-audio']).describe('What a producer carries');

export const qualityLevel = z
  .int()
  .min(0)
  .max(4)
  .describe(
    '0 nothing measured yet (just joined, or nothing flows that way), 1 bad or lost, 2 weak, 3 good, 4 excellent; never back to 0 while measured',
  );

export const producerView = z.object({ id: z.string(), kind: mediaKind, source, paused: z.boolean() });

export const peerView = z
  .object({
    id: z.string().describe('seat in this room; kept over reconnects within the grace period'),
    memberId: z.string().describe('person; the same for all devices of one person'),
    name: z.string(),
    role,
    connected: z.boolean().describe('false while the seat is kept for somebody whose connection broke'),
    handRaisedAt: z.number().nullable().describe('ms since 1970, or null'),
    audioOnly: z.boolean().describe('this person sends and receives sound only'),
    cameraHeld: z.boolean().describe('the camera is on but not sent, because the upload is too weak for it'),
    quality: z
      .object({ up: qualityLevel, down: qualityLevel })
      .describe('network quality each way. A stream that is lost counts as 1; 0 says only that nothing was measured yet'),
    producers: z.array(producerView),
    joinedAt: z.number(),
  })
  .describe('One participant');

export const lobbyEntry = z
  .object({ id: z.string(), memberId: z.string(), name: z.string(), role, connected: z.boolean(), waitingSince: z.number() })
  .describe('One person waiting in the lobby');

export const attendanceStatus = z.enum(['expected', 'present', 'late', 'no-show', 'left']);

export const attendance = z
  .object({ practitioner: attendanceStatus, patient: attendanceStatus })
  .describe('Whether the two people of the visit are here; somebody waiting in the lobby is present');

export const recordingView = z
  .object({
    id: z.string(),
    state: z
      .enum(['asked', 'recording', 'paused'])
      .describe('`asked`: not begun yet, somebody has not consented; `paused`: the same later on, nothing is recorded meanwhile'),
    askedBy: z.object({ memberId: z.string(), name: z.string() }),
    askedAt: z.number().describe('ms since 1970'),
    startedAt: z.number().nullable().describe('when the first of it was recorded'),
    own: z.enum(['waiting', 'consented', 'refused']).nullable().describe('what you have said to it; null over REST'),
    missing: z
      .array(z.object({ memberId: z.string(), name: z.string(), reason: z.enum(['waiting', 'refused', 'unable']) }))
      .describe('for practitioners: who is present without consent; `unable`: their page is too old to ask them. Empty for others'),
    fault: z
      .enum(['storage'])
      .nullable()
      .describe(
        'why nothing of it can be kept just now, for want of room for example; the call goes on, and so does the recording once it can',
      ),
  })
  .describe('A recording that everybody present has to consent to');

export const recordingEnd = z.enum(['stopped', 'withdrawn', 'ended', 'closed', 'left']);

export const roomView = z
  .object({
    consultationId: z.string(),
    title: z.string(),
    scheduledStart: z.string().describe('ISO 8601, UTC'),
    scheduledEnd: z.string(),
    startedAt: z.number().nullable().describe('when the two were first together'),
    locked: z.boolean().describe('nobody new gets past the lobby'),
    attendance,
    peers: z.array(peerView),
    lobby: z.array(lobbyEntry).describe('filled for the practitioner, empty for others'),
    activeSpeaker: z.string().nullable().describe('peer id'),
    recording: recordingView.nullable().describe('null: none is asked for'),
  })
  .describe('State of a room');

export const lobbyView = z
  .object({
    consultationId: z.string(),
    title: z.string(),
    scheduledStart: z.string(),
    scheduledEnd: z.string(),
    attendance,
    locked: z.boolean(),
    sentBack: z.boolean().describe('true after having been sent back from the room'),
  })
  .describe('What somebody in the lobby sees');

export const chatMessage = z
  .object({
    seq: z.int().describe('1, 2, 3, … without gaps in one room'),
    clientMessageId: z.string().describe('made by the sender; unique per sender'),
    memberId: z.string(),
    name: z.string(),
    role,
    text: z.string(),
    sentAt: z.number().describe('ms since 1970, server time'),
  })
  .describe('One chat message');

export const chatPage = z.object({
  messages: z.array(chatMessage),
  latestSeq: z.int().describe('highest number given out so far; when above the last message here, ask `chat:history`'),
});

export const consumerView = z
  .object({
    id: z.string(),
    producerId: z.string(),
    peerId: z.string(),
    source,
    kind: mediaKind,
    rtpParameters,
    producerPaused: z.boolean(),
  })
  .describe('A consumer, created paused; resume it with `consumer:resume` once the client has it');

export const dataConsumerView = z.object({
  id: z.string(),
  dataProducerId: z.string(),
  peerId: z.string(),
  sctpStreamParameters,
  label: z.string(),
  protocol: z.string(),
});

export const mediaSession = z
  .object({
    id: z.string().describe('changes whenever transports were made anew; say it when rejoining to keep them'),
    resumed: z.boolean().describe('true: the transports of the session named at the join are still alive, keep them'),
    routerRtpCapabilities: rtpCapabilities,
    iceServers: z.array(iceServer),
    send: transportOptions.nullable().describe('null for observers, and for a device whose media was closed because it sent far too much'),
    recv: transportOptions,
    consumers: z.array(consumerView),
    dataConsumers: z.array(dataConsumerView),
  })
  .describe('Transports and consumers of one seat');

export const closeReason = z.enum(['ended', 'closed', 'kicked', 'replaced', 'left', 'declined', 'session_revoked']);

export type Role = z.infer<typeof role>;
export type Source = z.infer<typeof source>;
export type ProducerView = z.infer<typeof producerView>;
export type PeerView = z.infer<typeof peerView>;
export type LobbyEntry = z.infer<typeof lobbyEntry>;
export type AttendanceStatus = z.infer<typeof attendanceStatus>;
export type Attendance = z.infer<typeof attendance>;
export type RecordingView = z.infer<typeof recordingView>;
export type RecordingEnd = z.infer<typeof recordingEnd>;
export type RoomView = z.infer<typeof roomView>;
export type LobbyView = z.infer<typeof lobbyView>;
export type ChatMessage = z.infer<typeof chatMessage>;
export type ChatPage = z.infer<typeof chatPage>;
export type ConsumerView = z.infer<typeof consumerView>;
export type DataConsumerView = z.infer<typeof dataConsumerView>;
export type MediaSession = z.infer<typeof mediaSession>;
export type CloseReason = z.infer<typeof closeReason>;
