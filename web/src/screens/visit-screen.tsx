import { useEffect, useState } from 'react';
import { Loading } from '../components/loading.tsx';
import { currentVisit, forgetVisit, joinVisit } from '../room/current-visit.ts';
import type { Visit } from '../room/visit.ts';
import { outdated } from '../net/capabilities.ts';
import { wasInside } from '../router.ts';
import { useStore } from '../use-store.ts';
import { Ended } from './ended-screen.tsx';
import { Lobby } from './lobby-screen.tsx';
import { Preview } from './preview-screen.tsx';
import { Room } from './room-screen.tsx';
import '../styles/pages.css';

function Inside({ visit }: { visit: Visit }) {
  const phase = useStore(visit.state, (state) => state.phase);
  const closed = useStore(visit.state, (state) => state.closed);
  if (phase === 'lobby') return <Lobby visit={visit} />;
  if (phase === 'closed' && closed) return <Ended visitId={visit.id} closed={closed} />;
  // The room also shows the joining: after a reload its frame is there at once.
  return <Room visit={visit} />;
}

/** `/visit/:id`: preview, lobby, room and end of one visit. */
export default function VisitScreen({ id, joinNow }: { id: string; joinNow: boolean }) {
  const visit = useStore(currentVisit);
  const [direct] = useState(() => joinNow || wasInside());
  useEffect(() => {
    if (direct) joinVisit(id);
    return () => {
      // Somebody goes to another page of the client: that is leaving. A reload does not come here.
      const open = currentVisit.get();
      // The page is about to be reloaded with the new client, which takes the same seat.
      if (outdated.get()) return open?.close();
      void open?.leave();
      forgetVisit();
    };
  }, [id, direct]);

  if (visit && visit.id === id) return <Inside visit={visit} />;
  return direct ? <Loading /> : <Preview id={id} />;
}
