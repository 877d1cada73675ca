import type {DhtNetworkView, DhtTimesView, DhtView} from '../../api/dht-view.js';
import type {SourceView} from '../../api/snapshot.js';
import type {DhtState} from '../../base/dht-state.js';
import type {Tone} from '../look/themes.js';
import {count, size} from '../text/format.js';
import {terminalText} from '../text/text.js';
import type {Area, Look} from './context.js';
import type {Row, Span} from './row.js';
import {wrapRows} from './wrapped-row.js';

const titles = {ipv4: 'IPv4', ipv6: 'IPv6'} as const;
const labelCells = 13;

/** The tone of a state of the DHT. */
export const dhtTones: Readonly<Record<DhtState, Tone>> = {
	off: 'faint',
	starting: 'dim',
	firewalled: 'warn',
	poor: 'warn',
	good: 'good',
};

function named(name: string, ...spans: readonly Span[]): Row {
	return [[`   ${name.padEnd(labelCells)}`, 'faint'], ...spans];
}

function stateRow(
	name: string,
	{state, why}: {readonly state: DhtState; readonly why?: string | undefined},
): Row {
	return [
		[` ${name}  `, 'title'],
		[state, dhtTones[state]],
		[why === undefined ? '' : `  ${terminalText(why)}`, 'dim'],
	];
}

function sum(numbers: Readonly<Record<string, number>>): number {
	return Object.values(numbers).reduce((total, number) => total + number, 0);
}

/** How full each bucket of the table is, a level each, the farthest from us first. */
function bucketLevels({buckets}: DhtNetworkView, {glyphs}: Look): string {
	const most = glyphs.levels.length - 1;
	return buckets
		.map(
			({nodes, most: room}) =>
				glyphs.levels[Math.min(most, Math.ceil((nodes / Math.max(1, room)) * most))] ?? '',
		)
		.join('');
}

function networkRows(network: DhtNetworkView, columns: number, look: Look): readonly Row[] {
	const {nodes, known, stored, traffic, buckets} = network;
	const title = stateRow(titles[network.family], network);
	if (network.state === 'off') return [title];
	const levels = bucketLevels(network, look).slice(0, Math.max(0, columns - labelCells - 18));
	return [
		title,
		named('nodes', [`${nodes} answer, of ${known} in the table`, 'text']),
		named('buckets', [levels, 'accent'], [`  ${buckets.length}, far to near`, 'faint']),
		named('stored', [
			`${count(stored.peers, 'peer')} of ${count(stored.hashes, 'torrent')}, for others`,
			'text',
		]),
		named('asked', [`${sum(traffic.queriesOut)}, answered ${traffic.answersIn}`, 'text']),
		named('was asked', [
			`${sum(traffic.queriesIn)}, answered ${traffic.answersOut}${traffic.dropped > 0 ? `, ${traffic.dropped} left out` : ''}`,
			'text',
		]),
		named('bytes', [
			`${look.glyphs.down} ${size(traffic.bytesIn)}  ${look.glyphs.up} ${size(traffic.bytesOut)}`,
			'text',
		]),
	];
}

function seconds(milliseconds: number): string {
	if (milliseconds < 100) return `${Math.round(milliseconds)} ms`;
	return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}

function timesText(times: DhtTimesView | undefined): string {
	return times === undefined ? 'none yet' : `${seconds(times.p50)} mostly, ${seconds(times.p95)} at worst`;
}

/** All there is to say of the DHT; `sources`: those of the torrent that is shown. */
export function dhtRows(
	dht: DhtView,
	sources: readonly SourceView[] | undefined,
	{columns}: Area,
	look: Look,
): readonly Row[] {
	const {networks, lookups, readOnly} = dht;
	const rows: Row[] = [stateRow('DHT', dht)];
	if (readOnly) rows.push([['   read-only: it asks, and answers nobody', 'dim']]);
	const ours = sources?.find(({kind}) => kind === 'dht');
	if (ours)
		rows.push(
			named('this torrent', [
				ours.off === undefined ? `${count(ours.peers, 'peer')} found in it` : terminalText(ours.off),
				'text',
			]),
		);
	for (const network of networks) rows.push([], ...networkRows(network, columns, look));
	if (networks.length > 0)
		rows.push(
			[],
			[
				[' Look-ups  ', 'title'],
				[`${lookups.running} running, ${lookups.waiting} waiting`, 'dim'],
			],
			named('first peers', [timesText(lookups.firstPeers), 'text']),
			named('whole', [timesText(lookups.whole), 'text']),
		);
	return wrapRows(rows, columns);
}
