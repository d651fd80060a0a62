/** What every provider of text messages does for us, and the sender that stands in front of whichever is configured. */
import type { Breaker } from '#src/partners/breaker.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import type { Renderer } from '#src/messaging/render.ts';
import type { Locale, TemplateName, Variables } from '#src/messaging/templates/catalogue.ts';

/** One text message in all the forms that providers ask for. */
export interface SmsOrder {
  /** E.164 */
  phone: string;
  /** The provider's code of a template that it has approved; null where it takes whole texts. */
  templateId: string | null;
  /** What the template is filled with, in the order of its placeholders. */
  parameters: readonly (readonly [name: string, value: string])[];
  /** The whole text, without the sender's name. */
  text: string;
}

export interface SmsProvider {
  /** For logs, metrics and the configuration, for example `sms-aliyun`. */
  readonly name: string;
  /** Whether it only sends templates that it has approved. */
  readonly needsTemplates: boolean;
  /**
   * @returns the provider's id of the message
   * @throws {PartnerError} and whatever the network throws. No message of an error names the phone or quotes the text
   */
  deliver(order: SmsOrder, signal: AbortSignal): Promise<string>;
}

/** The provider's codes of our templates: one for both languages, or one for each. */
export type TemplateIds = Readonly<Partial<Record<TemplateName, string | Readonly<Partial<Record<Locale, string>>>>>>;

export interface SmsMessage<N extends TemplateName = TemplateName> {
  /** E.164 */
  phone: string;
  locale: Locale;
  template: N;
  variables: Variables<N>;
}

export interface SmsSender {
  readonly provider: string;
  /**
   * @returns the provider's id of the message, by which it reports delivery
   * @throws {TemplateError} the variables do not fit
   * @throws {PartnerError} `refused`: also a number that is none, and a template without a code; `unavailable`
   */
  send<N extends TemplateName>(message: SmsMessage<N>): Promise<{ providerId: string }>;
}

const E164 = /^\+[1-9]\d{6,14}$/;

export interface SmsSenderParts {
  provider: SmsProvider;
  render: Pick<Renderer, 'sms'>;
  templateIds: () => TemplateIds;
  breaker: Breaker;
}

export function createSmsSender({ provider, render, templateIds, breaker }: SmsSenderParts): SmsSender {
  const refused = (reason: string) => new PartnerError(provider.name, 'refused', { reason });

  function templateIdOf(template: TemplateName, locale: Locale): string | null {
    if (!provider.needsTemplates) return null;
    const ids = templateIds()[template];
    const id = typeof ids === 'object' ? ids[locale] : ids;
    if (!id) throw refused(`no_template_id: ${template}.${locale}`);
    return id;
  }

  return {
    provider: provider.name,
    async send({ phone, locale, template, variables }) {
      if (!E164.test(phone)) throw refused('invalid_phone');
      const order = { phone, templateId: templateIdOf(template, locale), ...render.sms(template, locale, variables) };
      return { providerId: await breaker.call((signal) => provider.deliver(order, signal)) };
    },
  };
}

/**
 * An answer with an HTTP status of 400 or more.
 * @param code the provider's own; without one, some proxy answered and nobody knows what became of the message
 */
export function badAnswer(provider: string, status: number, code?: string): PartnerError {
  const passing = status === 429 || status >= 500;
  const maybeDone = status >= 500 && code === undefined;
  return new PartnerError(provider, passing ? 'unavailable' : 'refused', { reason: code ?? `http_${status}`, maybeDone });
}
