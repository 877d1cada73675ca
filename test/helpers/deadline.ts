import {setTimeout as sleep} from 'node:timers/promises';

/** The promise's value, or an error naming `what` when it has not come within `ms`. */
export async function within<T>(ms: number, what: string | (() => string), promise: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(
			() => reject(new Error(`${typeof what === 'string' ? what : what()}: not within ${ms / 1000} s`)),
			ms,
		);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** Asks `probe` until it answers something else than undefined, false or null; fails naming `what` after `ms`. */
export async function until<T>(
	what: string | (() => string),
	ms: number,
	probe: () => T | Promise<T>,
	pause = 30,
): Promise<NonNullable<T>> {
	const end = performance.now() + ms;
	for (;;) {
		const answer = await probe();
		if (answer !== undefined && answer !== false && answer !== null) return answer as NonNullable<T>;
		if (performance.now() > end)
			throw new Error(`${typeof what === 'string' ? what : what()}: not within ${ms / 1000} s`);
		await sleep(pause);
	}
}
