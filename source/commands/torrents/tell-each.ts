import type {TorrentView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {Context} from '../arguments/command.js';
import {oneByOne} from '../engine-process/one-by-one.js';

/** What came of something that was done to a torrent. */
export interface Outcome {
	/** Lines for people; nothing when left out. */
	readonly text?: string;
	/** Further fields for scripts. */
	readonly facts?: Readonly<Record<string, unknown>>;
}

/**
 * Does the same to each torrent, as `oneByOne`. With `json` each has a line on standard output: `infoHash`, `name`, `ok`,
 * and `code` and `error` where it was refused.
 */
export async function tellEach(
	torrents: readonly TorrentView[],
	task: (torrent: TorrentView) => Promise<Outcome | undefined>,
	{json}: {readonly json: boolean},
	{stdout, warn}: Pick<Context, 'stdout' | 'warn'>,
): Promise<void> {
	const say = (line: string) => void stdout.write(`${line}\n`);
	const one = async (torrent: TorrentView): Promise<void> => {
		const about = {infoHash: torrent.id, name: torrent.name};
		try {
			const {text, facts} = (await task(torrent)) ?? {};
			if (json) say(terminalJson({...about, ok: true, ...facts}));
			else if (text !== undefined) say(text);
		} catch (error) {
			if (json && error instanceof UserError)
				say(terminalJson({...about, ok: false, code: error.code, error: error.message}));
			throw error;
		}
	};
	await oneByOne(torrents, one, {warn});
}
