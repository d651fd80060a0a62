/** What a page tells the runner, as `window.bench`. */
export interface Bench {
  state: 'starting' | 'publishing' | 'done' | 'failed';
  error?: string;
  /** requests sent after the socket was open */
  calls: string[];
  /** ms from the start of the script, and from navigation, to the first remote frame */
  fromScript?: number;
  fromNavigation?: number;
  /** ms at which steps were done, counted from the start of the script */
  marks: Record<string, number>;
  /** glass-to-glass delays in ms */
  delays?: number[];
}
