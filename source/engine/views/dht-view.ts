import type {DhtTimesView, DhtView} from '../../api/dht-view.js';
import type {Millis} from '../../base/units.js';
import type {Dht} from '../dht/dht.js';

/** What is told of the DHT. @param dht undefined when it is switched off */
export function dhtView(dht: Dht | undefined): DhtView {
	if (dht === undefined) {
		const lookups = {running: 0, waiting: 0};
		return {state: 'off', why: 'it is switched off', readOnly: false, networks: [], lookups};
	}
	const {health, readOnly, times, lookups} = dht;
	return {
		...health,
		readOnly,
		networks: dht.report(),
		lookups: {...lookups, firstPeers: timesOf(times.firstPeers), whole: timesOf(times.whole)},
	};
}

function timesOf(times: readonly Millis[]): DhtTimesView | undefined {
	const sorted = [...times].sort((a, b) => a - b);
	if (sorted.length === 0) return undefined;
	const at = (part: number): Millis => Math.round(sorted[Math.ceil(sorted.length * part) - 1]!);
	return {count: sorted.length, p50: at(0.5), p95: at(0.95)};
}
