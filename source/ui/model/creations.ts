import type {CreationView} from '../../api/creation.js';

/** Whether nothing more happens to a torrent that was being made. */
export function isOver({state}: CreationView): boolean {
	return state === 'done' || state === 'failed';
}
