import {createReadStream} from 'node:fs';
import {readFile, realpath, stat} from 'node:fs/promises';
import {extname, join, sep} from 'node:path';
import {pipeline} from 'node:stream';
import {type HttpAnswer, HttpRefusal, type HttpRequest, type HttpRoute} from './http-route.js';

const types: Readonly<Record<string, string>> = {
	'.css': 'text/css; charset=utf-8',
	'.gif': 'image/gif',
	'.htm': 'text/html; charset=utf-8',
	'.html': 'text/html; charset=utf-8',
	'.ico': 'image/vnd.microsoft.icon',
	'.jpg': 'image/jpeg',
	'.js': 'text/javascript; charset=utf-8',
	'.json': 'application/json; charset=utf-8',
	'.map': 'application/json; charset=utf-8',
	'.mjs': 'text/javascript; charset=utf-8',
	'.png': 'image/png',
	'.svg': 'image/svg+xml',
	'.txt': 'text/plain; charset=utf-8',
	'.wasm': 'application/wasm',
	'.webmanifest': 'application/manifest+json',
	'.woff': 'font/woff',
	'.woff2': 'font/woff2',
};

/** Larger ones are no part of a page, and are sent as they are read. */
const largestWhole = 4 * 1024 * 1024;

/** The files of a folder, for browsers. What is outside of it, also through links, and what begins with a dot is not there. */
export class StaticFiles implements HttpRoute {
	readonly #prefix: string;
	readonly #dir: string;

	/** @param prefix the paths it answers for, `/web/`: what follows is below `dir`, an absolute path */
	constructor(prefix: string, dir: string) {
		this.#prefix = prefix;
		this.#dir = dir;
	}

	handles(path: string): boolean {
		return path.startsWith(this.#prefix) || `${path}/` === this.#prefix;
	}

	async answer(request: HttpRequest): Promise<HttpAnswer> {
		if (request.method !== 'GET' && request.method !== 'HEAD')
			throw new HttpRefusal(405, 'files are only read', {Allow: 'GET, HEAD'});
		// Relative names in a page are below it only with the slash.
		if (!request.path.startsWith(this.#prefix))
			throw new HttpRefusal(301, 'with a slash', {Location: `${request.path.split('/').at(-1)}/`});
		const {path, size, mtime} = await this.#find(request.path.slice(this.#prefix.length));
		const tag = `"${size.toString(36)}-${Math.floor(mtime).toString(36)}"`;
		const headers = {ETag: tag, 'Cache-Control': 'no-cache'};
		if (request.header('if-none-match') === tag) return {status: 304, headers};
		const type = types[extname(path).toLowerCase()] ?? 'application/octet-stream';
		if (size <= largestWhole) return {status: 200, type, headers, body: await readFile(path)};
		return {
			status: 200,
			type,
			headers: {...headers, 'Content-Length': String(size)},
			stream: sink => void pipeline(createReadStream(path, {end: size - 1}), sink, () => undefined),
		};
	}

	async #find(name: string): Promise<{readonly path: string; readonly size: number; readonly mtime: number}> {
		const nothing = () => new HttpRefusal(404, 'nothing is here');
		if (name.split('/').some(part => part.startsWith('.'))) throw nothing();
		try {
			const root = await realpath(this.#dir);
			const path = await realpath(join(root, name === '' || name.endsWith('/') ? `${name}index.html` : name));
			if (!path.startsWith(`${root}${sep}`)) throw nothing();
			const stats = await stat(path);
			if (!stats.isFile()) throw nothing();
			return {path, size: stats.size, mtime: stats.mtimeMs};
		} catch {
			throw nothing();
		}
	}
}
