import type {Clock} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {HttpClient} from '../../io/net/http/http-client.js';

const timeout: Millis = 30_000;
/** Before each further try. */
const waits: readonly Millis[] = [2000, 10_000, 60_000];
/** Of an answer, which nobody reads. */
const longestAnswer: Bytes = 1_048_576;

/** How telling a server ended: undefined when it was told, else why not. */
export type PostEnd = {readonly name: 'told' | 'stopped'} | {readonly name: 'failed'; readonly why: string};

/** Whether it may go better another time. */
const isPassing = (status: number) => status === 408 || status === 425 || status === 429 || status >= 500;

/** Tells a server, by POST; when that goes wrong it is tried three times more, after 2 s, 10 s and 60 s. */
export async function postHook(
	url: string,
	body: string,
	{http, clock, signal}: {readonly http: HttpClient; readonly clock: Clock; readonly signal: AbortSignal},
): Promise<PostEnd> {
	for (let tries = 0; ; tries++) {
		let why: string;
		let isOver = false;
		try {
			const {status} = await http.get(url, {
				maximumBody: longestAnswer,
				timeout,
				signal,
				post: {headers: {'Content-Type': 'application/json'}, body},
				stream: () => {},
			});
			if (status >= 200 && status < 300) return {name: 'told'};
			why = `it answers ${status}`;
			isOver = !isPassing(status);
		} catch (error) {
			why = (error as Error).message;
		}
		if (signal.aborted) return {name: 'stopped'};
		const wait = waits[tries];
		if (isOver || wait === undefined) return {name: 'failed', why};
		await pause(clock, wait, signal);
		if (signal.aborted) return {name: 'stopped'};
	}
}

function pause(clock: Clock, time: Millis, signal: AbortSignal): Promise<void> {
	return new Promise(resolve => {
		const over = (): void => {
			timer.clear();
			signal.removeEventListener('abort', over);
			resolve();
		};
		const timer = clock.after(time, over);
		signal.addEventListener('abort', over);
	});
}
