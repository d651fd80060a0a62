import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { useDebounced } from './use-debounced.ts';

interface Person {
  id: string;
  name: string;
}
interface PersonSelectProps {
  /** Those whose name contains the keyword; a few are enough. */
  search(keyword: string): Promise<readonly Person[]>;
  /** Who is chosen already, for their name. */
  known?: Person | undefined;
  /** Told when nobody was found. */
  none: string;
  /** Given by the form. */
  id?: string;
  value?: string;
  onChange?(id: string): void;
}

/** Shortest keyword: nobody shall page through everybody. */
const SHORTEST = 2;

/** A field that finds somebody by name, as a form's value their id. */
export function PersonSelect({ search, known, none, value, onChange, ...field }: PersonSelectProps) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<Person | null>(null);
  const keyword = useDebounced(text.trim());
  const { data = [], isFetching } = useQuery({
    queryKey: ['people', keyword],
    queryFn: () => search(keyword),
    enabled: keyword.length >= SHORTEST,
    staleTime: 60_000,
  });
  // Who was chosen stays an option, or the field would show the id.
  const own = chosen ?? known;
  const people = own && !data.some(({ id }) => id === own.id) ? [own, ...data] : data;
  return (
    <Select
      {...field}
      value={value ?? null}
      onChange={(id: string) => {
        setChosen(people.find((person) => person.id === id) ?? null);
        onChange?.(id);
      }}
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={isFetching}
      notFoundContent={keyword.length >= SHORTEST && !isFetching ? none : null}
      options={people.map(({ id, name }) => ({ value: id, label: name }))}
      data-testid="person-select"
    />
  );
}
