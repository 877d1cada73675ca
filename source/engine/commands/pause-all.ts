import type {QueueManager} from '../session/queue-manager.js';
import type {Torrent} from '../torrent/torrent.js';

/** Pauses everything that runs or waits to, and knows it from what a person has paused by hand. */
export function pauseAll(torrents: Iterable<Torrent>): void {
	for (const torrent of [...torrents]) {
		// One that failed stands still already, and would lose the reason.
		const stands = !torrent.settings.wanted || torrent.goal.reached || torrent.activity.name === 'failed';
		if (!stands) torrent.post({type: 'pause', withAll: true});
	}
}

/**
 * Lets everything go on that was paused together; when nothing was, all that is paused. What stands still because its
 * seeding goal is reached stays so.
 */
export function resumeAll(queue: QueueManager): void {
	const {order} = queue;
	const held = order.filter(torrent => torrent.settings.heldWithAll);
	const resumed = held.length > 0 ? held : order.filter(torrent => !torrent.goal.reached);
	const planned = queue.hold();
	for (const torrent of resumed) queue.start(torrent, 'quick');
	planned();
}
