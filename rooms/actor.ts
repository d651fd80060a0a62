/** An actor: state behind a mailbox. A message that fails costs its sender an error and nobody else anything. */
import { MediaError } from '#sfu/errors.ts';
import { RoomError } from './errors.ts';
import { createMailbox, type Mailbox, type MailboxOptions } from './mailbox.ts';

/** What an actor does; made by a room kind, run by the supervisor. */
export interface Behaviour<M> {
  /** Of the takeover that it stands on, for the log. */
  readonly epoch?: number;
  /** Whether it began with people that an owner before had left. */
  readonly restored?: boolean;
  /** Handles one message; see `MailboxOptions.handle` for what may be returned. */
  handle(message: M): unknown;
  /** True when nobody needs the actor: asked again right before it is stopped. */
  idle(): boolean;
  /**
   * Releases everything. Called once; must not throw.
   * @param reason `fenced` means that another owner exists: nothing durable may be written any more
   */
  stop(reason: StopReason): Promise<void>;
}

/** Why an actor stops: nobody is there, it was told to, its subject ended, it kept failing, another owner exists, another node takes it, the process ends. */
export type StopReason = 'idle' | 'closed' | 'ended' | 'failed' | 'fenced' | 'moved' | 'shutdown';

export interface Actor<M> {
  readonly id: string;
  readonly behaviour: Behaviour<M>;
  readonly mailbox: Mailbox<M>;
  /** Unexpected failures in a row. */
  readonly failures: number;
}

/** A fault that its sender is told about by code, as opposed to a defect. */
export function isExpected(error: unknown): boolean {
  return error instanceof RoomError || error instanceof MediaError;
}

export interface ActorOptions<M> {
  id: string;
  behaviour: Behaviour<M>;
  capacity: number;
  /** An unexpected failure; `inARow` counts from the last success. */
  onFailure: (error: unknown, inARow: number, message: M) => void;
  /** A durable write was refused because a newer owner exists. */
  onStale: () => void;
  onTimed?: MailboxOptions<M>['onTimed'];
}

/** Puts a behaviour behind a mailbox and counts its unexpected failures. */
export function createActor<M>({ id, behaviour, capacity, onFailure, onStale, onTimed }: ActorOptions<M>): Actor<M> {
  let failures = 0;
  const mailbox = createMailbox<M>({
    handle: (message) => behaviour.handle(message),
    capacity,
    onSuccess: () => {
      failures = 0;
    },
    onError: (error, message) => {
      if (error instanceof RoomError && error.code === 'stale_epoch') onStale();
      else if (!isExpected(error)) onFailure(error, ++failures, message);
    },
    ...(onTimed && { onTimed }),
  });
  return {
    id,
    behaviour,
    mailbox,
    get failures() {
      return failures;
    },
  };
}
