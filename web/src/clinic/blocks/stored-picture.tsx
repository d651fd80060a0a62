import { useQuery } from '@tanstack/react-query';
import { Image, Skeleton } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { errorText } from '../../i18n/index.ts';
import { codeOf } from './failure.tsx';

const read = (id: string) => dataOf(api.GET('/api/v1/files/{id}', { params: { path: { id } } }));

/** A stored picture that is shown at once; says in words why it is not there. @param width px */
export function StoredPicture({ fileId, name, width }: { fileId: string; name: string; width: number }) {
  const { data, error } = useQuery({ queryKey: ['files', fileId], queryFn: () => read(fileId), staleTime: 300_000 });
  if (error) return <p role="alert">{errorText(codeOf(error))}</p>;
  return data ? <Image src={data.url} alt={name} width={width} /> : <Skeleton.Image active />;
}
