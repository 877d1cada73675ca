import type {Clock, Random} from '../../base/ports.js';
import {EitherTransport} from '../../io/net/either-transport.js';
import type {Sockets} from '../../io/net/sockets.js';
import type {Transport} from '../../io/net/transport.js';
import {UtpTransport} from '../../io/net/utp-transport.js';
import {UtpRefusal} from '../peers/utp-refusal.js';
import type {SessionOptions} from './session-options.js';

/** How peers are reached and reach us: TCP, uTP or both. */
export function composeTransport(
	options: Pick<SessionOptions, 'tcp' | 'utp' | 'dht'>,
	{tcp, udp, datagrams, local}: Pick<Sockets, 'tcp' | 'udp' | 'datagrams' | 'local'>,
	clock: Clock,
	random: Random,
): Transport {
	if (!options.utp) {
		// Who speaks to the port of the DHT may think that uTP is spoken there.
		if (options.dht !== undefined) new UtpRefusal(udp, clock);
		return tcp;
	}
	const utp = new UtpTransport({udp, clock, random, datagrams, local});
	return options.tcp === false ? utp : new EitherTransport(tcp, utp, clock);
}
