/** Which part of a list is shown, as the query of an address. */

export interface ListState {
  /** From 1. */
  page: number;
  pageSize: number;
  /** Field that the API sorts by, with a minus for the other way round; null for the list's usual order. */
  sort: string | null;
  /** Which of the page's parts it is; null for the first. */
  view: string | null;
  /** By name; what is not filtered is absent. */
  filters: Readonly<Record<string, string>>;
}

export const PAGE_SIZES = [20, 50, 100];
const DEFAULT_SIZE = 20;
/** As many pages as the API gives. */
const LAST_PAGE = 10_000;

/** Reads a query; what makes no sense in it counts as absent. */
export function parseListState(search: string): ListState {
  const query = new URLSearchParams(search);
  const { page, pageSize, sort, view, ...filters } = Object.fromEntries(query);
  const wanted = Number(page ?? 1);
  const size = Number(pageSize);
  return {
    page: Number.isInteger(wanted) && wanted >= 1 && wanted <= LAST_PAGE ? wanted : 1,
    pageSize: PAGE_SIZES.includes(size) ? size : DEFAULT_SIZE,
    sort: sort ?? null,
    view: view ?? null,
    filters,
  };
}

/** The query of a state, without what goes without saying. */
export function searchOf({ page, pageSize, sort, view, filters }: ListState): string {
  const query = new URLSearchParams();
  if (view) query.set('view', view);
  for (const [name, value] of Object.entries(filters)) if (value !== '') query.set(name, value);
  if (sort) query.set('sort', sort);
  if (page !== 1) query.set('page', String(page));
  if (pageSize !== DEFAULT_SIZE) query.set('pageSize', String(pageSize));
  return query.toString();
}
