/** A practitioner's own phrases and templates (TPL-01..04, VID-06). */
import { literal, UniqueConstraintError } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { recordContent } from '#src/medical/record-content.ts';
import { slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Prescriptions } from '#src/prescriptions/service.ts';
import type { PhraseRow, TemplateRow } from './model.ts';
import * as schemas from './schemas.ts';

type Phrase = z.infer<typeof schemas.phraseView>;
type Template = z.infer<typeof schemas.templateView>;
type Prescription = Awaited<ReturnType<Prescriptions['create']>>;

/** Everything is the owner's alone: what is somebody else's is `not_found`. */
export interface Templates {
  phrases(ownerId: string, query: z.infer<typeof schemas.phraseQuery>): Promise<z.infer<typeof schemas.phraseList>>;
  addPhrase(ownerId: string, input: z.infer<typeof schemas.newPhrase>): Promise<Phrase>;
  changePhrase(ownerId: string, id: string, change: z.infer<typeof schemas.phraseChange>): Promise<Phrase>;
  removePhrase(ownerId: string, id: string): Promise<void>;
  /** Counts a use and gives the text. */
  usePhrase(ownerId: string, id: string): Promise<Phrase>;
  templates(ownerId: string, query: z.infer<typeof schemas.templateQuery>): Promise<z.infer<typeof schemas.templateList>>;
  template(ownerId: string, id: string): Promise<Template>;
  /** @throws {ApiError} `already_exists` for a name that is taken */
  addTemplate(ownerId: string, input: z.infer<typeof schemas.newTemplate>): Promise<Template>;
  /** @throws {ApiError} `already_exists`, `invalid_request` when the content does not fit the template's kind */
  changeTemplate(ownerId: string, id: string, change: z.infer<typeof schemas.templateChange>): Promise<Template>;
  removeTemplate(ownerId: string, id: string): Promise<void>;
  /** Counts a use and gives the content, for a record or a form. */
  useTemplate(ownerId: string, id: string): Promise<Template>;
  /** Issues a prescription from a template; every check of a prescription applies. @throws what `Prescriptions.create` throws, `wrong_state` for a record's template */
  prescribe(caller: Caller, id: string, input: z.infer<typeof schemas.quickPrescription>): Promise<Prescription>;
}

export function createTemplates(database: Database, prescriptions: Pick<Prescriptions, 'create'>): Templates {
  return { ...createPhrases(database), ...createTemplatesOf(database, prescriptions) };
}

const oneMore = { uses: literal('uses + 1') as unknown as number };

function createPhrases({ models, transaction }: Database) {
  async function own(ownerId: string, id: string, lock = false): Promise<PhraseRow> {
    const row = await models.phrases.findOne({ where: { id, ownerId }, lock });
    if (!row) throw new ApiError('not_found');
    return row;
  }
  return {
    async phrases(ownerId: string, query: z.infer<typeof schemas.phraseQuery>) {
      const where = { ownerId, ...(query.kind && { kind: query.kind }) };
      const { rows, count } = await models.phrases.findAndCountAll({ where, order: orderOf(query.sort), ...slice(query) });
      return { items: rows.map(phraseView), pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },
    addPhrase: (ownerId: string, input: z.infer<typeof schemas.newPhrase>) =>
      transaction(async () => phraseView(await models.phrases.create({ id: uuid(), ownerId, ...input, uses: 0 }))),
    changePhrase: (ownerId: string, id: string, { kind, text }: z.infer<typeof schemas.phraseChange>) =>
      transaction(async () => {
        const row = await own(ownerId, id, true);
        return phraseView(await row.update({ ...(kind && { kind }), ...(text !== undefined && { text }) }));
      }),
    removePhrase: (ownerId: string, id: string) =>
      transaction(async () => {
        if ((await models.phrases.destroy({ where: { id, ownerId } })) === 0) throw new ApiError('not_found');
      }),
    usePhrase: (ownerId: string, id: string) =>
      transaction(async () => {
        await models.phrases.update(oneMore, { where: { id, ownerId } });
        return phraseView(await own(ownerId, id));
      }),
  };
}

function createTemplatesOf({ models, transaction }: Database, prescriptions: Pick<Prescriptions, 'create'>) {
  async function own(ownerId: string, id: string, lock = false): Promise<TemplateRow> {
    const row = await models.templates.findOne({ where: { id, ownerId }, lock });
    if (!row) throw new ApiError('not_found');
    return row;
  }
  const useTemplate = (ownerId: string, id: string) =>
    transaction(async () => {
      await models.templates.update(oneMore, { where: { id, ownerId } });
      return templateView(await own(ownerId, id));
    });

  return {
    useTemplate,
    async templates(ownerId: string, query: z.infer<typeof schemas.templateQuery>) {
      const where = { ownerId, ...(query.kind && { kind: query.kind }), ...(query.category && { category: query.category }) };
      const { rows, count } = await models.templates.findAndCountAll({ where, order: orderOf(query.sort), ...slice(query) });
      return { items: rows.map(templateView), pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },
    template: async (ownerId: string, id: string) => templateView(await own(ownerId, id)),
    addTemplate: (ownerId: string, input: z.infer<typeof schemas.newTemplate>) =>
      unlessTaken(() => transaction(async () => templateView(await models.templates.create({ id: uuid(), ownerId, ...input, uses: 0 })))),
    changeTemplate: (ownerId: string, id: string, { name, category, content }: z.infer<typeof schemas.templateChange>) =>
      unlessTaken(() =>
        transaction(async () => {
          const row = await own(ownerId, id, true);
          const changed = content === undefined ? {} : { content: fitting(row.kind, content) };
          return templateView(
            await row.update({ ...changed, ...(name !== undefined && { name }), ...(category !== undefined && { category }) }),
          );
        }),
      ),
    removeTemplate: (ownerId: string, id: string) =>
      transaction(async () => {
        if ((await models.templates.destroy({ where: { id, ownerId } })) === 0) throw new ApiError('not_found');
      }),
    prescribe: (caller: Caller, id: string, { diagnoses, items, ...rest }: z.infer<typeof schemas.quickPrescription>) =>
      transaction(async () => {
        const { kind, content } = await useTemplate(caller.userId, id);
        if (kind !== 'prescription') throw new ApiError('wrong_state');
        const own = schemas.prescriptionContent.parse(content);
        return prescriptions.create(caller, { ...rest, diagnoses: diagnoses ?? own.diagnoses, items: items ?? own.items });
      }),
  };
}

/** @throws {ApiError} `invalid_request` */
function fitting(kind: TemplateRow['kind'], content: unknown): unknown {
  const parsed = (kind === 'record' ? recordContent : schemas.prescriptionContent).safeParse(content);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(({ path, message }) => ({ field: ['body.content', ...path].join('.'), message }));
  throw new ApiError('invalid_request', { details });
}

async function unlessTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UniqueConstraintError ? new ApiError('already_exists', { cause: error }) : error;
  }
}

const orderOf = (sort: string): [string, string][] => [
  [sort.replace('-', ''), sort.startsWith('-') ? 'DESC' : 'ASC'],
  ['id', 'DESC'],
];

const phraseView = ({ id, kind, text, uses, createdAt }: PhraseRow): Phrase => ({
  id,
  kind,
  text,
  uses,
  createdAt: createdAt.toISOString(),
});

function templateView({ id, kind, name, category, content, uses, createdAt }: TemplateRow): Template {
  return { id, kind, name, category, content, uses, createdAt: createdAt.toISOString() };
}
