import type {FoldersView} from '../../api/folders-view.js';
import {percent} from '../text/format.js';
import {fitMiddle, terminalText} from '../text/text.js';
import type {Row} from './row.js';

/** Cells for the name of a folder or of what is hashed. */
const nameCells = 28;

function named(text: string): string {
	return fitMiddle(terminalText(text), nameCells).trimEnd();
}

/** What goes on with folders in a few words: which one is gone, what is being hashed and how much is to come. */
export function folderNote(folders: FoldersView | undefined): Row {
	const {shared = [], watched = []} = folders ?? {};
	const gone = [...shared, ...watched].find(({state}) => state === 'gone');
	const hashing = shared.find(folder => folder.hashing)?.hashing;
	const queued = shared.reduce((sum, folder) => sum + folder.queued, 0);
	return [
		...(gone === undefined ? [] : [[`   ${named(gone.dir)} is gone`, 'warn'] as const]),
		...(hashing === undefined
			? []
			: [
					['   hashing ', 'faint'] as const,
					[`${named(hashing.name)} ${percent(hashing.done, hashing.length, 0)}`, 'dim'] as const,
				]),
		...(hashing === undefined || queued === 0 ? [] : [[`  ${queued} to come`, 'faint'] as const]),
	];
}
