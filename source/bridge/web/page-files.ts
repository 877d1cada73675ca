import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {type HttpAnswer, HttpRefusal, type HttpRequest, type HttpRoute} from '../http/http-route.js';

/** What the page is made of: its paths, and what each is. They stand compressed in the folder, `.gz` behind their names. */
const files: ReadonlyMap<string, readonly [name: string, type: string]> = new Map([
	['/', ['index.html', 'text/html; charset=utf-8']],
	['/page.js', ['page.js', 'text/javascript; charset=utf-8']],
	['/page.css', ['page.css', 'text/css; charset=utf-8']],
	['/icon.svg', ['icon.svg', 'image/svg+xml']],
	['/page.webmanifest', ['page.webmanifest', 'application/manifest+json']],
]);

/**
 * What a browser lets the page do: nothing that does not come from here, and no script that stands in it. The terminal
 * draws with styles that it writes itself.
 */
const policy = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self' 'unsafe-inline'",
	"img-src 'self' data:",
	"connect-src 'self'",
	"manifest-src 'self'",
	"base-uri 'none'",
	"form-action 'self'",
	"frame-ancestors 'none'",
].join('; ');

const headers = {
	'Content-Security-Policy': policy,
	'Referrer-Policy': 'no-referrer',
	'X-Frame-Options': 'DENY',
	'Cross-Origin-Opener-Policy': 'same-origin',
	'Cross-Origin-Resource-Policy': 'same-origin',
	'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
};

interface PageFile {
	readonly packed: Buffer;
	/** The same unpacked, once somebody wanted it so. */
	plain?: Buffer;
	readonly tag: string;
}

/** The page of the web screen. It holds no secret: whoever asks gets it. */
export class PageFiles implements HttpRoute {
	readonly isPublic = true;
	readonly #folder: string;
	readonly #read = new Map<string, PageFile>();

	/** @param folder where they were built to; absolute */
	constructor(folder: string) {
		this.#folder = folder;
	}

	handles(path: string): boolean {
		return files.has(path);
	}

	async answer(request: HttpRequest): Promise<HttpAnswer> {
		if (request.method !== 'GET' && request.method !== 'HEAD')
			throw new HttpRefusal(405, 'it can only be read', {Allow: 'GET, HEAD'});
		const [name, type] = files.get(request.path)!;
		const file = await this.#file(name);
		const {packed, tag} = file;
		const caching = {...headers, ETag: tag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding'};
		if (request.header('if-none-match') === tag) return {status: 304, headers: caching};
		if (!/\bgzip\b(?!\s*;\s*q=0)/i.test(request.header('accept-encoding') ?? ''))
			return {status: 200, type, body: plain(file), headers: caching};
		return {status: 200, type, body: packed, headers: {...caching, 'Content-Encoding': 'gzip'}};
	}

	async #file(name: string): Promise<PageFile> {
		const known = this.#read.get(name);
		if (known) return known;
		let packed: Buffer;
		try {
			packed = await readFile(join(this.#folder, `${name}.gz`));
		} catch {
			throw new HttpRefusal(503, `the page is missing from this installation: ${name}`);
		}
		const file = {packed, tag: `"${createHash('sha256').update(packed).digest('hex').slice(0, 16)}"`};
		this.#read.set(name, file);
		return file;
	}
}

function plain(file: PageFile): Buffer {
	file.plain ??= gunzipSync(file.packed);
	return file.plain;
}
