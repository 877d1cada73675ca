import type {AddOptions, Command} from '../../api/command.js';
import type {FilePriority} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import type {RpcArguments} from './rpc-arguments.js';
import {RpcError} from './rpc-error.js';
import type {RpcGround} from './rpc-ground.js';
import {keptSetting} from './session-fields.js';
import {rpcName} from './torrent-fields.js';

/** Labels as they may be: none empty, none with a comma. Undefined when none were given. */
export function readLabels(args: RpcArguments): string[] | undefined {
	const labels = args.texts('labels')?.map(label => label.trim());
	if (labels?.includes('')) throw new RpcError('params', 'labels cannot be empty');
	if (labels?.some(label => label.includes(',')))
		throw new RpcError('params', 'labels cannot contain comma (,) character');
	return labels && [...new Set(labels)];
}

/** Files by their places in the list of all, with what is wanted of them; of several that name one the last holds. */
export function readFileChoices(
	args: RpcArguments,
): ReadonlyArray<readonly [files: readonly number[], FilePriority]> {
	const choices: Array<readonly [readonly number[], FilePriority]> = [];
	const lists = [
		['priority_low', 1],
		['priority_normal', 2],
		['priority_high', 3],
		['files_unwanted', 0],
	] as const;
	for (const [name, priority] of lists) {
		const files = args.counts(name);
		if (files !== undefined) choices.push([files, priority]);
	}
	return choices;
}

/** How a torrent is named: what leads to it, or what it is. */
function readSource(
	args: RpcArguments,
): Pick<Command & {type: 'torrent.addLink'}, 'type' | 'link'> | Uint8Array {
	const filename = args.text('filename') ?? '';
	const metainfo = args.text('metainfo') ?? '';
	if (filename === '' && metainfo === '') throw new RpcError('params', 'no filename or metainfo specified');
	if (filename !== '') {
		const isHash = /^(?:[\da-f]{40}|[a-z2-7]{32})$/i.test(filename);
		return {type: 'torrent.addLink', link: isHash ? `magnet:?xt=urn:btih:${filename}` : filename};
	}
	if (!/^[\w+/=\s-]+$/.test(metainfo)) throw new RpcError('unrecognized');
	return Buffer.from(metainfo, 'base64');
}

/** `torrent_add`: answers when the torrent is there, also by its hash. */
export async function addTorrent(
	args: RpcArguments,
	ground: RpcGround,
): Promise<Readonly<Record<string, unknown>>> {
	const {engine, memory, torrents} = ground;
	const source = readSource(args);
	const dir = args.path('download_dir', 'download directory path');
	const labels = readLabels(args) ?? [];
	const choices = readFileChoices(args);
	const paused = args.flag('paused') ?? keptSetting(ground, 'start_added_torrents') === false;
	const peers = args.count('peer_limit', 10_000);
	const priority = args.integer('bandwidth_priority');
	const isMagnet = !(source instanceof Uint8Array) && /^magnet:/i.test(source.link);
	const options: AddOptions = {
		...(dir !== undefined && dir !== '' && {dir}),
		...(labels[0] !== undefined && {label: labels[0]}),
		...(peers !== undefined && peers > 0 && {maxPeers: peers}),
		sequential: args.flag('sequential_download') ?? keptSetting(ground, 'sequential_download') === true,
		// Its files can be chosen when it is there: until then it waits.
		paused: paused || (choices.length > 0 && !isMagnet),
		...(isMagnet && choices.length > 0 && {priorities: pairs(choices)}),
	};
	// What is here already stays as it is.
	const usual = Object.keys(options);
	const reply = await send(ground, source, {...options, usual});
	const {id = '', already = false} = reply;
	if (!already) {
		if (labels.length > 1) memory.keep(id, {labels});
		if (priority !== undefined && Math.abs(priority) === 1) memory.keep(id, {bandwidth_priority: priority});
		if (choices.length > 0 && !isMagnet) {
			await chooseFiles(ground, id, choices);
			if (!paused) await engine.send({type: 'torrent.resume', id});
		}
	}
	const torrent = await torrents.one(id);
	if (torrent === undefined) throw new RpcError('internal', 'it is gone already');
	const {number, view} = torrent;
	return {
		[already ? 'torrent_duplicate' : 'torrent_added']: {
			id: number,
			name: rpcName(view),
			hash_string: view.id,
		},
	};
}

async function send({engine}: RpcGround, source: ReturnType<typeof readSource>, options: AddOptions) {
	try {
		if (source instanceof Uint8Array)
			return await engine.send({type: 'torrent.add', metainfo: source, options});
		return await engine.send({...source, options});
	} catch (error) {
		// What cannot be read is told apart by its status.
		if (error instanceof UserError && error.exitStatus === 3)
			throw new RpcError(source instanceof Uint8Array ? 'corrupt' : 'unrecognized', error.message);
		throw error;
	}
}

function pairs(choices: ReturnType<typeof readFileChoices>): Array<[number, FilePriority]> {
	return choices.flatMap(([files, priority]) =>
		files.map((file): [number, FilePriority] => [file, priority]),
	);
}

/**
 * Gives files their priorities; none named means all. What is wanted is not skipped any more.
 *
 * @throws {RpcError} for places that no file has, and nothing has changed then
 */
export async function chooseFiles(
	{engine}: RpcGround,
	id: string,
	choices: ReturnType<typeof readFileChoices>,
): Promise<void> {
	const reply = await engine.send({type: 'session.list', ids: [id], details: ['files']});
	const {files = [], progress} = reply.details?.[0] ?? {};
	// Numbers of the engine have gaps: some files are there to fill up pieces.
	const chosen = choices.map(([places, priority]) => {
		const entries = places.length === 0 ? [...files.keys()] : places;
		if (entries.some(place => files[place] === undefined)) throw new RpcError('fileIndex');
		return [entries, priority] as const;
	});
	const now = [...(progress?.priority ?? [])];
	const skipped = new Set(now.flatMap((priority, place) => (priority === 0 ? [place] : [])));
	for (const [places, priority] of chosen) {
		// A priority alone does not make one wanted that is not.
		const meant = priority === 0 ? places : places.filter(place => !skipped.has(place));
		if (meant.length === 0) continue;
		await engine.send({type: 'files.priority', id, files: meant.map(place => files[place]!.index), priority});
	}
}
