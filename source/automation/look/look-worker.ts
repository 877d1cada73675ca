import {parentPort} from 'node:worker_threads';
import {FolderGone} from './folder-look.js';
import {lookAtFolder} from './look-at-folder.js';
import type {LookAnswer, LookRequest} from './look-messages.js';

/** So many are told at once: who takes them does other things between. */
const atATime = 1000;

const port = parentPort!;
const say = (answer: LookAnswer): void => port.postMessage(answer);

port.on('message', ({id, dir, rules, digest}: LookRequest) => {
	try {
		const {entries, ...look} = lookAtFolder(dir, rules);
		if (look.digest === digest) return say({id, type: 'same'});
		for (let at = 0; at < entries.length; at += atATime)
			say({id, type: 'entries', entries: entries.slice(at, at + atATime)});
		say({id, type: 'look', look});
	} catch (error) {
		const isGone = error instanceof FolderGone;
		say({id, type: 'gone', why: isGone ? error.message : `it cannot be read: ${(error as Error).message}`});
	}
});
