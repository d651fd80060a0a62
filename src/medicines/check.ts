/** Whether medicines go together, and with a patient's allergies and conditions (RX-04). Pure: tables in, hits out. */
import type { ContraindicationKind } from './model.ts';

export interface Prescribed {
  readonly id: string;
  readonly name: string;
  readonly ingredients: readonly string[];
}

export interface Rule {
  readonly id: string;
  readonly kind: ContraindicationKind;
  readonly ingredient: string;
  readonly against: string;
  readonly severity: 'mild' | 'severe';
  readonly reasonZh: string;
  readonly reasonEn: string;
}

/** What is known of the patient, as they or their doctors wrote it. */
export interface PatientFacts {
  readonly allergies: readonly string[];
  readonly conditions: readonly string[];
}

export interface Hit {
  readonly ruleId: string;
  readonly kind: ContraindicationKind | 'duplicate';
  readonly severity: 'mild' | 'severe';
  /** Ids of the medicines concerned. */
  readonly medicineIds: readonly string[];
  readonly reasonZh: string;
  readonly reasonEn: string;
}

/** @param terms word (lower case) → meanings; a fact means what any word in it means, and its own text when it is a key */
export function checkMedicines(
  medicines: readonly Prescribed[],
  rules: readonly Rule[],
  facts: PatientFacts,
  terms: ReadonlyMap<string, readonly string[]>,
): Hit[] {
  const allergies = meaningsOf(facts.allergies, terms);
  const conditions = meaningsOf(facts.conditions, terms);
  const holding = (ingredient: string) => medicines.filter(({ ingredients }) => ingredients.includes(ingredient));
  const hits = rules.flatMap((rule): Hit[] => {
    const { id: ruleId, kind, severity, reasonZh, reasonEn } = rule;
    const base = { ruleId, kind, severity, reasonZh, reasonEn };
    const own = holding(rule.ingredient);
    if (kind === 'drug') return pairs(own, holding(rule.against)).map((medicineIds) => ({ ...base, medicineIds }));
    const known = kind === 'allergy' ? allergies : conditions;
    return known.has(rule.against) ? own.map(({ id }) => ({ ...base, medicineIds: [id] })) : [];
  });
  return [...hits, ...duplicates(medicines)].sort((a, b) => Number(b.severity === 'severe') - Number(a.severity === 'severe'));
}

/** Pairs of two different medicines, each once. */
function pairs(left: readonly Prescribed[], right: readonly Prescribed[]): string[][] {
  const found = new Map<string, string[]>();
  for (const { id: a } of left) {
    for (const { id: b } of right) if (a !== b) found.set([a, b].sort().join(' '), [a, b]);
  }
  return [...found.values()];
}

/** The same ingredient twice is a warning in any case. */
function duplicates(medicines: readonly Prescribed[]): Hit[] {
  const byIngredient = new Map<string, Prescribed[]>();
  for (const medicine of medicines) {
    const [main] = medicine.ingredients;
    if (main) byIngredient.set(main, [...(byIngredient.get(main) ?? []), medicine]);
  }
  return [...byIngredient].flatMap(([ingredient, same]): Hit[] => {
    if (same.length < 2) return [];
    const names = same.map(({ name }) => name);
    return [
      {
        ruleId: `duplicate:${ingredient}`,
        kind: 'duplicate',
        severity: 'mild',
        medicineIds: same.map(({ id }) => id),
        reasonZh: `${names.join('、')}含有相同成分`,
        reasonEn: `${names.join(', ')} hold the same ingredient`,
      },
    ];
  });
}

/** Full-width letters and case do not matter. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

function meaningsOf(facts: readonly string[], terms: ReadonlyMap<string, readonly string[]>): Set<string> {
  const texts = facts.map(folded);
  const meanings = [...terms].flatMap(([term, found]) => (texts.some((text) => text.includes(term)) ? found : []));
  return new Set([...meanings, ...texts]);
}
