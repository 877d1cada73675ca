import type {Bytes} from '../../../base/units.js';
import type {RawHttpResponse} from '../../../protocol/tracker/http-response.js';

/** gzip's first three bytes: some servers send it without saying so, and nothing else we ask for begins like that. */
function looksGzipped(body: Uint8Array): boolean {
	return body[0] === 0x1f && body[1] === 0x8b && body[2] === 8;
}

/** The body of an answer as it was before it was compressed. Rejects when it is longer than `maximum`, or broken. */
export async function inflateBody({headers, body}: RawHttpResponse, maximum: Bytes): Promise<Uint8Array> {
	const encoding = headers.get('content-encoding')?.toLowerCase() || 'identity';
	if (body.length === 0 || (encoding === 'identity' && !looksGzipped(body))) return body;
	if (!['identity', 'gzip', 'x-gzip', 'deflate'].includes(encoding)) {
		throw new Error(`the answer is encoded as ${encoding.slice(0, 20).replace(/[^\w-]/g, '?')}`);
	}
	const {unzip} = await import('node:zlib');
	return new Promise((resolve, reject) => {
		unzip(body, {maxOutputLength: maximum}, (error, inflated) => {
			if (!error) return resolve(inflated);
			const {code} = error as NodeJS.ErrnoException;
			if (code === 'ERR_BUFFER_TOO_LARGE') reject(new Error(`the answer is longer than ${maximum} bytes`));
			else reject(new Error('the answer is broken gzip'));
		});
	});
}
