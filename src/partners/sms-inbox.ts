/** Text messages that a simulated provider "delivered": for tests, and for people who try the demo without a phone. */
import type { HttpSimulator } from './http-simulator.ts';

export interface SimulatedSms {
  /** As our request named it. */
  to: string;
  /** The provider's id of the message. */
  id: string;
  /** As a phone would show it. */
  text: string;
  /** The provider's code of the template; null where the whole text is sent. */
  template: string | null;
  /** By name, or by position from 1. */
  parameters: Record<string, string>;
  /** ms since 1970 */
  at: number;
}

/** Texts of the templates that the provider has approved, by its code for them. */
export type ApprovedTemplates = Readonly<Record<string, string>>;

export interface SmsInbox {
  add(message: Omit<SimulatedSms, 'at'>): void;
  /** Newest last. */
  all(): readonly SimulatedSms[];
  /** Refuses the next message with the provider's own code. */
  refuseNext(code: string): void;
  /** The code that the message just taken is to be refused with. */
  refusal(): string | undefined;
}

export interface SmsSimulator extends HttpSimulator {
  inbox: SmsInbox['all'];
  refuseNext: SmsInbox['refuseNext'];
  /**
   * Reports what became of a message, as the provider does.
   * @param url that was entered in its console; Twilio is told by the message itself
   * @returns the status of the answer, and whether it is what the provider wants to hear
   */
  report(id: string, outcome: ReportedOutcome, url?: string): Promise<{ status: number; taken: boolean }>;
}

/** `code`: the provider's own, of why a message did not arrive. */
export type ReportedOutcome = { delivered: true } | { delivered: false; code: string };

/** Messages kept; a demo may run for weeks. */
const KEPT = 500;

export function createSmsInbox(): SmsInbox {
  const messages: SimulatedSms[] = [];
  const refusals: string[] = [];
  return {
    add(message) {
      messages.push({ ...message, at: Date.now() });
      if (messages.length > KEPT) messages.shift();
    },
    all: () => messages,
    refuseNext: (code) => void refusals.push(code),
    refusal: () => refusals.shift(),
  };
}
