// The files of a folder on loopback, as a web seed gives them: node file-server.js DIR PORT
import {createReadStream, statSync} from 'node:fs';
import {createServer} from 'node:http';
import {basename, join} from 'node:path';
import process from 'node:process';

const [dir, port] = process.argv.slice(2);
const server = createServer((request, response) => {
	const path = join(dir, basename(decodeURIComponent(new URL(request.url, 'http://localhost').pathname)));
	let size;
	try {
		({size} = statSync(path));
	} catch {
		return response.writeHead(404).end();
	}
	const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
	const start = Number(from ?? 0);
	const end = Math.min(to ? Number(to) : size - 1, size - 1);
	const isPart = from !== undefined;
	response.writeHead(isPart ? 206 : 200, {
		'content-length': end - start + 1,
		'accept-ranges': 'bytes',
		...(isPart && {'content-range': `bytes ${start}-${end}/${size}`}),
	});
	if (request.method === 'HEAD') return response.end();
	createReadStream(path, {start, end, highWaterMark: 256 * 1024}).pipe(response);
});
server.listen(Number(port), '127.0.0.1', () => console.log('READY'));
