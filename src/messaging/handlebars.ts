/** Handlebars as messages use it: text with `{{names}}` in it, every one of which has to be given. */
import Handlebars from 'handlebars';

/** A template cannot be filled: it is wrong itself, or variables are. `issues` name places, never values. */
export class TemplateError extends Error {
  override name = 'TemplateError';
  readonly issues: readonly string[];

  constructor(template: string, issues: readonly string[]) {
    super(`Template ${template}: ${issues.join('; ')}`);
    this.issues = issues;
  }
}

export type Values = Readonly<Record<string, string>>;

/**
 * Names that a template uses, each once, in the order of their first use.
 * @param name of the template, for the error
 * @throws {TemplateError} anything but text and `{{name}}`: no blocks, no helpers, no `{{{unescaped}}}`
 */
export function namesIn(name: string, source: string): string[] {
  const names = new Set<string>();
  for (const statement of parse(name, source)) {
    if (statement.type === 'ContentStatement' || statement.type === 'CommentStatement') continue;
    const variable = nameOf(statement);
    if (variable === null) throw new TemplateError(name, [`line ${statement.loc.start.line}: only {{name}} is allowed`]);
    names.add(variable);
  }
  return [...names];
}

function parse(name: string, source: string): hbs.AST.Statement[] {
  try {
    return Handlebars.parse(source).body;
  } catch (error) {
    throw new TemplateError(name, [error instanceof Error ? error.message : 'cannot be read']);
  }
}

function nameOf(statement: hbs.AST.Statement): string | null {
  const { type, escaped, params, path } = statement as hbs.AST.MustacheStatement;
  if (type !== 'MustacheStatement' || !escaped || params.length > 0 || path.type !== 'PathExpression') return null;
  const { parts, depth, data } = path as hbs.AST.PathExpression;
  const [variable] = parts;
  return parts.length === 1 && depth === 0 && !data && typeof variable === 'string' ? variable : null;
}

/** Fills a template without escaping: for text messages, subjects and pages that escape by themselves. */
export const compileText = (source: string): ((values: Values) => string) =>
  Handlebars.compile<Values>(source, { strict: true, knownHelpersOnly: true, noEscape: true });

/** Fills a template of HTML; values are escaped. */
export const compileHtml = <T = Values>(source: string): ((values: T) => string) =>
  Handlebars.compile<T>(source, { strict: true, knownHelpersOnly: true });
