import type {Reannouncement} from '../../api/command.js';
import type {TorrentView, TrackerView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {count, duration} from '../../ui/text/format.js';
import {terminalText} from '../../ui/text/text.js';
import {type Context, defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {integer, trackerUrl} from '../arguments/quantities.js';
import {fitted} from '../output/fitted-table.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {idsAndAction} from '../torrents/ids-and-action.js';
import {lookAtTorrent} from '../torrents/look.js';
import {tellEach} from '../torrents/tell-each.js';
import {withEngine} from '../torrents/with-engine.js';

const kinds = {dht: 'DHT', pex: 'PEX', lsd: 'local network'} as const;

const nameOf = ({kind, url}: TrackerView): string => (kind === 'tracker' ? terminalText(url) : kinds[kind]);

async function trackersOf(engine: RemoteEngine, id: string): Promise<readonly TrackerView[]> {
	return (await lookAtTorrent(engine, id, {trackers: true})).trackers ?? [];
}

const known = (value: number | undefined): string => (value === undefined ? '' : String(value));

function table(trackers: readonly TrackerView[], width: number): Promise<string[]> {
	const rows = trackers.map(tracker => ({
		Tier: tracker.tier > 0 ? String(tracker.tier) : '',
		Seeds: known(tracker.seeders),
		Peers: known(tracker.leechers),
		Tracker: nameOf(tracker),
		Status: tracker.status,
	}));
	return fitted(rows, ['Tier', 'Tracker', 'Seeds', 'Peers', 'Status'], {
		width,
		numeric: new Set(['Tier', 'Seeds', 'Peers']),
		flexible: 'Status',
		firstToGo: ['Peers', 'Seeds', 'Tier'],
	});
}

function tabbed(tracker: TrackerView): string {
	const {tier, state, seeders, leechers, status} = tracker;
	return [tier, nameOf(tracker), state, known(seeders), known(leechers), status].join('\t');
}

async function show(
	torrents: readonly TorrentView[],
	engine: RemoteEngine,
	isJson: boolean,
	{stdout}: Context,
): Promise<void> {
	const all: object[] = [];
	for (const {id} of torrents) {
		const trackers = await trackersOf(engine, id);
		if (isJson) all.push(...trackers.map(tracker => ({infoHash: id, ...tracker})));
		else if (trackers.length > 0) {
			const lines = stdout.isTTY ? await table(trackers, stdout.columns || 80) : trackers.map(tabbed);
			stdout.write(`${lines.join('\n')}\n`);
		}
	}
	if (isJson) stdout.write(`${terminalJson(all, 2)}\n`);
}

/** The URL of the one that a word means: its own, its host, or a part that fits one only. */
function meant(trackers: readonly TrackerView[], word: string): string {
	const urls = trackers.filter(({kind}) => kind === 'tracker').map(({url}) => url);
	const exact = urls.filter(url => url === word);
	const found = exact.length > 0 ? exact : urls.filter(url => url.toLowerCase().includes(word.toLowerCase()));
	const [url] = found;
	if (url !== undefined && found.length === 1) return url;
	const message =
		url === undefined
			? `it has no tracker ${JSON.stringify(word)} (see: tortui trackers ID)`
			: `${JSON.stringify(word)} fits ${found.length} of its trackers; give the whole URL`;
	throw new UserError('no-such-tracker', message, url === undefined ? 1 : 2);
}

function asked({running, trackers, asked: now, busy, others = [], waits}: Reannouncement): string {
	if (!running) return 'stands still: nobody is asked';
	const parts = [
		...(now.length > 0 ? [`asks ${now.join(', ')}`] : []),
		...(busy.length > 0 ? [`is asking ${busy.join(', ')} already`] : []),
		...waits.map(({tracker, allowedIn}) => `${tracker} wants to be asked in ${duration(allowedIn)}`),
		...(others.length > 0 ? [`looks in ${others.map(kind => kinds[kind]).join(', ')}`] : []),
	];
	return parts.length > 0 ? parts.join('; ') : `has ${count(trackers, 'tracker')} and nobody to ask`;
}

/** Shows the trackers of torrents of the running engine, and changes them. */
export const command = defineCommand({
	name: 'trackers',
	usage: ['trackers ID ... [add|remove|reannounce URL ...]'],
	summary: 'Shows the trackers of torrents of the running engine; adds or removes some, asks them now.',
	words: [1, 1000],
	options: {
		tier: {kind: 'value', value: 'N', read: integer(1, 1000), help: 'where add puts it: 1 is asked first'},
		...remoteOptions,
	},
	notes: [
		idNote,
		'',
		'remove takes a part of a URL, too, that fits one tracker only. reannounce takes nothing: all are asked now that may be.',
		'A table on a terminal. In a pipe a line each, with tabs between: tier (0: no tracker), URL or what it is, state, seeders, leechers, status. --json: one array.',
	],
	run({input, flags}, context) {
		const {ids, action, rest} = idsAndAction(input, ['add', 'remove', 'reannounce']);
		if ((action === 'add' || action === 'remove') && rest.length === 0)
			throw new UserError('usage', `missing: trackers ID ${action} URL (see: tortui trackers --help)`, 2);
		if (action === 'reannounce' && rest.length > 0)
			throw new UserError(
				'usage',
				`reannounce takes nothing: ${rest.join(' ')} (see: tortui trackers --help)`,
				2,
			);
		if (flags.tier !== undefined && action !== 'add')
			throw new UserError('usage', '--tier is for: tortui trackers ID add URL', 2);
		if (action === 'add') for (const url of rest) trackerUrl(url, 'trackers add');
		return withEngine(flags, context, async engine => {
			const torrents = await findTorrents(engine, ids);
			const tell = async ({id, name}: TorrentView) => {
				if (action === 'reannounce') {
					const {reannouncement} = await engine.send({type: 'torrent.reannounce', id});
					if (reannouncement === undefined) return undefined;
					return {text: `${terminalText(name)} ${asked(reannouncement)}`, facts: {...reannouncement}};
				}
				if (action === 'add') {
					const tier = flags.tier === undefined ? {} : {tier: flags.tier};
					for (const url of rest) await engine.send({type: 'tracker.add', id, url: url.trim(), ...tier});
					return {facts: {added: rest}};
				}
				const trackers = await trackersOf(engine, id);
				const urls = rest.map(word => meant(trackers, word));
				for (const url of urls) await engine.send({type: 'tracker.remove', id, url});
				return {facts: {removed: urls}};
			};
			if (action === undefined) await show(torrents, engine, flags.json, context);
			else await tellEach(torrents, tell, flags, context);
			return 0 as const;
		});
	},
});
