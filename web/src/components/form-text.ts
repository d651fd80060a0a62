/** Text of a form's field as it was typed, empty when there is none. */
export function formValue(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

/** The same without spaces around it. */
export const formText = (form: FormData, name: string): string => formValue(form, name).trim();
