import {createHash} from 'node:crypto';
import {ProtocolError} from '../../base/errors.js';
import type {Clock} from '../../base/ports.js';
import {readRegularFile} from '../../io/files/regular-file.js';
import {replaceFile} from '../../io/files/replace-file.js';
import {
	decodeSwarmFile,
	encodeSwarmFileHead,
	encodeSwarmRecord,
	peerRecord,
} from '../../protocol/tracker/swarm-file.js';
import type {TrackerService} from '../tracker-service.js';

/** Twice what a table at its limits takes. */
const ceiling = 64 << 20;
const checksumLength = 32;
/** So many peers are written down in one turn of the loop, some 3 ms: announces do not wait longer. */
const peersPerTurn = 5000;

/**
 * The swarms of a tracker in a file, so that a restart, even a crash, loses a minute of them at most. Nothing depends on
 * it: what cannot be read is begun anew, and that nothing can be written is said once until it can be again.
 */
export class SwarmStore {
	readonly #path: string;
	readonly #clock: Clock;
	readonly #say: (text: string) => void;
	#saidFailure = false;
	#saving: Promise<void> | undefined;

	/** @param path absolute; need not be there */
	constructor(path: string, clock: Clock, say: (text: string) => void) {
		this.#path = path;
		this.#clock = clock;
		this.#say = say;
	}

	/** Gives the service what was saved last; answers the secret of connection ids, undefined when nothing was read. */
	async load(service: TrackerService): Promise<Uint8Array | undefined> {
		let bytes: Uint8Array;
		try {
			bytes = await readRegularFile(this.#path, ceiling);
		} catch (error) {
			const {code, message} = error as NodeJS.ErrnoException;
			if (code !== 'ENOENT' && code !== 'ENOTDIR') this.#forgotten(message);
			return undefined;
		}
		try {
			const body = bytes.subarray(0, Math.max(0, bytes.length - checksumLength));
			const sum = createHash('sha256').update(body).digest();
			if (!sum.equals(bytes.subarray(body.length)))
				throw new ProtocolError('bad-swarm-file', `${this.#path} is damaged`);
			const {wall, secret, swarms} = decodeSwarmFile(body);
			// A clock that was put back makes nothing younger than it was.
			service.restore(swarms, Math.max(0, this.#clock.wall() - wall));
			return secret;
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#forgotten(error.message);
			return undefined;
		}
	}

	/** Writes down what there is. Two at a time are one. */
	save(service: TrackerService, secret: Uint8Array): Promise<void> {
		this.#saving ??= this.#write(service, secret).finally(() => {
			this.#saving = undefined;
		});
		return this.#saving;
	}

	/** Waits for a save that is under way, then writes once more. */
	async saveLast(service: TrackerService, secret: Uint8Array): Promise<void> {
		await this.#saving;
		await this.save(service, secret);
	}

	async #write(service: TrackerService, secret: Uint8Array): Promise<void> {
		const sum = createHash('sha256');
		const parts = [encodeSwarmFileHead(this.#clock.wall(), secret)];
		let peers = 0;
		for (const record of service.records()) {
			parts.push(encodeSwarmRecord(record));
			peers += record.peers.length / peerRecord.length + 1;
			if (peers < peersPerTurn) continue;
			peers = 0;
			await new Promise<void>(resolve => this.#clock.soon(resolve));
		}
		for (const part of parts) sum.update(part);
		parts.push(sum.digest());
		try {
			await replaceFile(this.#path, Buffer.concat(parts));
			this.#saidFailure = false;
		} catch (error) {
			if (!this.#saidFailure)
				this.#say(`swarms are not kept over a restart: ${(error as Error).message.split(',')[0]}`);
			this.#saidFailure = true;
		}
	}

	#forgotten(why: string): void {
		this.#say(`swarms known earlier are forgotten: ${why}`);
	}
}
