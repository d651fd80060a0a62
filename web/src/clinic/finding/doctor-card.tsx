import { UserOutlined } from '@ant-design/icons';
import { Avatar, Button } from 'antd';
import type { ReactNode } from 'react';
import { Money } from '../blocks/money.tsx';
import { go } from '../route.ts';
import { useTexts } from '../texts/areas.ts';
import type { Doctor } from './doctors.ts';

/** Who a doctor is, and the way to their times. */
export function DoctorCard({ doctor, children }: { doctor: Doctor; children?: ReactNode }) {
  const t = useTexts('booking');
  const { id, name, title, department, introduction, specialities, price, avatarUrl } = doctor;
  return (
    <article className="clinic-card" data-testid="practitioner-card">
      <div className="clinic-card-head">
        <h2 className="clinic-doctor">
          <Avatar src={avatarUrl} icon={<UserOutlined aria-hidden />} alt="" /> {name}
        </h2>
        {price !== null && <Money yuan={price} />}
      </div>
      <p>{[title, department?.name].filter(Boolean).join(' · ')}</p>
      {introduction && <p className="clinic-brief">{introduction}</p>}
      {specialities.length > 0 && <p>{specialities.join('、')}</p>}
      {children}
      <Button type="primary" onClick={() => go(`/book/${id}`)} data-testid="book-practitioner">
        {t('bookNow')}
      </Button>
    </article>
  );
}
