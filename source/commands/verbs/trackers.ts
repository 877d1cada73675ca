import type {Reannouncement} from '../../api/command.js';
import type {TorrentView, TrackerView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {webSeedRow} from '../../ui/model/source-rows.js';
import {count, duration} from '../../ui/text/format.js';
import {terminalText} from '../../ui/text/text.js';
import {type Context, defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {integer, trackerUrl, webSeedUrl} from '../arguments/quantities.js';
import {fitted} from '../output/fitted-table.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {idsAndAction} from '../torrents/ids-and-action.js';
import {lookAtTorrent} from '../torrents/look.js';
import {tellEach} from '../torrents/tell-each.js';
import {withEngine} from '../torrents/with-engine.js';

const kinds = {dht: 'DHT', pex: 'PEX', lsd: 'local network'} as const;

const nameOf = ({kind, url}: TrackerView): string =>
	kind === 'tracker' || kind === 'web' ? terminalText(url) : kinds[kind];

/** With its web seeds behind them. */
async function trackersOf(engine: RemoteEngine, id: string): Promise<readonly TrackerView[]> {
	const {trackers = [], webSeeds = []} = await lookAtTorrent(engine, id, {trackers: true});
	return [...trackers, ...webSeeds.map(webSeedRow)];
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

/** The one that a word means: by its URL, its host, or a part that fits one only. */
function meant(trackers: readonly TrackerView[], word: string): TrackerView {
	const all = trackers.filter(({kind}) => kind === 'tracker' || kind === 'web');
	const exact = all.filter(({url}) => url === word);
	const found =
		exact.length > 0 ? exact : all.filter(({url}) => url.toLowerCase().includes(word.toLowerCase()));
	const [one] = found;
	if (one !== undefined && found.length === 1) return one;
	const message =
		one === undefined
			? `it has no tracker ${JSON.stringify(word)} (see: tortui trackers ID)`
			: `${JSON.stringify(word)} fits ${found.length} of its trackers; give the whole URL`;
	throw new UserError('no-such-tracker', message, one === undefined ? 1 : 2);
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
	usage: ['trackers ID ... [add|add-web-seed|remove|reannounce URL ...]'],
	summary:
		'Shows the trackers and web seeds of torrents of the running engine; adds or removes some, asks them now.',
	words: [1, 1000],
	options: {
		tier: {kind: 'value', value: 'N', read: integer(1, 1000), help: 'where add puts it: 1 is asked first'},
		...remoteOptions,
	},
	notes: [
		idNote,
		'',
		'remove takes a part of a URL, too, that fits one of them only. reannounce takes nothing: all are asked now that may be.',
		'A table on a terminal. In a pipe a line each, with tabs between: tier (0: no tracker), URL or what it is, state, seeders, leechers, status. --json: one array.',
	],
	run({input, flags}, context) {
		const {ids, action, rest} = idsAndAction(input, ['add', 'add-web-seed', 'remove', 'reannounce']);
		if (action !== undefined && action !== 'reannounce' && rest.length === 0)
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
		if (action === 'add-web-seed') for (const url of rest) webSeedUrl(url, 'trackers add-web-seed');
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
				if (action === 'add-web-seed') {
					for (const url of rest) await engine.send({type: 'webSeed.add', id, url: url.trim()});
					return {facts: {added: rest}};
				}
				const trackers = await trackersOf(engine, id);
				const gone = rest.map(word => meant(trackers, word));
				for (const {kind, url} of gone)
					await engine.send({type: kind === 'web' ? 'webSeed.remove' : 'tracker.remove', id, url});
				return {facts: {removed: gone.map(({url}) => url)}};
			};
			if (action === undefined) await show(torrents, engine, flags.json, context);
			else await tellEach(torrents, tell, flags, context);
			return 0 as const;
		});
	},
});
