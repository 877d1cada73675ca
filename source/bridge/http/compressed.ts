import {promisify} from 'node:util';
import {gzip} from 'node:zlib';
import type {HttpAnswer} from './http-route.js';

const compress = promisify(gzip);
/** Less fits into a packet or two as it is. */
const least = 2048;
const compressible = /^(?:text\/|application\/(?:json|javascript|manifest\+json|xml)|image\/svg)/i;

/**
 * The bytes of an answer's body, compressed for whoever takes that; the headers then say so. Quickly rather than well: it
 * is asked for again and again, over a short way.
 */
export async function compressed(
	{body = '', type = ''}: HttpAnswer,
	accepted: string | undefined,
	headers: Record<string, string | readonly string[]>,
): Promise<Uint8Array> {
	const bytes = typeof body === 'string' ? Buffer.from(body) : body;
	if (bytes.length < least || !compressible.test(type) || headers['Content-Encoding'] !== undefined)
		return bytes;
	headers['Vary'] ??= 'Accept-Encoding';
	if (!takesGzip(accepted ?? '')) return bytes;
	headers['Content-Encoding'] = 'gzip';
	return compress(bytes, {level: 1});
}

/** RFC 9110, section 12.5.3. */
function takesGzip(accepted: string): boolean {
	const offers = accepted
		.toLowerCase()
		.split(',')
		.map(offer => offer.trim().split(/\s*;\s*/));
	const found =
		offers.find(([name]) => name === 'gzip' || name === 'x-gzip') ?? offers.find(([name]) => name === '*');
	return found !== undefined && !found.some(part => /^q=0(?:\.0*)?$/.test(part));
}
