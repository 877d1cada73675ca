import type {Command} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {StorageFailure} from '../../io/disk/storage.js';
import {requireAbsolute, resolve} from '../../io/files/paths.js';
import type {Torrent} from '../torrent/torrent.js';
import type {SettingsChange} from '../torrent/torrent-settings.js';
import {type CommandHost, type CommandsOf, requireContent} from './command-host.js';
import {requireFiles} from './piece-commands.js';

/** What is done to one torrent as a whole and has nothing to tell. */
export type TorrentCommand = Exclude<
	Extract<CommandsOf<'torrent'>, {readonly id: string}>,
	{readonly type: 'torrent.remove' | 'torrent.reannounce' | 'torrent.export'}
>;

/** Starts, stops, moves, orders and limits a torrent. Rejects with a `UserError` when it cannot be done. */
export async function executeForTorrent(
	host: CommandHost,
	torrent: Torrent,
	command: TorrentCommand,
): Promise<void> {
	switch (command.type) {
		case 'torrent.pause':
			torrent.post({type: 'pause'});
			return host.queue.plan();
		case 'torrent.choose':
			requireContent(torrent);
			torrent.post({type: 'choose', choices: {select: command.select, priorities: command.priorities}});
			return host.queue.start(torrent, 'quick');
		case 'torrent.resume':
			// Whoever starts one that waits for a choice has made it.
			if (torrent.choosing) torrent.post({type: 'choose'});
			torrent.post({type: 'allow'});
			torrent.post({
				type: 'allow',
				consent: {
					...(command.overwrite && {overwrite: true}),
					...(command.repair && {repair: true, overwrite: true, absence: true}),
				},
			});
			if (command.repair) torrent.post({type: 'set', settings: {seedOnly: false}});
			if (command.now) host.queue.force(torrent);
			return host.queue.start(torrent, 'quick');
		case 'torrent.verify':
			requireContent(torrent);
			return torrent.post({type: 'verify'});
		case 'torrent.move':
			requireAbsolute(command.dir);
			if (torrent.held !== undefined) return host.adder.settle(torrent, command.dir);
			if (command.find === true) return find(host, torrent, command.dir);
			return refuse(await movedBy(done => torrent.post({type: 'move', dir: command.dir, done})));
		case 'torrent.rename':
			requireFiles(torrent, [command.fileIndex]);
			return refuse(
				await movedBy(done =>
					torrent.post({
						type: 'rename',
						file: command.fileIndex,
						name: command.name,
						depth: command.depth,
						done,
					}),
				),
			);
		case 'torrent.sequential':
			return torrent.post({type: 'set', settings: {sequential: command.on}});
		case 'torrent.superSeed':
			return torrent.post({type: 'set', settings: {superSeeding: command.on}});
		case 'torrent.label':
			return change(host, torrent, {label: command.label});
		case 'torrent.publish':
			return torrent.post({type: 'set', settings: {publish: command.on}});
		case 'torrent.queue':
			return host.queue.move(torrent, command.position);
		case 'torrent.limits':
			return limit(host, torrent, command);
		case 'torrent.goal':
			return change(host, torrent, {goal: command.goal});
		default:
			command satisfies never;
	}
}

/** Its files are in another folder: whatever is there of them is hashed. */
function find(host: CommandHost, torrent: Torrent, dir: string): void {
	const {name} = torrent.activity;
	if (name !== 'paused' && name !== 'failed')
		throw new UserError('runs', 'its files are in use: pause it, then say where they are');
	torrent.post({type: 'release', dir: resolve(dir)});
	torrent.post({type: 'verify'});
	host.queue.plan();
}

function limit(
	host: CommandHost,
	torrent: Torrent,
	limits: Extract<Command, {readonly type: 'torrent.limits'}>,
): void {
	const {maxDownload, maxUpload, maxPeers, seedRatio, seedTime} = limits;
	change(host, torrent, {
		...(maxDownload !== undefined && {maxDownload}),
		...(maxUpload !== undefined && {maxUpload}),
		...(maxPeers !== undefined && {maxPeers}),
		...(seedRatio !== undefined && {seedRatio}),
		...(seedTime !== undefined && {seedTime}),
	});
}

function change(host: CommandHost, torrent: Torrent, settings: SettingsChange): void {
	const goalReached = torrent.goal.reached;
	torrent.post({type: 'set', settings});
	// A goal that was moved further away is not reached any more.
	if (goalReached && torrent.runs) host.queue.start(torrent, 'quick');
}

/** Resolves as what is being done to the files does. */
function movedBy(
	begin: (done: (outcome: Promise<StorageFailure | undefined>) => void) => void,
): Promise<StorageFailure | undefined> {
	return new Promise((resolve, reject) => {
		begin(outcome => outcome.then(resolve, reject));
	});
}

function refuse(failure: StorageFailure | undefined): void {
	if (failure !== undefined) throw new UserError(failure.code, failure.message);
}
