import type {Writable} from 'node:stream';
import type {Bytes} from '../../base/units.js';
import {type HttpAnswer, HttpRefusal, type HttpRequest} from '../http/http-route.js';
import {readRange} from './byte-range.js';
import {contentType} from './content-type.js';
import type {FileReading, FileStream} from './file-stream.js';

/** What is read at a time: one reader holds so much in memory. */
const chunk: Bytes = 131_072;

/**
 * Answers a request for a file that is streamed, or a part of it: as fast as it comes and its reader takes it. What is
 * sent is verified, so a file that is not there yet is waited for.
 *
 * @param tag what tells this content from all others
 */
export function streamAnswer(
	request: HttpRequest,
	stream: FileStream,
	tag: string,
	opened: (reading: FileReading) => void,
): HttpAnswer {
	const {method} = request;
	if (method !== 'GET' && method !== 'HEAD')
		throw new HttpRefusal(405, 'it can only be read', {Allow: 'GET, HEAD'});
	const {length, path} = stream.file;
	const common = {
		'Accept-Ranges': 'bytes',
		ETag: tag,
		'Cache-Control': 'private, no-cache',
	};
	if (isNamed(request.header('if-none-match'), tag)) return {status: 304, headers: common};
	const condition = request.header('if-range');
	const range =
		condition === undefined || condition.trim() === tag
			? readRange(request.header('range'), length)
			: 'whole';
	if (range === undefined)
		throw new HttpRefusal(416, `there is no such part: it has ${length} bytes`, {
			'Content-Range': `bytes */${length}`,
		});
	const {start, end} = range === 'whole' ? {start: 0, end: length} : range;
	return {
		status: range === 'whole' ? 200 : 206,
		type: contentType(path.at(-1) ?? ''),
		headers: {
			...common,
			'Content-Length': String(end - start),
			...(range !== 'whole' && {'Content-Range': `bytes ${start}-${end - 1}/${length}`}),
		},
		stream(sink) {
			const reading = stream.open(start);
			opened(reading);
			void pour(reading, end - start, sink);
		},
	};
}

/** RFC 9110, section 13.1.2. */
function isNamed(header: string | undefined, tag: string): boolean {
	if (header === undefined) return false;
	return header.split(',').some(part => [tag, `W/${tag}`, '*'].includes(part.trim()));
}

/** Sends so many bytes of what follows, for as long as somebody takes them. */
async function pour(reading: FileReading, length: Bytes, sink: Writable): Promise<void> {
	sink.once('close', () => reading.close());
	try {
		for (let left = length; left > 0; ) {
			const bytes = await reading.next(Math.min(left, chunk));
			if (bytes === undefined) break;
			left -= bytes.length;
			if (left === 0) return void sink.end(bytes);
			if (!sink.write(bytes)) await taken(sink);
		}
		// What was promised does not come: whoever reads is to know.
		if (length === 0) sink.end();
		else sink.destroy();
	} catch {
		sink.destroy();
	} finally {
		reading.close();
	}
}

/** Resolves when there is room for more, or nobody reads. */
function taken(sink: Writable): Promise<void> {
	return new Promise(resolve => {
		const over = (): void => {
			sink.off('drain', over).off('close', over);
			resolve();
		};
		sink.once('drain', over).once('close', over);
		if (sink.destroyed) over();
	});
}
