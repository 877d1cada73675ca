import type {Bytes} from '../../base/units.js';
import type {FolderLook} from '../model/folder-look.js';
import type {Span} from '../present/row.js';
import {size} from '../text/format.js';

/** What a folder looks like, in a few words; `wanted`: the bytes that are to go there. */
export function folderWords(look: FolderLook | undefined, wanted?: Bytes): readonly Span[] {
	if (!look) return [];
	const words: Span[] = [];
	const {state, free} = look;
	if (free !== undefined) {
		const isEnough = wanted === undefined || free >= wanted;
		const said = wanted === undefined ? '' : isEnough ? ', enough' : ', too little';
		words.push([`  free ${size(free)}${said}`, isEnough ? 'dim' : 'bad']);
	}
	if (state === 'missing') words.push(['  it is made', 'dim']);
	else if (state === 'read-only') words.push(['  nothing can be written there', 'bad']);
	else if (state === 'no-folder') words.push(['  that is a file', 'bad']);
	return words;
}
