import {resolve} from 'node:path';
import type {FoldersView, SharedFolderView, WatchedFolderView} from '../../api/folders-view.js';
import {UserError} from '../../base/errors.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {typedPath} from '../../io/files/typed-path.js';
import {catalogueAddress} from '../../protocol/catalogue/catalogue-url.js';
import {percent} from '../../ui/text/format.js';
import {type Context, defineCommand} from '../arguments/command.js';
import {jsonOption, logOptions, stateOptions, torrentOptions} from '../arguments/flags.js';
import {text} from '../arguments/quantities.js';
import {ensureEngine} from '../engine-process/ensure-engine.js';
import {reachEngine, requireEngine} from '../engine-process/find-engine.js';
import {oneByOne} from '../engine-process/one-by-one.js';
import {makeStateDir, stateDirPath} from '../engine-process/state-dir.js';
import {catalogueUrl, nickname} from '../network/catalogue-values.js';

const counted = (count: number, what: string): string[] => (count === 0 ? [] : [`${count} ${what}`]);

function faultLines({faults, faultCount}: SharedFolderView | WatchedFolderView): string[] {
	const more = faultCount - faults.length;
	return [
		...faults.map(({name, why}) => `  left out: ${name}: ${why}`),
		...(more > 0 ? [`  and ${more} more are left out`] : []),
	];
}

function sharedLines(folder: SharedFolderView): string[] {
	const {dir, state, why, shared, waiting, queued, declined, hashing, label, publish, from} = folder;
	const counts = [
		`${shared} shared`,
		...counted(queued + (hashing ? 1 : 0), 'to be hashed'),
		...counted(waiting, 'not whole yet'),
		...counted(declined, 'taken out by hand'),
	].join(', ');
	const states = {
		looking: 'being looked at',
		sharing: counts,
		gone: `gone, paused: ${counts}`,
		refused: 'not shared',
	};
	const about = [
		...(label === undefined ? [] : [`label ${label}`]),
		...(publish ? [] : ['not published']),
		...(from === 'config' ? ['from the config file'] : []),
	];
	return [
		`${dir}: ${states[state]}${about.length > 0 ? ` (${about.join('; ')})` : ''}`,
		...(why === undefined ? [] : [`  ${why}`]),
		...(hashing === undefined ? [] : [`  hashing ${hashing.name}  ${percent(hashing.done, hashing.length)}`]),
		...faultLines(folder),
	];
}

function watchedLines(folder: WatchedFolderView): string[] {
	const {dir, state, why, added, target, label, start, deleteAfter} = folder;
	const about = [
		`${added} added`,
		...(target === undefined ? [] : [`into ${target}`]),
		...(label === undefined ? [] : [`label ${label}`]),
		...(start ? [] : ['paused']),
		...(deleteAfter ? ['files are deleted then'] : []),
	].join(', ');
	const states = {looking: 'being looked at', watching: 'watched', gone: 'gone', refused: 'not watched'};
	return [
		`${dir}: ${states[state]} (${about})`,
		...(why === undefined ? [] : [`  ${why}`]),
		...faultLines(folder),
	];
}

/** What goes on with folders, for people. */
export function folderLines({shared, watched}: FoldersView): string[] {
	return [...shared.flatMap(sharedLines), ...watched.flatMap(watchedLines)].map(terminalLine);
}

function show(folders: FoldersView | undefined, isJson: boolean, {stdout, stderr}: Context): void {
	if (folders === undefined) return;
	if (isJson) stdout.write(`${terminalJson(folders, 2)}\n`);
	else if (folders.shared.length + folders.watched.length === 0)
		stderr.write('no folders are shared yet; share one with: tortui share DIR\n');
	else stdout.write(`${folderLines(folders).join('\n')}\n`);
}

