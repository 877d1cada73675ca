import {createServer, type IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import {WebSocketServer} from 'ws';
import type {Clock} from '../../base/ports.js';
import {listenAt} from '../http/listening.js';
import {DroppedFiles} from './dropped-files.js';
import {Visitor} from './visitor.js';
import {type Rights, rightsHeader} from './visitor-message.js';

/** The longest message of a page. */
const longestMessage = 1_048_576;

/** What a server for visitors needs. */
export interface VisitorServerSettings {
	/** Where it listens, for the door alone: in a folder that only its user can use. */
	readonly path: string;
	/** Where dropped files are kept meanwhile; absolute. */
	readonly dropFolder: string;
	readonly clock: Clock;
	/** Somebody has come: shows a screen there. */
	readonly opened: (visitor: Visitor) => void;
}

/** Visitors that the door leads here, over a local socket. */
export interface VisitorServer {
	/** Lets go of everybody. */
	close(): Promise<void>;
}

/** Waits for visitors. Resolves when it listens. */
export async function serveVisitors({
	path,
	dropFolder,
	clock,
	opened,
}: VisitorServerSettings): Promise<VisitorServer> {
	const sockets = new WebSocketServer({noServer: true, maxPayload: longestMessage, perMessageDeflate: false});
	const server = createServer((_request, response) => {
		response.writeHead(426).end();
	});
	server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		socket.on('error', () => socket.destroy());
		const rights: Rights = request.headers[rightsHeader] === 'all' ? 'all' : 'look';
		sockets.handleUpgrade(request, socket, head, webSocket => {
			opened(new Visitor(webSocket, rights, new DroppedFiles(dropFolder), clock));
		});
	});
	await listenAt(server, {path});
	server.on('error', () => {});
	return {
		async close() {
			const closed = new Promise(resolve => server.close(resolve));
			for (const socket of sockets.clients) socket.terminate();
			server.closeAllConnections();
			await closed;
		},
	};
}
