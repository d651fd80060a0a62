/** The provider of text messages that the configuration names. The libraries of the others are not loaded: each takes 30 MB. */
import type { AliyunSmsOptions } from './aliyun.ts';
import type { SmsProvider } from './provider.ts';
import type { TencentSmsOptions } from './tencent.ts';
import type { TwilioSmsOptions } from './twilio.ts';

export type SmsProviderOptions =
  | ({ provider: 'aliyun' } & AliyunSmsOptions)
  | ({ provider: 'tencent' } & TencentSmsOptions)
  | ({ provider: 'twilio' } & TwilioSmsOptions);

export async function openSmsProvider(options: SmsProviderOptions): Promise<SmsProvider> {
  switch (options.provider) {
    case 'aliyun':
      return (await import('./aliyun.ts')).createAliyunSms(options);
    case 'tencent':
      return (await import('./tencent.ts')).createTencentSms(options);
    case 'twilio':
      return (await import('./twilio.ts')).createTwilioSms(options);
  }
}
