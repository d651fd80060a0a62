/** What the screens about the waiting line share. */
import { api, dataOf } from '../api/client.ts';

/** Beginning of the keys of all that is read about it. */
export const QUEUE = 'queue';
/** Key of where the reader waits. */
export const PLACES = [QUEUE, 'mine'];

export const readPlaces = async () => (await dataOf(api.GET('/api/v1/queue/mine'))).items;
