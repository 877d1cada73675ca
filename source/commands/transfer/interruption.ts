import process from 'node:process';

/** Ctrl-C and its relatives, turned into promises for as long as something has to be put away first. */
export interface Interruption {
	/** Resolves with the signal's name at the first one. */
	readonly first: Promise<NodeJS.Signals>;
	/** Resolves at the second. */
	readonly second: Promise<NodeJS.Signals>;
	release(): void;
}

/** Listens for `signals` from now on. */
export function interruption(
	signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'],
): Interruption {
	const first = Promise.withResolvers<NodeJS.Signals>();
	const second = Promise.withResolvers<NodeJS.Signals>();
	let count = 0;
	const listener = (signal: NodeJS.Signals) => (++count === 1 ? first : second).resolve(signal);
	for (const signal of signals) process.on(signal, listener);
	return {
		first: first.promise,
		second: second.promise,
		release() {
			for (const signal of signals) process.off(signal, listener);
		},
	};
}
