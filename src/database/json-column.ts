/** Columns of JSON: text in both engines, values in code. */
import { DataTypes, type Model, type ModelAttributeColumnOptions } from 'sequelize';

/** Not a subclass: Sequelize's base types are proxies whose constructor ignores who extends them. */
const jsonText = Object.assign(new DataTypes.ABSTRACT(), {
  key: 'JSONTEXT',
  toSql: () => 'TEXT',
  /** Called by Sequelize for each value that it sends. */
  _stringify: (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)),
});

/** For objects and lists; a bare string would be taken for JSON. */
export function jsonColumn(name: string): ModelAttributeColumnOptions {
  return {
    type: jsonText,
    get(this: Model) {
      // Text comes from the database, a value from our code.
      const held = this.getDataValue(name as never) as unknown;
      return typeof held === 'string' ? (JSON.parse(held) as unknown) : held;
    },
  };
}
