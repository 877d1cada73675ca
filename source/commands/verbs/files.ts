import {selectFiles} from '../../api/file-rules.js';
import type {FilePriority, TorrentView} from '../../api/snapshot.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {priorityWords} from '../../ui/present/files.js';
import {percent, size} from '../../ui/text/format.js';
import {nameText, terminalText} from '../../ui/text/text.js';
import {type Context, defineCommand, type Flags, type Options} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {text} from '../arguments/quantities.js';
import {selectionNotes} from '../arguments/selection-notes.js';
import {oneByOne} from '../engine-process/one-by-one.js';
import {fitted} from '../output/fitted-table.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {type ListedFile, listedFiles} from '../torrents/listed-files.js';
import {priority} from '../torrents/priority-values.js';
import {tellEach} from '../torrents/tell-each.js';
import {withEngine} from '../torrents/with-engine.js';

const options = {
	select: {
		kind: 'list',
		value: 'LIST',
		read: text,
		help: 'these files are wanted, and no others; with --priority these are meant (repeatable)',
	},
	priority: {
		kind: 'value',
		value: 'PRIORITY',
		read: priority,
		help: `what those of --select become, or all: ${priorityWords.join(', ')}`,
	},
	...remoteOptions,
} as const satisfies Options;

type FileFlags = Flags<typeof options>;

async function show(
	torrents: readonly TorrentView[],
	engine: RemoteEngine,
	flags: FileFlags,
	{stdout, warn}: Context,
) {
	const all: object[] = [];
	const list = async ({id}: TorrentView) => {
		const files = await listedFiles(engine, id);
		if (flags.json) all.push(...files.map(file => facts(id, file)));
		else
			stdout.write(
				`${(stdout.isTTY ? await table(files, stdout.columns || 80) : files.map(tabbed)).join('\n')}\n`,
			);
	};
	try {
		await oneByOne(torrents, list, {warn});
	} finally {
		if (flags.json) stdout.write(`${terminalJson(all, 2)}\n`);
	}
}

function facts(infoHash: string, {number, index, path, length, completed, priority: level}: ListedFile) {
	return {
		infoHash,
		number,
		index,
		path,
		length,
		completed,
		priority: priorityWords[level],
		wanted: level > 0,
	};
}

function tabbed({number, completed, length, priority: level, path}: ListedFile): string {
	return [number, completed, length, priorityWords[level], terminalText(path.join('/'))].join('\t');
}

function table(files: readonly ListedFile[], width: number): Promise<string[]> {
	const rows = files.map(file => ({
		'#': String(file.number),
		Done: percent(file.completed, file.length),
		Size: size(file.length),
		Priority: priorityWords[file.priority],
		File: nameText(file.path.join('/')),
	}));
	return fitted(rows, ['#', 'Done', 'Size', 'Priority', 'File'], {
		width,
		numeric: new Set(['#', 'Done', 'Size']),
		flexible: 'File',
		firstToGo: ['Size', 'Done'],
	});
}

/** Which files become what, fewest commands first: those that are so already are left alone. */
function changes(files: readonly ListedFile[], select: readonly string[], level: FilePriority | undefined) {
	const picked = select.length === 0 ? files.map(() => true) : selectFiles(select, files);
	const become = new Map<FilePriority, number[]>();
	for (const [at, file] of files.entries()) {
		const wanted = picked[at]
			? (level ?? (file.priority > 0 ? file.priority : 2))
			: level === undefined
				? 0
				: file.priority;
		if (wanted === file.priority) continue;
		const same = become.get(wanted);
		if (same) same.push(file.index);
		else become.set(wanted, [file.index]);
	}
	return become;
}

async function choose(torrent: TorrentView, engine: RemoteEngine, {select, priority: level}: FileFlags) {
	const {id} = torrent;
	const files = await listedFiles(engine, id);
	if (torrent.choosing && select.length > 0 && level === undefined) {
		selectFiles(select, files);
		await engine.send({type: 'torrent.choose', id, select: select.length === 1 ? select[0]! : select});
		return {facts: {changed: files.length}};
	}
	const become = changes(files, select, level);
	// What is wanted goes first: a torrent that wants nothing for a moment would be done.
	for (const wanted of [...become.keys()].sort((one, other) => other - one))
		await engine.send({type: 'files.priority', id, files: become.get(wanted)!, priority: wanted});
	return {facts: {changed: [...become.values()].reduce((sum, indices) => sum + indices.length, 0)}};
}

/** Shows the files of torrents of the running engine, and says which are wanted. */
export const command = defineCommand({
	name: 'files',
	usage: ['files ID ... [options]'],
	summary: 'Shows the files of torrents of the running engine, or says which are wanted and how much.',
	words: [1, 1000],
	options,
	notes: [
		idNote,
		'',
		'A table on a terminal. In a pipe a line each, with tabs between: number, bytes that are had, bytes, priority, path. --json: one array of all files.',
		'A torrent that was added with --choose waits for --select, and downloads what it says.',
		'',
		...selectionNotes,
	],
	run({input, flags, given}, context) {
		return withEngine(flags, context, async engine => {
			const torrents = await findTorrents(engine, input);
			if (!given.has('select') && !given.has('priority')) await show(torrents, engine, flags, context);
			else await tellEach(torrents, torrent => choose(torrent, engine, flags), flags, context);
			return 0 as const;
		});
	},
});
