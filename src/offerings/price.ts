/** Which price is in force. Pure. */
import type { Fen } from '#src/money.ts';
import type { MembershipLevel } from './model.ts';

export interface PriceRule {
  readonly practitionerId: string | null;
  readonly membershipLevel: MembershipLevel | null;
  readonly price: Fen;
  readonly validFrom: Date;
  readonly validTo: Date | null;
}

export interface Asked {
  readonly practitionerId: string | null;
  readonly membership: MembershipLevel;
  readonly at: Date;
}

/**
 * The most special rule wins: practitioner and level, then practitioner, then level, then neither; of equal ones the one that
 * began last. Without a rule it is the service's own price.
 */
export function priceOf(own: Fen, rules: readonly PriceRule[], { practitionerId, membership, at }: Asked): Fen {
  const fitting = rules.filter(
    (rule) =>
      (rule.practitionerId === null || rule.practitionerId === practitionerId) &&
      (rule.membershipLevel === null || rule.membershipLevel === membership) &&
      rule.validFrom <= at &&
      (rule.validTo === null || at < rule.validTo),
  );
  const [best] = fitting.sort((a, b) => weight(b) - weight(a) || b.validFrom.getTime() - a.validFrom.getTime());
  return best?.price ?? own;
}

const weight = (rule: PriceRule): number => (rule.practitionerId ? 2 : 0) + (rule.membershipLevel ? 1 : 0);
