import type {DhtNetworkView, DhtTimesView, DhtView} from '../../api/dht-view.js';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import {count, size} from '../../ui/text/format.js';
import {terminalText} from '../../ui/text/text.js';
import {defineCommand} from '../arguments/command.js';
import {jsonOption, logOptions, stateOptions} from '../arguments/flags.js';
import {requireEngine} from '../engine-process/find-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';

const titles = {ipv4: 'IPv4', ipv6: 'IPv6'} as const;
const labelWidth = 12;

function row(label: string, text: string): string {
	return `  ${label.padEnd(labelWidth)}${text}`;
}

function state({state: word, why}: {readonly state: string; readonly why?: string | undefined}): string {
	return why === undefined ? word : `${word}: ${terminalText(why)}`;
}

function byVerb(queries: Readonly<Record<string, number>>): string {
	const asked = Object.entries(queries).filter(([, number]) => number > 0);
	return asked.length === 0
		? 'none'
		: asked.map(([verb, number]) => `${number} ${terminalText(verb)}`).join(', ');
}

function seconds(milliseconds: number): string {
	return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}

function times(times: DhtTimesView | undefined): string {
	if (times === undefined) return 'none yet';
	const {p50, p95, count: number} = times;
	return `${seconds(p50)} half of the last ${number}, ${seconds(p95)} nineteen of twenty`;
}

function networkLines(network: DhtNetworkView): string[] {
	const {nodes, known, buckets, stored, traffic, id} = network;
	const title = `${titles[network.family]}  ${state(network)}`;
	if (network.state === 'off') return [title];
	const spares = buckets.reduce((sum, bucket) => sum + bucket.spares, 0);
	const {answersIn, answersOut, errorsIn, errorsOut, invalid, unsolicited, dropped} = traffic;
	return [
		title,
		row('nodes', `${nodes} of ${known} answer, ${spares} in reserve`),
		row('buckets', buckets.map(bucket => `${bucket.nodes}/${bucket.most}`).join(' ')),
		row('id', id),
		row('stored', `${count(stored.peers, 'peer')} of ${count(stored.hashes, 'torrent')} for others`),
		row('asked', `${byVerb(traffic.queriesOut)}; answered ${answersIn}, refused ${errorsIn}`),
		row('was asked', `${byVerb(traffic.queriesIn)}; answered ${answersOut}, refused ${errorsOut}`),
		row('left out', `${invalid} senseless, ${unsolicited} unasked for, ${dropped} of who sent too many`),
		row('bytes', `${size(traffic.bytesIn)} in, ${size(traffic.bytesOut)} out`),
	];
}

/** What is said of the DHT, a line each. */
export function dhtLines(view: DhtView): string[] {
	const {lookups, networks, readOnly} = view;
	const head = `DHT   ${state(view)}${readOnly ? ' (read-only: it answers nobody)' : ''}`;
	if (networks.length === 0) return [head];
	return [
		head,
		...networks.flatMap(network => ['', ...networkLines(network)]),
		'',
		`Look-ups  ${lookups.running} running, ${lookups.waiting} waiting`,
		row('first peers', times(lookups.firstPeers)),
		row('whole', times(lookups.whole)),
	];
}

/** The DHT of the running engine. */
export const command = defineCommand({
	name: 'dht',
	usage: ['dht [options]'],
	summary: 'Shows how the DHT of the running engine does: it finds peers without trackers.',
	words: [0, 0],
	options: {...jsonOption, ...stateOptions, verbose: logOptions.verbose},
	notes: [
		'For IPv4 and IPv6 each: its state and why it is no better, the nodes that answer, the',
		'table by bucket, what others have stored here, and what was asked by each side.',
		'',
		'starting: no node has answered yet. poor: fewer than 40 do. firewalled: nobody can ask',
		'us, the port is not open for UDP. good: all is well. off: switched off, or there is no',
		'address of the kind. --json: all of it, times in milliseconds.',
	],
	async run({flags}, {env, version, stdout}) {
		const engine = await requireEngine(stateDirPath(flags.stateDir, env), env, version);
		const {dht} = await engine.send({type: 'session.dht'});
		engine.close();
		if (dht === undefined)
			throw new UserError('old-engine', 'the running engine knows no DHT: tortui stop, then start it again');
		stdout.write(flags.json ? `${terminalJson(dht, 2)}\n` : `${dhtLines(dht).join('\n')}\n`);
		return 0;
	},
});
