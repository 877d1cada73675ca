import type {Socket} from 'node:net';

/** What Node has below a socket: a handle that can be reset, or one of TLS upon such a one. */
interface Handle {
	readonly reset?: (done: () => void) => void;
	readonly _parent?: Handle;
}

/**
 * Ends a connection with everything that the system has still to send: it says one last time that it is over, and repeats
 * neither that nor any data. Node's own way waits until all is sent, which may be never when there is no way any more.
 *
 * @param error told to those who listen; none when left out
 */
export function resetSocket(socket: Socket, error?: Error): void {
	const inside = socket as unknown as {readonly _handle?: Handle | null; resetAndClosing?: boolean};
	const handle = inside._handle;
	// One that is being made has sent nothing but that it wants to be.
	if (!socket.connecting && !socket.destroyed && handle) {
		if (handle.reset !== undefined) inside.resetAndClosing = true;
		else handle._parent?.reset?.(() => {});
	}
	socket.destroy(error);
}
