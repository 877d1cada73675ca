/** How a network of the DHT does. */
export type DhtState = 'off' | 'starting' | 'firewalled' | 'poor' | 'good';
