import {parentPort} from 'node:worker_threads';
import {ProtocolError} from '../../base/errors.js';
import {fileTable, withoutFiles} from '../../protocol/metainfo/file-table.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {parseMetainfo} from '../../protocol/metainfo/metainfo-reader.js';
import {detached} from '../../protocol/metainfo/path-columns.js';
import {hashFunctions} from '../machine/hash-functions.js';
import type {FromReader, SentFile, SentHead, Span, ToReader} from './messages.js';

/** The thread that reads large .torrent files. What it hears and says is in `messages`. */
const port = parentPort!;

/** So many files are taken over in a few milliseconds. */
const filesAtATime = 1000;

let waiting: SentFile[] = [];
let taken = 0;

port.on('message', (message: ToReader) => {
	if (message.type === 'read') read(message.bytes);
	else more();
});

function say(message: FromReader): void {
	port.postMessage(message);
}

function more(): void {
	const files = waiting.slice(taken, taken + filesAtATime);
	taken += files.length;
	if (taken === waiting.length) waiting = [];
	say({type: 'files', files});
}

function read(bytes: Uint8Array): void {
	let metainfo: Metainfo;
	try {
		metainfo = parseMetainfo(bytes, hashFunctions);
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		const {code, message, bep} = error;
		return say({type: 'fault', code, message, bep});
	}
	const {info, pieceHashes, pieceLayers, ...rest} = withoutFiles(metainfo);
	const {offsets, lengths, flags, pathColumns} = fileTable(metainfo);
	const head: SentHead = {
		...rest,
		info: spanOf(info),
		pieceHashes: pieceHashes && spanOf(pieceHashes),
		pieceLayers: pieceLayers && [...pieceLayers].map(([root, layer]) => [root, spanOf(layer)] as const),
	};
	if (pathColumns !== undefined) {
		say({type: 'head', head, files: 0, columns: {offsets, lengths, flags, paths: detached(pathColumns)}});
		return;
	}
	waiting = metainfo.files.map(({piecesRoot, ...file}) => ({
		...file,
		root: piecesRoot && spanOf(piecesRoot),
	}));
	taken = 0;
	say({type: 'head', head, files: waiting.length, columns: undefined});
}

/** The bytes are all of their buffer. */
function spanOf(view: Uint8Array): Span {
	return [view.byteOffset, view.byteLength];
}
