import type {EngineClient} from '../../api/engine-client.js';
import type {Clock} from '../../base/ports.js';
import type {RpcArguments} from './rpc-arguments.js';
import type {Dialect} from './rpc-dialects.js';
import type {RpcMemory} from './rpc-memory.js';
import type {RpcTorrents} from './rpc-torrents.js';
import type {TrackerNumbers} from './tracker-numbers.js';

/** What an engine was started with that its client cannot see, and that does not change while it runs. */
export interface FixedSettings {
	readonly dht: boolean;
	readonly pex: boolean;
	readonly lsd: boolean;
	readonly utp: boolean;
	readonly portMap: boolean;
	readonly encryption: 'prefer' | 'require' | 'off';
}

/** What methods work on. */
export interface RpcGround {
	readonly engine: EngineClient;
	readonly torrents: RpcTorrents;
	readonly trackers: TrackerNumbers;
	readonly memory: RpcMemory;
	readonly clock: Clock;
	readonly fixed: FixedSettings;
	/** The engine's folder for its state. */
	readonly stateDir: string;
}

/** One method: answers what it has to tell. Rejects with an `RpcError`, or a `UserError` of the engine. */
export interface RpcMethod {
	/** It changes nothing: whoever wants no answer need not have it done. */
	readonly isQuestion?: true;
	run(args: RpcArguments, ground: RpcGround, dialect: Dialect): Promise<Readonly<Record<string, unknown>>>;
}
