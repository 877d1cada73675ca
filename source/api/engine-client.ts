import type {Command, Reply} from './command.js';
import type {Update, Watch} from './snapshot.js';

/** A running subscription. */
export interface Watching {
	/** Looks at something else; the next update holds all of it, or with `keeps` what is new of it. */
	change(watch: Watch): void;
	stop(): void;
}

/**
 * The one door to the engine: the same in process, over a socket, and in tests.
 * A command that cannot be done rejects with a `UserError` whose message is ready for a person.
 */
export interface EngineClient {
	send(command: Command): Promise<Reply>;
	/** The first update comes at once and holds every section watched; later ones only what changed. */
	watch(watch: Watch, listener: (update: Update) => void): Watching;
	/** Resolves, with why in words, when the engine can no longer be reached. */
	readonly closed: Promise<string>;
	/** Whether it has said goodbye: it ended because it was told to. */
	readonly saidGoodbye?: boolean;
	/** Whether another process takes its place: it is there in a moment. */
	readonly handsOver?: boolean;
	/** Lets go of the engine; what it does goes on. */
	close(): void;
}
