// Peers that have nothing and stay: each tells of a piece every second once it is told to, and takes what it is let have.
// The arguments: the port of the one they meet, how many they are, how many pieces there are.
import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {handshake, have, interested, message, request, unchoke} from '../../helpers/raw-peer.ts';

const [port = 0, count = 0, pieces = 0] = process.argv.slice(2).map(Number);
const sockets: Socket[] = [];
const letHave = new Set<Socket>();
const [{hashes}] = (await once(process, 'message')) as [{hashes: string[]}];

/** Reads what ids of messages come, and forgets the rest. */
function listen(socket: Socket): void {
	let skipped = 68;
	let head = Buffer.alloc(0);
	socket.on('data', (chunk: Buffer) => {
		let at = 0;
		while (at < chunk.length) {
			if (skipped > 0) {
				const some = Math.min(skipped, chunk.length - at);
				skipped -= some;
				at += some;
				continue;
			}
			const some = Math.min(5 - head.length, chunk.length - at);
			head = Buffer.concat([head, chunk.subarray(at, at + some)]);
			at += some;
			if (head.length >= 4 && head.readUInt32BE() === 0) {
				at -= head.length - 4;
				head = Buffer.alloc(0);
			} else if (head.length === 5) {
				if (head[4] === unchoke) letHave.add(socket);
				else if (head[4] === 0) letHave.delete(socket);
				skipped = head.readUInt32BE() - 1;
				head = Buffer.alloc(0);
			}
		}
	});
}

for (let n = 0; n < count; n++) {
	const socket = connect(port, '127.0.0.1');
	socket.on('error', () => {});
	await once(socket, 'connect');
	socket.write(
		Buffer.concat([handshake(Buffer.from(hashes[n % hashes.length]!, 'hex')), message(interested)]),
	);
	listen(socket);
	sockets.push(socket);
}

await once(process, 'message');
let round = 0;
setInterval(() => {
	round++;
	for (const [n, socket] of sockets.entries()) {
		if (socket.destroyed) continue;
		socket.write(message(have, (n + round) % (pieces - 1)));
		if (letHave.has(socket)) socket.write(message(request, pieces - 1, 0, 16_384));
	}
}, 1000);
