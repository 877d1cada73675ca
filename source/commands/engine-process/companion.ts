import type {EngineClient} from '../../api/engine-client.js';
import type {Configuration} from './reloading-engine.js';

/** What a companion finds around it. */
export interface CompanionGround {
	readonly engine: EngineClient;
	readonly stateDir: string;
	readonly env: NodeJS.ProcessEnv;
	readonly version: string;
	/** The file that was started, to start another process of it. */
	readonly program: string;
}

/** What lives beside an engine in its process and is one of its clients: a server for remotes, scripts that are called. */
export interface Companion {
	/** Goes by a config file that was read anew; one without it is ended and opened again. A refusal is a `UserError`. */
	apply?(configuration: Configuration): Promise<void> | void;
	/** Lets go of everything. */
	stop(): Promise<void>;
}

/** A kind of companion, with what must hold for one to be opened. Its code is loaded by `open`. */
export interface CompanionKind {
	/** For the log. */
	readonly name: string;
	/** The options of the engine that it goes by: they can change while it runs. */
	readonly options: readonly (keyof Configuration['flags'])[];
	/** The sections of the config file that it goes by. */
	readonly sections: readonly Exclude<keyof Configuration, 'flags'>[];
	isWanted(configuration: Configuration): boolean;
	/** What it goes by that stands elsewhere, such as a password in a file: another one is a change as one of an option is. */
	readElsewhere?(configuration: Configuration, env: NodeJS.ProcessEnv): Promise<unknown>;
	/** A refusal, such as of a port that is taken, is a `UserError`: the engine does not start then. */
	open(ground: CompanionGround, configuration: Configuration): Promise<Companion>;
}
