/** How much of what the page sends is lost on its way, as the server's receiver reports say. Pure. */

/** The fields of WebRTC's statistics that count. */
export interface SentStats {
  id: string;
  type: string;
  /** of `outbound-rtp` */
  packetsSent?: number;
  /** of `remote-inbound-rtp`: share of packets since the report before, 0 to 1 */
  fractionLost?: number;
  localId?: string;
}

export interface UplinkLoss {
  /**
   * Takes the statistics of now.
   * @returns the worst share of what was sent since the last time, 0 to 1; null when nothing is known
   */
  look(stats: Iterable<SentStats>): number | null;
}

/** Layers that are not sent any more keep their last report: what counts is only what goes on being sent. */
export function uplinkLoss(): UplinkLoss {
  let before = new Map<string, number>();
  return {
    look(stats) {
      const all = [...stats];
      const sent = new Map(all.flatMap(({ id, type, packetsSent }) => (type === 'outbound-rtp' ? [[id, packetsSent ?? 0] as const] : [])));
      const flows = (id: string): boolean => before.has(id) && (sent.get(id) ?? 0) > (before.get(id) ?? 0);
      const shares = all.flatMap(({ type, localId, fractionLost }) =>
        type === 'remote-inbound-rtp' && localId && flows(localId) ? (fractionLost ?? []) : [],
      );
      before = sent;
      return shares.length > 0 ? Math.max(...shares) : null;
    },
  };
}
