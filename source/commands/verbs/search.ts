import {resolve} from 'node:path';
import type {FoundTorrent} from '../../api/network-view.js';
import {UserError} from '../../base/errors.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {machineClock} from '../../io/machine/clock.js';
import {searchOrders} from '../../protocol/catalogue/search-query.js';
import type {Arguments, Context, Flags, Options} from '../arguments/command.js';
import {defineCommand} from '../arguments/command.js';
import {engineOptions, jsonOption, logOptions, stateOptions, torrentOptions} from '../arguments/flags.js';
import {choice, integer, size, text} from '../arguments/quantities.js';
import {wayOptions} from '../arguments/way-out.js';
import {askedTracker} from '../network/asked-tracker.js';
import {foundLine, foundTable} from '../network/network-tables.js';
import {type Network, openNetwork} from '../network/open-network.js';
import {previewLines} from '../torrents/preview-lines.js';

const usualLimit = 50;

const options = {
	tracker: askedTracker,
	min: {kind: 'value', value: 'SIZE', read: size, help: 'nothing smaller: 500K, 2M, 1.5G'},
	max: {kind: 'value', value: 'SIZE', read: size, help: 'nothing larger'},
	sort: {
		kind: 'value',
		value: 'ORDER',
		read: choice(...searchOrders),
		help: 'what comes first: most seeds, size, new, or name',
		standard: 'seeds',
	},
	limit: {
		kind: 'value',
		value: 'N',
		read: integer(1, 5000),
		help: 'no more than so many',
		standard: String(usualLimit),
	},
	get: {
		kind: 'value',
		value: 'N',
		read: text,
		help: 'download the one of this number, or of this info-hash',
	},
	show: {
		kind: 'value',
		value: 'N',
		read: text,
		help: 'show what the one of this number, or of this info-hash, holds',
	},
	dir: torrentOptions.dir,
	catalogue: {...engineOptions.catalogue, hidden: true},
	...wayOptions,
	...stateOptions,
	...jsonOption,
	verbose: logOptions.verbose,
} as const satisfies Options;

async function findAll(
	network: Network,
	words: string,
	flags: Flags<typeof options>,
	context: Context,
): Promise<FoundTorrent[]> {
	const limit = flags.limit ?? usualLimit;
	const all: FoundTorrent[] = [];
	const said = new Set<string>();
	let after: string | undefined;
	do {
		const {min, max, sort} = flags;
		const {found} = await network.send({
			...{type: 'network.search', words},
			...(min !== undefined && {min}),
			...(max !== undefined && {max}),
			...(sort !== undefined && {sort}),
			...(after !== undefined && {after}),
		});
		if (found === undefined)
			throw new UserError('old-engine', 'the running engine cannot search: tortui stop, then start it again');
		for (const error of found.errors) if (!said.has(error)) context.warn(error);
		for (const error of found.errors) said.add(error);
		all.push(...found.torrents);
		after = found.torrents.length === 0 ? undefined : found.next;
	} while (after !== undefined && all.length < limit);
	return all.slice(0, limit);
}

function chosen(found: readonly FoundTorrent[], which: string, option: string): FoundTorrent {
	const word = which.trim().toLowerCase();
	const one = /^\d{1,4}$/.test(word)
		? found[Number(word) - 1]
		: found.find(({infoHash, infoHashV2}) => infoHash === word || infoHashV2 === word);
	if (one !== undefined) return one;
	throw new UserError(
		'no-such-number',
		found.length === 0
			? `nothing was found: there is nothing to ${option}`
			: `--${option} ${which}: ${found.length} were found, give a number from 1 to ${found.length} or an info-hash`,
		2,
	);
}