/** Shares what is in folders, each entry as a torrent, for as long as the engine runs. */
export const command = defineCommand({
	name: 'share',
	usage: ['share DIR ... [options]', 'share --list', 'share --remove DIR ...'],
	summary: 'Shares everything in a folder, each file and folder in it as a torrent.',
	words: [0, 1000],
	config: true,
	options: {
		list: {kind: 'on', help: 'show what is shared, what is being hashed, and what is left out'},
		remove: {kind: 'on', help: 'share the folder no more; its files stay'},
		tracker: {...torrentOptions.tracker, help: 'a tracker for its torrents (repeatable)'},
		label: {kind: 'value', value: 'TEXT', read: text, help: 'a label for its torrents'},
		publish: {kind: 'off', help: 'do not tell catalogues what is in it'},
		catalogue: {
			kind: 'value',
			value: 'URL',
			read: catalogueUrl,
			help: 'a tracker with a catalogue, which is told what is in it: http://HOST:6969',
			standard: 'those of the engine, or of the config file',
		},
		nick: {kind: 'value', value: 'NAME', read: nickname, help: 'what you are called there from now on'},
		dir: {...torrentOptions.dir, hidden: true},
		...stateOptions,
		...jsonOption,
		verbose: logOptions.verbose,
	},
	notes: [
		'The engine looks after it from now on, also after a restart; it is started when none',
		'runs. What is new is shared when nobody has written to it for 5 s, what has changed',
		'gets a new torrent, what is gone is taken out; nothing in the folder is ever written',
		'to. Left out are hidden files, links, and what other programs are downloading there.',
		'A folder that vanishes, as with a disk that is not mounted, is waited for.',
		'',
		'The config file has the same: "shared-folders": ["~/share"], or with more to say',
		'[{"dir": "~/share", "trackers": ["http://HOST:6969/announce"], "label": "mine",',
		'"publish": false}]. It also has folders in which .torrent and .magnet files are',
		'waited for: "watch-folders": [{"dir": "~/inbox", "target": "~/films", "label": "x",',
		'"start": true, "delete-after": false}].',
	],
	async run({input, flags, given}, context) {
		const {env, version, program, stdout, warn} = context;
		if (flags.list && (flags.remove || input.length > 0))
			throw new UserError('usage', '--list takes nothing else (see: tortui share --help)', 2);
		if (flags.remove && input.length === 0)
			throw new UserError('usage', 'missing: share --remove DIR (see: tortui share --help)', 2);
		const dirs = input.map(word => typedPath(word));
		const withEngine = async (engine: RemoteEngine, task: () => Promise<void>): Promise<0> => {
			try {
				await task();
			} finally {
				engine.close();
			}
			return 0;
		};
		if (flags.remove || dirs.length === 0) {
			const stateDir = stateDirPath(flags.stateDir, env);
			const asked = flags.remove || flags.list;
			const engine = await (asked ? requireEngine : reachEngine)(stateDir, env, version);
			if (engine === undefined)
				throw new UserError('usage', 'missing: share DIR (see: tortui share --help)', 2);
			return withEngine(engine, async () => {
				if (dirs.length === 0)
					return show((await engine.send({type: 'folders.list'})).folders, flags.json, context);
				const unshare = async (dir: string) => {
					const {folders} = await engine.send({type: 'folders.unshare', dir});
					if (flags.json) show(folders, true, context);
					else stdout.write(`${terminalLine(dir)} is shared no more; its files stay\n`);
				};
				await oneByOne(dirs, unshare, {warn});
			});
		}
		// One that is typed belongs to the folder; the engine knows those of the config file.
		const catalogue = given.has('catalogue') ? catalogueAddress(flags.catalogue ?? '') : undefined;
		if (catalogue?.token !== undefined)
			throw new UserError(
				'usage',
				'a token belongs to the config file, where nobody else reads it: "catalogue": ["http://TOKEN@HOST:PORT"]',
				2,
			);
		const trackers = [...flags.tracker, ...(catalogue === undefined ? [] : [catalogue.announce])];
		const stateDir = makeStateDir(flags.stateDir, env);
		const {engine, started} = await ensureEngine({
			stateDir,
			env,
			version,
			program: [program, 'engine'],
			options: [`--dir=${resolve(flags.dir ?? '.')}`],
		});
		return withEngine(engine, async () => {
			if (given.has('nick')) await engine.send({type: 'network.nick', nick: flags.nick ?? ''});
			const share = async (dir: string) => {
				const {folders} = await engine.send({
					type: 'folders.share',
					dir,
					trackers,
					publish: flags.publish,
					...(flags.label !== undefined && {label: flags.label}),
				});
				if (flags.json) show(folders, true, context);
				else stdout.write(`${terminalLine(dir)} is shared; how far it is: tortui share --list\n`);
			};
			await oneByOne(dirs, share, {warn});
			if (started && !flags.json)
				stdout.write('the engine goes on in the background: `tortui` shows it, `tortui stop` ends it\n');
		});
	},
});
