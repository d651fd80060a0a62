import type { Config } from '#config/index.ts';
import type { Server } from '#src/wire.ts';

/** What a person sees once the server listens. */
export function banner({ url, demo, generatedSecrets }: Server, config: Config, lan: boolean): string {
  const lines = ['', `  Wenzhen 问诊 is at ${url()}`];
  if (lan) lines.push('  Open it on a phone in the same network; accept the warning about the certificate, which was made here.');
  if (config.NODE_ENV !== 'production')
    lines.push(`  Demo profile: not for real patients. Data${generatedSecrets ? ' and generated keys' : ''} in ${config.DATA_DIR}`);
  const accounts = demo();
  if (accounts) {
    lines.push('', '  Accounts (account, password), shown only this once:');
    lines.push(...accounts.map(({ account, password }) => `    ${account.padEnd(14)} ${password}`));
  }
  return [...lines, ''].join('\n');
}
