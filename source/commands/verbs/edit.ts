import {readdirSync, type Stats, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {ProtocolError, UserError} from '../../base/errors.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {type EditedTorrent, editTorrent, type TorrentChanges} from '../../creator/edit-torrent.js';
import type {UrlCounts, UrlReplacement} from '../../creator/url-changes.js';
import {checkNamedFile, writeNamedFile} from '../../io/files/write-named-file.js';
import {type Context, defineCommand, type Flags, type Options} from '../arguments/command.js';
import {createOptions, outputAdvice, tier} from '../arguments/create-options.js';
import {jsonOption} from '../arguments/flags.js';
import {text, type ValueReader, webSeedUrl} from '../arguments/quantities.js';
import {oneByOne} from '../engine-process/one-by-one.js';
import {readTorrentSource} from '../transfer/torrent-source.js';

/** `OLD=NEW`: before a URL where there is one in it, so that OLD and NEW may hold `=` themselves. */
const replacement: ValueReader<UrlReplacement> = (value, where) => {
	const before = value.search(/(?<=.)=(?=(?:https?|udp):\/\/)/);
	const at = before > 0 ? before : value.indexOf('=');
	if (at <= 0 || (before <= 0 && value.includes('=', at + 1)))
		throw new UserError('bad-value', `${where}: ${JSON.stringify(value)} is not OLD=NEW`, 2);
	return {from: value.slice(0, at), to: value.slice(at + 1)};
};

const options = {
	tracker: {
		kind: 'list',
		short: 't',
		value: 'URL',
		read: tier,
		help: 'add a tracker (repeatable; "," joins one tier)',
	},
	removeTracker: {
		kind: 'list',
		value: 'PATTERN',
		read: text,
		help: 'take away the trackers whose URL is this; * stands for anything (repeatable)',
	},
	replaceTracker: {
		kind: 'list',
		value: 'OLD=NEW',
		read: replacement,
		help: 'NEW for OLD wherever it stands in a URL; with * in it OLD is a whole URL (repeatable)',
	},
	webSeed: {
		kind: 'list',
		short: 'w',
		value: 'URL',
		read: webSeedUrl,
		help: 'add a web server with the content (repeatable)',
	},
	removeWebSeed: {kind: 'list', value: 'PATTERN', read: text, help: 'take away web seeds (repeatable)'},
	replaceWebSeed: {kind: 'list', value: 'OLD=NEW', read: replacement, help: 'change web seeds (repeatable)'},
	comment: {kind: 'value', value: 'TEXT', read: text, help: 'another comment'},
	removeComment: {kind: 'on', help: 'take the comment away'},
	output: {
		kind: 'value',
		short: 'o',
		value: 'FILE',
		read: text,
		help: 'where to write it; -: standard output',
		standard: 'in place',
	},
	force: createOptions.force,
	dryRun: {kind: 'on', short: 'n', help: 'say what would change, and write nothing'},
	...jsonOption,
	private: {kind: 'on', help: '', hidden: true},
	source: {kind: 'value', value: 'TEXT', read: text, help: '', hidden: true},
	pieceLength: {kind: 'value', value: 'SIZE', read: text, help: '', hidden: true},
	name: {kind: 'value', value: 'TEXT', read: text, help: '', hidden: true},
} as const satisfies Options;

/** What belongs to the info dictionary, and so cannot be changed. */
const fixed = {
	private: 'whether it is private',
	source: 'its source',
	pieceLength: 'its piece length',
	name: 'its name',
} as const;

function refuseFixed(given: ReadonlySet<string>): void {
	for (const [option, what] of Object.entries(fixed)) {
		if (!given.has(option)) continue;
		throw new UserError(
			'fixed',
			`${what} is part of the info-hash: with another one it is another torrent, which tortui create makes`,
			2,
		);
	}
}

function changesOf(flags: Flags<typeof options>): TorrentChanges {
	if (flags.removeComment && flags.comment !== undefined)
		throw new UserError('usage', '--comment and --remove-comment exclude each other', 2);
	const changes = {
		trackers: {remove: flags.removeTracker, replace: flags.replaceTracker, add: flags.tracker},
		webSeeds: {
			remove: flags.removeWebSeed,
			replace: flags.replaceWebSeed,
			add: flags.webSeed.map(url => [url]),
		},
		comment: flags.removeComment ? '' : flags.comment,
	};
	const lists = [changes.trackers, changes.webSeeds].flatMap(({remove, replace, add}) => [
		remove,
		replace,
		add,
	]);
	if (changes.comment === undefined && lists.every(list => list.length === 0))
		throw new UserError('usage', 'nothing to change: see tortui edit --help', 2);
	return changes;
}

/** A folder stands for the .torrent files in it. */
function filesOf(word: string): readonly string[] {
	if (word === '-' || !statSync(word, {throwIfNoEntry: false})?.isDirectory()) return [word];
	const names = readdirSync(word).filter(name => /\.torrent$/i.test(name));
	if (names.length === 0) throw new UserError('no-file', `${word} holds no .torrent`);
	return names.sort().map(name => join(word, name));
}

function inWords({trackers, webSeeds, comment, changed}: EditedTorrent): string {
	const counted = (counts: UrlCounts, what: string): string[] =>
		(['removed', 'replaced', 'added'] as const)
			.filter(how => counts[how] > 0)
			.map(how => `${counts[how]} ${what}${counts[how] === 1 ? '' : 's'} ${how}`);
	const words = [
		...counted(trackers, 'tracker'),
		...counted(webSeeds, 'web seed'),
		...(comment ? ['comment changed'] : []),
	];
	if (words.length > 0) return words.join(', ');
	return changed ? 'first tracker changed' : 'nothing to change';
}

function toJson(file: string, written: string | undefined, edited: EditedTorrent): string {
	const {infoHash, infoHashV2, trackers, webSeeds, comment} = edited.metainfo;
	return terminalJson({
		file,
		changed: edited.changed,
		written: written ?? null,
		infoHash: infoHash ?? null,
		infoHashV2: infoHashV2 ?? null,
		trackers,
		webSeeds,
		comment: comment ?? null,
	});
}

function isSame(before: Stats | undefined, after: Stats | undefined): boolean {
	if (before === undefined || after === undefined) return before === after;
	return before.ino === after.ino && before.size === after.size && before.mtimeMs === after.mtimeMs;
}

const look = (path: string) => statSync(path, {throwIfNoEntry: false});

/** Changes one .torrent, and says what became of it. */
async function edit(
	word: string,
	changes: TorrentChanges,
	flags: Flags<typeof options>,
	context: Context,
): Promise<void> {
	const {stdout} = context;
	const before = look(word);
	if (flags.output === undefined && before?.isFile() === false)
		throw new UserError('not-a-file', `${word} cannot be changed in place: name a file with -o`, 2);
	const source = await readTorrentSource(word, context);
	if (source.kind === 'link')
		throw new UserError('magnet', `${word} is a link: there is no file to change`, 3);
	if (flags.output === undefined && before === undefined)
		throw new UserError('usage', `${word} cannot be changed in place: name a file with -o`, 2);
	let edited: EditedTorrent;
	try {
		edited = editTorrent(source.bytes, changes);
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		throw new UserError(error.code, `${source.label} is not a valid torrent: ${error.message}`, 3);
	}
	if (flags.output === '-') {
		stdout.write(edited.bytes);
		return;
	}
	const path = resolve(flags.output ?? word);
	const isWritten = !flags.dryRun && (edited.changed || flags.output !== undefined);
	if (isWritten && flags.output === undefined && !isSame(before, look(word)))
		throw new UserError('changed', `${word} was changed meanwhile: try again`);
	if (isWritten)
		await writeNamedFile(path, edited.bytes, {
			force: flags.force || flags.output === undefined,
			advice: outputAdvice,
		});
	if (flags.json) stdout.write(`${toJson(word, isWritten ? path : undefined, edited)}\n`);
	else stdout.write(`${terminalLine(word)}: ${inWords(edited)}\n`);
}

/** Changes what a .torrent says beside its content. */
export const command = defineCommand({
	name: 'edit',
	usage: ['edit FILE ... [options]'],
	summary: 'Changes trackers, web seeds and comment of .torrent files; their info-hashes stay.',
	options,
	words: [1, 100_000],
	notes: [
		'A folder stands for the .torrent files in it. Each file is changed in place and',
		'whole, or with -o one is written to another file. First trackers are taken away,',
		"then replaced, then added: --remove-tracker '*' -t URL sets them anew.",
		'Name, source, piece length and whether it is private are part of the info-hash:',
		'those cannot be changed, only a new torrent can be made.',
	],
	async run({input, flags, given}, context) {
		refuseFixed(given);
		const changes = changesOf(flags);
		const files = input.flatMap(filesOf);
		if (flags.output !== undefined && files.length > 1)
			throw new UserError('usage', '-o names one file: give one FILE with it', 2);
		if (flags.output === '-' && context.stdout.isTTY)
			throw new UserError(
				'terminal',
				'a .torrent is nothing for a terminal: tortui edit FILE -o - > OTHER',
				2,
			);
		if (flags.output === '-' && (flags.json || flags.dryRun))
			throw new UserError('usage', 'standard output is the .torrent: not with --json or --dry-run', 2);
		if (flags.output !== undefined && flags.output !== '-' && !flags.dryRun)
			await checkNamedFile(resolve(flags.output), {force: flags.force, advice: outputAdvice});
		await oneByOne(files, file => edit(file, changes, flags, context), context);
		return 0;
	},
});
