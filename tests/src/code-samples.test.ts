import { credentials } from '#src/auth/schemas.ts';
import { newConsultation } from '#src/consultations/schemas.ts';
import { newInvitation } from '#src/members/schemas.ts';
import { codeSamples, exampleOf } from '#src/plugins/code-samples.ts';
import { startApp } from '../support/app.ts';

test.each([
  ['credentials', credentials],
  ['newConsultation', newConsultation],
  ['newInvitation', newInvitation],
])('the example of %s passes its own schema', (_name, schema) => {
  expect(schema.safeParse(exampleOf(schema)).success).toBe(true);
});

test('codeSamples() gives one curl call with address, token and body', () => {
  const [sample] = codeSamples('POST', '/api/v1/consultations/:id/invitations', newInvitation, true);
  expect(sample?.source).toBe(
    [
      'curl -X POST "http://localhost:8080/api/v1/consultations/$ID/invitations"',
      '-H "Authorization: Bearer $TOKEN"',
      '-H "Content-Type: application/json"',
      `-d '{"name":"王阿姨","role":"guest"}'`,
    ].join(' \\\n  '),
  );
});

test('every operation of the API document carries a call, and every JSON body an example', async () => {
  const server = await startApp();
  interface Operation {
    'x-codeSamples'?: { source: string }[];
    requestBody?: { content: Record<string, { schema?: { properties?: object } }> };
  }
  const document = (await server.app.inject('/openapi.json')).json<{ paths: Record<string, Record<string, Operation>> }>();
  await server.close();
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  expect(operations.length).toBeGreaterThan(15);
  for (const operation of operations) {
    const source = operation['x-codeSamples']?.[0]?.source ?? '';
    expect(source).toMatch(/^curl /);
    if (operation.requestBody?.content['application/json']?.schema?.properties) expect(source).toContain(" -d '{");
  }
});
