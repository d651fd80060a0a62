import { Pagination } from 'antd';
import { useTexts } from '../texts/areas.ts';

interface CardPagesProps {
  page: number;
  pageSize: number;
  total: number;
  onPage(page: number): void;
}

/** Leafs through cards or lines; nothing where one page holds them all. */
export function CardPages({ page, pageSize, total, onPage }: CardPagesProps) {
  const shell = useTexts('shell');
  if (total <= pageSize) return null;
  return (
    <nav aria-label={shell('table.pages')} className="clinic-pages">
      <Pagination current={page} pageSize={pageSize} total={total} showSizeChanger={false} simple={{ readOnly: true }} onChange={onPage} />
    </nav>
  );
}
