import {toHex} from '../../base/hex.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import {hashFunctions} from '../machine/hash-functions.js';
import {encodeResumeData, type ResumeData} from './resume-data.js';

/** What people chose of a torrent and what was counted, and nothing of its data: with it, all that is there is hashed. */
export function choicesOf(resume: ResumeData): ResumeData {
	return {
		...resume,
		have: new Bitfield(resume.have.length),
		partials: [],
		stamps: [],
		peers: [],
		partSize: undefined,
	};
}

/** The same for the same choices. What changes all the time, and can be lost without harm, has no part in it. */
export function choicesKey(resume: ResumeData): string {
	const lasting = {
		...choicesOf(resume),
		queue: 0,
		downloaded: 0,
		uploaded: 0,
		wasted: 0,
		activeTime: 0,
		seedingTime: 0,
	};
	return toHex(hashFunctions.sha1(encodeResumeData(lasting)));
}
