declare module 'id-validator' {
  /** Checks form and check character, not whether the date exists. Remembers every number that it is asked for. */
  export default class IdValidator {
    isValid(id: string): boolean;
  }
}
