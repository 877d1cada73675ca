import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Workspace} from './workspace.ts';

/** A tracker that names one peer, at its own address, to whoever asks. Answers its announce URL. */
export async function namingTracker(
	space: Pick<Workspace, 'defer'>,
	port: number,
	host = '127.0.0.1',
): Promise<string> {
	const peer = Buffer.from([...host.split('.').map(Number), port >> 8, port & 255]);
	const server = createServer((_, response) => {
		const answer = Buffer.concat([Buffer.from('d8:intervali60e5:peers6:'), peer, Buffer.from('e')]);
		response.end(answer);
	});
	await new Promise<void>(resolve => server.listen(0, host, resolve));
	space.defer(() => {
		server.closeAllConnections();
		server.close();
	});
	return `http://${host}:${(server.address() as AddressInfo).port}/announce`;
}
