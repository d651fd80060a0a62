import { environmentProblem, problemOf } from '../../web/src/media/media-problem.ts';

describe('problemOf()', () => {
  test.each([
    ['NotAllowedError', 'Permission denied', 'denied'],
    ['NotAllowedError', 'Permission denied by system', 'denied-system'],
    ['NotAllowedError', 'Permission dismissed', 'dismissed'],
    ['NotFoundError', 'Requested device not found', 'not-found'],
    ['NotReadableError', 'Could not start video source', 'in-use'],
    ['OverconstrainedError', '', 'overconstrained'],
    ['SecurityError', '', 'insecure'],
    ['TypeError', '', 'unsupported'],
    ['AbortError', '', 'aborted'],
    ['SomethingElse', '', 'unknown'],
  ])('reads %s (%s) as %s', (name, message, problem) => {
    expect(problemOf({ name, message })).toBe(problem);
  });

  test('reads a thrown nothing as unknown', () => {
    expect(problemOf(undefined)).toBe('unknown');
  });
});

describe('environmentProblem()', () => {
  test('tells an insecure page from a browser without devices', () => {
    expect(environmentProblem({ isSecureContext: false, hasMediaDevices: false })).toBe('insecure');
    expect(environmentProblem({ isSecureContext: true, hasMediaDevices: false })).toBe('unsupported');
    expect(environmentProblem({ isSecureContext: true, hasMediaDevices: true })).toBeNull();
  });
});
