import { PageHeader } from '../blocks/page-header.tsx';
import { Views } from '../blocks/views.tsx';
import { ReviewList } from '../lists/review-list.tsx';
import { ReviewTags } from '../lists/review-tags.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/reviews`: what patients wrote, and the words that they can choose. */
export default function ReviewsScreen() {
  const t = useTexts('figures');
  const title = useTexts('shell')('screens.reviews');
  return (
    <>
      <PageHeader title={title} lead={t('intro.reviews')} />
      <Views
        label={title}
        views={[
          { key: 'reviews', label: t('views.reviews'), content: <ReviewList /> },
          { key: 'tags', label: t('views.tags'), content: <ReviewTags /> },
        ]}
      />
    </>
  );
}
