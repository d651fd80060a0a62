/** Which part of a list is shown, kept in the address: it survives a reload and can be sent to somebody. */
import { useMemo } from 'react';
import { replaceSearch, useHere } from '../route.ts';
import { type ListState, parseListState, searchOf } from './list-query.ts';

export interface List {
  state: ListState;
  /** Another order, size or filter begins at the first page again. */
  change(part: Partial<ListState>): void;
}

/** The list's state in the address of this page. */
export function useListState(): List {
  const { search } = useHere();
  return useMemo(() => {
    const state = parseListState(search);
    return { state, change: (part) => replaceSearch(searchOf({ ...state, page: 1, ...part })) };
  }, [search]);
}
