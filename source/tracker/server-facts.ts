/** What is told beside the service's own figures. */
export interface ServerFacts {
	/** HTTP connections that are open. */
	readonly connections: number;
	/** Resident memory, bytes. */
	readonly memory: number;
	/** Where it listens. */
	readonly port: number;
	readonly hasTls: boolean;
	/** How the store does that it shares with other trackers, in a word or a sentence; undefined when there is none. */
	readonly store: string | undefined;
}
