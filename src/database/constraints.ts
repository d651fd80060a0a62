/** What the database refused, in the words of our errors. Rules are constraints; services turn their violations into codes. */
import { ForeignKeyConstraintError, UniqueConstraintError } from 'sequelize';
import { ApiError, type ErrorCode } from '#src/errors.ts';

export interface Violations {
  /** Code for each unique index, by its name and by the last of its columns (MariaDB tells the one, SQLite the other). */
  unique?: readonly { index: string; column: string; code: ErrorCode }[];
  /** Code for a row that is missing, or that others still point to. */
  reference?: ErrorCode;
}

/** Runs `work` and throws the named `ApiError` in place of a violation. */
export async function withViolations<T>({ unique = [], reference }: Violations, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (reference && error instanceof ForeignKeyConstraintError) throw new ApiError(reference, { cause: error });
    const code = unique.find(({ index, column }) => violates(error, index, column))?.code;
    throw code ? new ApiError(code, { cause: error }) : error;
  }
}

function violates(error: unknown, index: string, column: string): boolean {
  if (!(error instanceof UniqueConstraintError)) return false;
  const [, places = ''] = /(?:for key|constraint failed:)(.*)$/s.exec(error.parent.message) ?? [];
  return places.includes(index) || places.endsWith(`.${column}`);
}
