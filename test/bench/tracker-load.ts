/**
 * Asks a tracker on loopback as fast as it answers, in a process of its own. Arguments: kind (`fill`, `udp`, `http`,
 * `http-keep`), port, seconds. Prints one line of JSON at the end.
 */
import {createSocket} from 'node:dgram';
import {connect, type Socket} from 'node:net';
import {encodeUdpAnnounce, encodeUdpConnect} from '../../source/protocol/tracker/udp.ts';

export const peers = 100_000;
export const torrents = 10_000;
const hosts = 200;
/** UDP requests under way, of each of so many sockets. */
const sockets = 16;
const window = 8;
const connections = 32;

export function infoHashOf(torrent: number): Uint8Array {
	const infoHash = new Uint8Array(20);
	new DataView(infoHash.buffer).setUint32(16, Math.imul(torrent + 1, 0x9e3779b1));
	return infoHash;
}

/** Peer n of all: its torrent, host and port never change. */
function requestOf(n: number) {
	return {
		infoHash: infoHashOf(n % torrents),
		peerId: new Uint8Array(20).fill(n & 255),
		port: 1000 + Math.floor(n / hosts),
		uploaded: 0,
		downloaded: 0,
		left: n % 3,
		key: n,
		numwant: 50,
	};
}

const hostOf = (n: number): string => `127.1.${n % hosts}.1`;

/** One connected UDP socket per host that asks for its peers one after the other, some at a time. */
function overUdp(
	port: number,
	socketCount: number,
	next: (host: number) => number | undefined,
): Promise<number> {
	let answers = 0;
	const one = (host: number): Promise<void> =>
		new Promise(resolve => {
			const socket = createSocket('udp4');
			let open = 0;
			let id: bigint | undefined;
			let isOver = false;
			const ask = (): void => {
				const n = isOver ? undefined : next(host);
				if (n === undefined) {
					if (open === 0 && !isOver) {
						isOver = true;
						clearInterval(timer);
						socket.close(() => resolve());
					}
					return;
				}
				open++;
				socket.send(encodeUdpAnnounce(id!, n, requestOf(n)));
			};
			let heardAt = performance.now();
			// What is lost on the way is asked for no more.
			const timer = setInterval(() => {
				if (performance.now() - heardAt < 300) return;
				if (id === undefined) socket.send(encodeUdpConnect(host));
				else {
					open = 0;
					for (let n = 0; n < window; n++) ask();
				}
			}, 300);
			socket.on('message', bytes => {
				heardAt = performance.now();
				if (bytes[3] === 0) {
					id = bytes.readBigUInt64BE(8);
					for (let n = 0; n < window; n++) ask();
					return;
				}
				if (bytes[3] !== 1) throw new Error(bytes.toString('latin1'));
				answers++;
				open = Math.max(0, open - 1);
				ask();
			});
			socket.bind(0, hostOf(host), () => {
				socket.connect(port, '127.0.0.1', () => socket.send(encodeUdpConnect(host)));
			});
		});
	return Promise.all(Array.from({length: socketCount}, (_, host) => one(host))).then(() => answers);
}

/** Every peer from a host of its own, as in the world: 127.a.b.c, once each. Answers how many were answered. */
async function fill(port: number): Promise<number> {
	let answers = 0;
	let n = 0;
	const one = async (): Promise<void> => {
		while (n < peers) {
			const peer = n++;
			const host = `127.${2 + (peer >> 16)}.${(peer >> 8) & 255}.${peer & 255}`;
			await new Promise<void>(resolve => {
				const socket = createSocket('udp4');
				const timer = setTimeout(() => socket.close(() => resolve()), 1000);
				socket.on('message', bytes => {
					if (bytes[3] === 0) {
						socket.send(encodeUdpAnnounce(bytes.readBigUInt64BE(8), peer, requestOf(peer)));
						return;
					}
					if (bytes[3] === 1) answers++;
					clearTimeout(timer);
					socket.close(() => resolve());
				});
				socket.on('error', () => {});
				socket.bind(0, host, () => {
					socket.connect(port, '127.0.0.1', () => socket.send(encodeUdpConnect(peer)));
				});
			});
		}
	};
	await Promise.all(Array.from({length: 64}, one));
	return answers;
}

function encoded(bytes: Uint8Array): string {
	return [...bytes].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function queryOf(n: number): string {
	const {infoHash, peerId, port, left} = requestOf(n);
	return `/announce?info_hash=${encoded(infoHash)}&peer_id=${encoded(peerId)}&port=${port}&uploaded=0&downloaded=0&left=${left}&corrupt=0&key=0A1B2C3D&numwant=50&compact=1&no_peer_id=1`;
}

function overHttp(port: number, keepsAlive: boolean, next: () => number | undefined): Promise<number> {
	let answers = 0;
	const one = (host: number): Promise<void> =>
		new Promise(resolve => {
			let socket: Socket | undefined;
			const ask = (): void => {
				const n = next();
				if (n === undefined) {
					socket?.destroy();
					resolve();
					return;
				}
				const text = `GET ${queryOf(n)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: bench/1.0\r\nAccept-Encoding: gzip\r\nConnection: ${keepsAlive ? 'keep-alive' : 'close'}\r\n\r\n`;
				if (!socket || socket.destroyed) {
					const opened = connect({port, host: '127.0.0.1', localAddress: hostOf(host), noDelay: true});
					socket = opened;
					let heard = false;
					opened.on('data', bytes => {
						if (bytes.includes('8:interval')) {
							answers++;
							heard = true;
							if (keepsAlive && !bytes.includes('Connection: close')) ask();
						}
					});
					opened.on('error', () => {});
					opened.on('close', () => {
						if (socket !== opened) return;
						socket = undefined;
						if (heard || !keepsAlive) ask();
						else setTimeout(ask, 10);
					});
				}
				socket.write(text);
			};
			ask();
		});
	return Promise.all(Array.from({length: connections}, (_, host) => one(host))).then(() => answers);
}

if (process.argv[1]?.endsWith('tracker-load.ts')) {
	const [, , kind = '', port, seconds] = process.argv;
	const end = performance.now() + Number(seconds) * 1000;
	let n = 0;
	const endless = (host: number): number | undefined =>
		performance.now() > end ? undefined : (host + (n++ % (peers / hosts)) * hosts) % peers;
	const started = performance.now();
	const answers =
		kind === 'fill'
			? await fill(Number(port))
			: kind === 'udp'
				? await overUdp(Number(port), sockets, endless)
				: await overHttp(Number(port), kind === 'http-keep', () =>
						performance.now() > end ? undefined : (n++ * 97) % peers,
					);
	console.log(JSON.stringify({answers, seconds: (performance.now() - started) / 1000}));
	process.exit();
}
