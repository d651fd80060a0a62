import type { errors as chinese } from './errors.zh.ts';

export const errors: typeof chinese = {
  step_up_required: 'Please confirm first that it is you',
  invalid_idempotency_key: 'The server did not understand this',
  idempotency_key_reused: 'This was sent before with other content; please reload the page and try again',
  conflict: 'Somebody changed this meanwhile; please reload and try again',
  already_exists: 'There is one like this already',
};
