import type {EngineClient} from '../../api/engine-client.js';
import type {TorrentView} from '../../api/snapshot.js';
import type {ExitStatus} from '../../base/errors.js';
import type {Context} from '../arguments/command.js';
import {type Interruption, interruption} from '../transfer/interruption.js';
import {isComplete, plainLine} from '../transfer/plain-line.js';

const every = 10_000;

/** How a torrent stands, as far as it is told at once when it changes. */
function standing(view: TorrentView): string {
	return view.state === 'failed' ? 'failed' : isComplete(view) ? 'complete' : 'under way';
}

/**
 * What a terminal that takes no escape sequences is shown instead of the screen: a line a torrent every 10 s, and one
 * when a torrent is complete or fails, until Ctrl-C. `torrent` is the id of the only one to tell of.
 */
export async function showLines(
	engine: EngineClient,
	torrent: string | undefined,
	{stdout, warn}: Pick<Context, 'stdout' | 'warn'>,
	interrupted: Pick<Interruption, 'first' | 'release'> = interruption(),
): Promise<ExitStatus> {
	let views: readonly TorrentView[] | undefined;
	const told = new Map<string, string>();
	const tell = (shown: readonly TorrentView[]) => {
		for (const view of shown) {
			told.set(view.id, standing(view));
			stdout.write(`${plainLine(view)}\n`);
		}
	};
	stdout.write('this terminal shows lines only (TERM): Ctrl-C leaves, downloads go on\n');
	const timer = setInterval(() => tell(views ?? []), every);
	const watching = engine.watch({interval: 1000, torrents: true}, ({torrents}) => {
		if (!torrents) return;
		const isFirst = views === undefined;
		views = torrents.filter(({id}) => torrent === undefined || id === torrent);
		if (isFirst && views.length === 0) stdout.write('no torrents yet; add one with: tortui add TORRENT\n');
		tell(views.filter(view => isFirst || told.get(view.id) !== standing(view)));
	});
	const unread = new Promise<undefined>(resolve => {
		stdout.on('error', () => resolve(undefined));
	});
	try {
		const why = await Promise.race([engine.closed, interrupted.first.then(() => undefined), unread]);
		if (why === undefined) return 0;
		warn(`${why}; start the engine again with: tortui engine`);
		return 1;
	} finally {
		clearInterval(timer);
		watching.stop();
		interrupted.release();
	}
}
