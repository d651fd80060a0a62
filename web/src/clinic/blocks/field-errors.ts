/** Where the API's complaints belong in a form. */

export interface FieldError {
  /** antd's name path */
  name: (string | number)[];
  message: string;
}

interface Detail {
  field: string;
  message: string;
}

const isDetail = (value: unknown): value is Detail => {
  const { field, message } = (value ?? {}) as Partial<Detail>;
  return typeof field === 'string' && typeof message === 'string';
};

/**
 * The fields that an `invalid_request` complains of: `{ field: 'body.items.0.dose', … }` belongs to `['items', 0, 'dose']`.
 * @param details of the failure; what is no complaint about a field is left out
 * @param rename names that the form has for the API's top-level fields, where they differ
 */
export function fieldErrors(details: readonly unknown[], rename: Readonly<Record<string, string>> = {}): FieldError[] {
  return details.filter(isDetail).flatMap(({ field, message }) => {
    const [place, ...path] = field.split('.');
    const [first, ...below] = path;
    if (!['body', 'query', 'params'].includes(place ?? '') || first === undefined) return [];
    return [{ name: [rename[first] ?? first, ...below].map((part) => (/^\d+$/.test(part) ? Number(part) : part)), message }];
  });
}
