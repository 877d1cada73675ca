import type {TorrentView} from '../../api/snapshot.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {size} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';
import {askWhenSeen} from './unasked.js';

/** Asks whether files that stopped a torrent, and are none of its own, may be overwritten. Names both sizes. */
export function askToOverwrite(screen: ScreenContext, {id, name, inTheWay}: TorrentView): void {
	if (inTheWay === undefined) return;
	const {path, files, size: there, length} = inTheWay;
	const others = files === 1 ? [] : [`and ${files - 1} more ${files === 2 ? 'file' : 'files'}`];
	askWhenSeen(screen, {
		kind: 'ask',
		title: files === 1 ? 'A file of yours is in the way' : `${files} files of yours are in the way`,
		lines: [
			nameText(name),
			terminalText(path),
			`yours ${size(there)}, the torrent's ${size(length)}`,
			...others,
		],
		choices: [
			{
				key: 'o',
				label: files === 1 ? 'overwrite it' : 'overwrite them',
				run: () => screen.send({type: 'torrent.resume', id, overwrite: true}, 'Overwriting.'),
			},
			{
				key: 'l',
				label: 'I moved it away: look again',
				run: () => screen.send({type: 'torrent.resume', id}),
			},
			{key: 'n', label: 'leave everything as it is', run: () => undefined},
		],
		isFragile: true,
	});
}

/** Torrents that have just been stopped by a file in the way. */
export function newlyInTheWay(
	before: readonly TorrentView[] | undefined,
	now: readonly TorrentView[],
): readonly TorrentView[] {
	return now.filter(
		torrent =>
			torrent.inTheWay !== undefined &&
			before?.find(({id}) => id === torrent.id)?.inTheWay?.path !== torrent.inTheWay.path,
	);
}
