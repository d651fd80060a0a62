/** How somebody who is signed in proves once more who they are. The server marks the session; the refused call is repeated. */
import { api, dataOf } from '../api/client.ts';

export type Proof = { password: string } | { code: string };

export interface StepUpCalls {
  /** @throws {ApiFailure} `bad_credentials` and the like, told in the dialog */
  prove(proof: Proof): Promise<unknown>;
  /** Sends a code to the person's own phone. @throws {ApiFailure} `no_phone` and the like */
  sendCode(): Promise<unknown>;
}

export const stepUpCalls: StepUpCalls = {
  prove: (body) => dataOf(api.POST('/api/v1/auth/step-up', { body })),
  sendCode: () => dataOf(api.POST('/api/v1/auth/step-up/code')),
};
