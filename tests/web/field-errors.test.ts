import { fieldErrors } from '../../web/src/clinic/blocks/field-errors.ts';

test('fieldErrors() finds the form’s field for each complaint', () => {
  const details = [
    { field: 'body.title', message: 'too long' },
    { field: 'body.items.0.dose', message: 'too much' },
    { field: 'query.page', message: 'too far' },
  ];
  expect(fieldErrors(details)).toEqual([
    { name: ['title'], message: 'too long' },
    { name: ['items', 0, 'dose'], message: 'too much' },
    { name: ['page'], message: 'too far' },
  ]);
});

test('fieldErrors() uses the form’s own names', () => {
  expect(fieldErrors([{ field: 'body.scheduledEnd', message: 'm' }], { scheduledEnd: 'minutes' })).toEqual([
    { name: ['minutes'], message: 'm' },
  ]);
});

test('fieldErrors() leaves out what is about no field', () => {
  expect(
    fieldErrors([null, 'text', {}, { field: 1, message: 'm' }, { field: 'body', message: 'm' }, { field: 'a.b', message: 'm' }]),
  ).toEqual([]);
});
