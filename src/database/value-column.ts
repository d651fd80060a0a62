/** Columns that hold a structured value as JSON text and check it on the way in and on the way out. */
import { DataTypes, type ModelAttributeColumnOptions } from 'sequelize';
import type { z } from 'zod';

/**
 * Column for objects and lists of one schema. The value in code is never text, so that what came from the database can be told.
 * @throws {z.ZodError} when a value is written or read that is not of the schema
 */
export function valueColumn<T extends object>(name: string, schema: z.ZodType<T>): ModelAttributeColumnOptions {
  // Like the type for money: Sequelize's base types cannot be subclassed.
  const type = Object.assign(new DataTypes.ABSTRACT(), {
    key: 'VALUE',
    toSql: () => 'TEXT',
    /** Called by Sequelize for each value that it sends. */
    _stringify: (value: T | string): string => (typeof value === 'string' ? value : encodeValue(schema, value)),
  });
  return {
    type,
    get() {
      // Text comes from the database, an object from our code.
      const held = this.getDataValue(name) as string | T | null | undefined;
      return typeof held === 'string' ? decodeValue(schema, held) : held;
    },
  };
}

/** @throws {z.ZodError} */
export const encodeValue = <T>(schema: z.ZodType<T>, value: T): string => JSON.stringify(schema.parse(value));

/** @throws {z.ZodError}, {SyntaxError} */
export const decodeValue = <T>(schema: z.ZodType<T>, text: string): T => schema.parse(JSON.parse(text));
