import {lstatSync} from 'node:fs';
import {join} from 'node:path';
import type {AddOptions, Command, Reply} from '../../api/command.js';
import type {EngineClient} from '../../api/engine-client.js';
import {UserError} from '../../base/errors.js';
import type {Clock} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import {diskPath} from '../../io/files/disk-path.js';
import {removeBelow} from '../../io/files/held-folder.js';
import {isEngineOver} from '../engine-over.js';
import type {FolderLog} from '../folder-log.js';
import type {EntrySight, FolderLook} from '../look/folder-look.js';
import type {DoneFile, DoneFiles} from './done-files.js';
import {type FoundTorrents, readTorrentFile} from './torrent-file.js';
import type {WatchedFolder} from './watched-folder.js';

/** What the engine could not do now is tried again after so long. */
const retryTime: Millis = 60_000;

/** What taking in files stands on. */
export interface IntakeSetup {
	readonly engine: EngineClient;
	readonly clock: Clock;
	readonly files: DoneFiles;
	readonly log: FolderLog;
}

/** Adds what is in one file after the other to the engine, notes that it did, and deletes the file where that is wanted. */
export class FileIntake {
	readonly #setup: IntakeSetup;

	constructor(setup: IntakeSetup) {
		this.#setup = setup;
	}

	async take(folder: WatchedFolder, look: FolderLook, seen: EntrySight): Promise<void> {
		const {name} = seen;
		const before = folder.done.get(name);
		folder.retries.delete(name);
		const file = {dir: folder.dir, name, root: look.root, look: seen.look};
		let found: FoundTorrents;
		try {
			found = await readTorrentFile(join(folder.dir, name));
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			if (error.code === 'ENOENT') return;
			return this.#done(folder, seen, {...file, digest: '', fault: error.message});
		}
		const {digest} = found;
		// Somebody has only touched it.
		if (before !== undefined && before.digest === digest)
			return this.#done(folder, seen, {...file, digest, fault: before.fault});
		const fault = await this.#add(folder, seen, found);
		if (fault !== 'later') return this.#done(folder, seen, {...file, digest, fault});
		const at = this.#setup.clock.now() + retryTime;
		folder.retries.set(name, at);
		folder.waitUntil(at);
	}

	/** Answers what is wrong with it; `later` when it is the engine that cannot now. */
	async #add(
		folder: WatchedFolder,
		{name}: EntrySight,
		{metainfo, links, faults}: FoundTorrents,
	): Promise<string | undefined> {
		const {engine, log} = this.#setup;
		const options = optionsFor(folder);
		const commands: Command[] =
			metainfo === undefined
				? links.map(link => ({type: 'torrent.addLink', link, options}))
				: [{type: 'torrent.add', metainfo, options}];
		const wrong = faults.map(line => `no magnet link: ${safeText(line, 60)}`);
		for (const command of commands) {
			try {
				const {already}: Reply = await engine.send(command);
				if (already) log.say('info', `${folder.dir}: «${name}» was here already`);
				else folder.added++;
			} catch (error) {
				if (!(error instanceof UserError) || isEngineOver(error)) throw error;
				// What is wrong with the file itself stays wrong; anything else may pass.
				if (error.exitStatus !== 3) {
					if (folder.saidLater.get(name) !== error.message)
						log.say('warn', `${folder.dir}: «${name}» is tried again: ${error.message}`);
					folder.saidLater.set(name, error.message);
					return 'later';
				}
				wrong.push(error.message);
			}
		}
		return wrong.length === 0 ? undefined : wrong.slice(0, 3).join('; ');
	}

	async #done(folder: WatchedFolder, seen: EntrySight, {fault, ...file}: DoneFile): Promise<void> {
		const {files, log} = this.#setup;
		const {dir, name} = file;
		const before = folder.done.get(name);
		const isSpent = fault === undefined && folder.settings.deleteAfter;
		const done: DoneFile = {...file, ...(fault !== undefined && {fault}), ...(isSpent && {isSpent})};
		folder.done.set(name, done);
		if (fault !== undefined && before?.fault !== fault)
			log.say('warn', `${dir}: «${name}» is not added: ${fault}`);
		await files.note(done);
		if (isSpent) this.delete(folder, seen);
	}

	/** Only the file that was added goes, exactly as it was read. */
	delete({dir}: WatchedFolder, {name, look, inode}: EntrySight): void {
		try {
			const stats = lstatSync(diskPath(join(dir, name)));
			const isSame = `${stats.size} ${stats.mtimeMs}` === look && `${stats.dev}:${stats.ino}` === inode;
			if (isSame) removeBelow(dir, name, stats);
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code === 'ENOENT') return;
			this.#setup.log.say(
				'warn',
				`${dir}: «${name}» was added and cannot be deleted: ${message.split(',')[0]}`,
			);
		}
	}
}

function optionsFor({settings: {target, label, start}}: WatchedFolder): AddOptions {
	return {
		...(target !== undefined && {dir: target}),
		...(label !== undefined && {label}),
		...(!start && {paused: true}),
		// A folder that is named goes before that of the label.
		usual: [...(target === undefined ? ['dir'] : []), 'label', 'paused'],
	};
}
