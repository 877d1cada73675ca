import {type Command, type CommandType, partOf, type Reply, type StreamCommand} from '../../api/command.js';
import type {EnginePart} from '../../automation/engine-part.js';
import type {StreamServer} from '../../bridge/stream/stream-server.js';
import type {FileSource, LocalEngine} from './open-session.js';

/** Those who let players have files while they are downloaded: loaded when somebody asks for it first. */
export class StreamPart implements EnginePart {
	readonly #engine: LocalEngine;
	readonly #data: FileSource;
	#server: Promise<StreamServer> | undefined;

	constructor(engine: LocalEngine, data: FileSource) {
		this.#engine = engine;
		this.#data = data;
	}

	answers(type: CommandType): boolean {
		return partOf(type) === 'stream';
	}

	async send(command: Command): Promise<Reply> {
		this.#server ??= this.#load();
		return (await this.#server).send(command as StreamCommand);
	}

	async #load(): Promise<StreamServer> {
		const [{StreamServer}, {machineClock}] = await Promise.all([
			import('../../bridge/stream/stream-server.js'),
			import('../../io/machine/clock.js'),
		]);
		return new StreamServer({
			engine: this.#engine,
			clock: machineClock,
			openFile: (id, fileIndex) => this.#data.openFile(id, fileIndex),
		});
	}

	async stop(): Promise<void> {
		await (await this.#server)?.stop();
	}
}
