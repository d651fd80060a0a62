/** What one visit consists of; `visit.ts` makes it, the files beside it work on it. */
import type { Call } from '../media/call.ts';
import type { Displays } from '../media/displays.ts';
import type { LocalMedia } from '../media/local-media.ts';
import type { PoorNetworkWatch } from '../media/poor-network.ts';
import type { RemoteTrack } from '../media/receiver.ts';
import type { Connection } from '../net/socket.ts';
import type { Store } from '../store.ts';
import type { Chat } from './chat.ts';
import type { Launch } from './launch.ts';
import type { Typing } from './typing.ts';
import type { VisitState } from './visit-state.ts';

export interface VisitParts {
  readonly id: string;
  readonly local: LocalMedia;
  readonly state: Store<VisitState>;
  readonly tracks: Store<readonly RemoteTrack[]>;
  /** `broken` while media has no path though the socket may be fine. */
  readonly path: Store<'idle' | 'connected' | 'broken'>;
  /** Loudness of the others in dBov (-127 to 0) by peer. */
  readonly levels: Store<Readonly<Record<string, number>>>;
  readonly connection: Connection;
  readonly chat: Chat;
  readonly displays: Displays;
  readonly typing: Typing;
  readonly poorNetwork: { readonly up: PoorNetworkWatch; readonly down: PoorNetworkWatch };
  readonly call: Call;
  readonly screens: Launch['screens'];
}
