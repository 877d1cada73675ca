import type {Millis} from '../../base/units.js';
import {isOver} from '../model/creations.js';
import {standsStill} from '../model/stands-still.js';
import type {ScreenContext} from '../screen/screen-context.js';

/** The engine has so long to say what is at work before leaving asks anyway. */
const answerTime: Millis = 1000;

/** Leaves, or asks whether downloads, and torrents that are being made, shall go on when some are at work. */
export function quit(screen: ScreenContext): void {
	// Who only looks in takes nothing along, and comes back the same way.
	if (screen.visiting) return screen.leave({how: 'detach'});
	let isOpen = false;
	const open = () => {
		if (!isOpen) screen.setDialog({kind: 'quit'});
		isOpen = true;
	};
	// An engine that hangs must not keep anybody here.
	const late = screen.clock.after(answerTime, open);
	// The list may not be watched now, so the engine is asked what is at work.
	screen.client.send({type: 'session.list'}).then(
		({torrents = []}) => {
			late.clear();
			if (isOpen) return;
			const isMaking = screen.state().model.creations?.some(creation => !isOver(creation));
			if (torrents.every(standsStill) && !isMaking) screen.leave({how: screen.stays ? 'detach' : 'stop'});
			else open();
		},
		() => {
			late.clear();
			open();
		},
	);
}
