/** How somebody who is signed in proves once more who they are. The server marks the session; the refused call is repeated. */
import { call } from '../net/api.ts';

export type Proof = { password: string } | { code: string };

export interface StepUpCalls {
  /** @throws {ApiError} `bad_credentials` and the like, told in the dialog */
  prove(proof: Proof): Promise<unknown>;
  /** Sends a code to the person's phone; null where there are no codes, and the dialog then asks for the password only. */
  sendCode: (() => Promise<unknown>) | null;
}

export const stepUpCalls: StepUpCalls = {
  prove: (proof) => call('/auth/step-up', { method: 'POST', body: proof }),
  sendCode: null,
};
