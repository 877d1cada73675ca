import type {Command, CommandType, Reply} from '../api/command.js';
import type {EngineClient} from '../api/engine-client.js';
import type {Update, Watch} from '../api/snapshot.js';

/** An engine that can be ended. */
export interface StoppableEngine extends EngineClient {
	/** @param haste another engine waits to go on with the same torrents */
	stop(haste?: boolean): Promise<void>;
}

/** The sections of an update that somebody watches or not, and that have one value for all. */
export type PartSectionName = {
	[Name in keyof Watch & keyof Update]-?: Watch[Name] extends boolean | undefined ? Name : never;
}[keyof Watch & keyof Update];

/** What a part tells those who watch it. */
export interface PartSection<Name extends PartSectionName = PartSectionName> {
	readonly name: Name;
	/** Rises when `view` may be another. */
	readonly revision: number;
	readonly view: Update[Name];
	/** Calls `listener` when `view` may be another. Answers how to stop it. */
	listen(listener: () => void): () => void;
}

/**
 * What works beside an engine in its process and is reached through the same door: it answers some commands, tells a
 * section, and may see what others have the engine do.
 */
export interface EnginePart {
	/** Whether commands of this type are asked of it instead of the engine. */
	answers(type: CommandType): boolean;
	/** Does what such a command asks. Rejects with a `UserError`. */
	send(command: Command): Promise<Reply>;
	readonly section?: PartSection | undefined;
	/** Stands around what somebody has the engine do: `ask` does it. */
	around?(command: Command, ask: () => Promise<Reply>): Promise<Reply>;
	/** Lets go of everything; the engine still answers then. */
	stop(): Promise<void>;
}