/** Without an engine it is downloaded here, as `tortui get` does it. */
async function getHere(torrent: FoundTorrent, flags: Flags<typeof options>, context: Context) {
	const [{command}, {parseArguments, withDefaults}, {readConfig}] = await Promise.all([
		import('./get.js'),
		import('../arguments/parse-arguments.js'),
		import('../arguments/config-file.js'),
	]);
	const words = [
		torrent.torrent ?? torrent.magnet,
		...torrent.trackers.map(url => `--tracker=${url}`),
		...(flags.dir === undefined ? [] : [`--dir=${flags.dir}`]),
		...(flags.stateDir === undefined ? [] : [`--state-dir=${flags.stateDir}`]),
		...flags.bind.map(address => `--bind=${address}`),
		...(flags.interface === undefined ? [] : [`--interface=${flags.interface}`]),
		...flags.dnsServer.map(address => `--dns-server=${address}`),
		...(flags.proxy === undefined ? [] : [`--proxy=${flags.proxy}`]),
		...(flags.proxyPasswordFile === undefined ? [] : [`--proxy-password-file=${flags.proxyPasswordFile}`]),
		...(flags.json ? ['--json'] : []),
		...(flags.verbose ? ['--verbose'] : []),
	];
	const args = parseArguments(words, command) as Arguments<Options>;
	return command.run(withDefaults(args, command, readConfig(context.env, context.warn)), context);
}

/** What all that is found is to have in common, in words; empty where everything is asked for. */
function askedFor(
	words: readonly string[],
	{min, max}: {readonly min?: unknown; readonly max?: unknown},
): string {
	if (words.length > 0) return 'of that name ';
	return min === undefined && max === undefined ? '' : 'of that size ';
}

/** Finds what others share, and gets it. */
export const command = defineCommand({
	name: 'search',
	usage: ['search [WORDS ...] [options]'],
	summary: 'Finds what others share through trackers with a catalogue.',
	words: [0, 50],
	config: true,
	options,
	notes: [
		'Each of WORDS is to begin a word of the name; without any, everything is told. The',
		'running engine is asked, which knows the trackers; when none runs, the trackers of',
		'--tracker or of catalogue in the config file themselves.',
		'',
		'A numbered table on a terminal. In a pipe a line each, with tabs between: info-hash,',
		'bytes, files, seeders, leechers, since when in ms since 1970, who shares it, name.',
		'--json: one array of all that is known about each, with a magnet link.',
		'',
		'--get N hands one of them to the running engine; when none runs it is downloaded',
		'here, as with tortui get. The same words have the same numbers. --show N tells what is',
		'in it: the running engine finds out.',
	],
	async run({input, flags, given}, context) {
		const {stdout, stderr} = context;
		const network = await openNetwork(
			{...flags, tracker: given.has('tracker') ? flags.tracker : undefined},
			context,
		);
		try {
			const found = await findAll(network, input.join(' '), flags, context);
			if (flags.show !== undefined) {
				const {infoHash} = chosen(found, flags.show, 'show');
				const {preview} = await network.send({type: 'network.preview', infoHash});
				if (preview === undefined)
					throw new UserError(
						'old-engine',
						'the running engine cannot do that: tortui stop, then start it again',
					);
				stdout.write(flags.json ? `${terminalJson(preview, 2)}\n` : `${previewLines(preview).join('\n')}\n`);
				return 0;
			}
			if (flags.get !== undefined) {
				const torrent = chosen(found, flags.get, 'get');
				if (!network.isEngine) return await getHere(torrent, flags, context);
				const {id, already} = await network.send({
					type: 'network.get',
					infoHash: torrent.infoHash,
					options: {dir: resolve(flags.dir ?? '.')},
				});
				if (flags.json) stdout.write(`${terminalJson({infoHash: id, already: already === true})}\n`);
				else
					stdout.write(
						`${id} ${terminalLine(torrent.name)}${already ? ' (was there already)' : ': the engine downloads it, see tortui list'}\n`,
					);
				return 0;
			}
			if (flags.json) stdout.write(`${terminalJson(found, 2)}\n`);
			else if (found.length === 0) stderr.write(`nothing ${askedFor(input, flags)}is shared now\n`);
			else {
				const lines = stdout.isTTY
					? await foundTable(found, stdout.columns || 80, machineClock.wall())
					: found.map(foundLine);
				stdout.write(`${lines.join('\n')}\n`);
			}
			return 0;
		} finally {
			network.close();
		}
	},
});
