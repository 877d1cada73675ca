import type {Clock, Random} from '../../base/ports.js';
import {EitherTransport} from '../../io/net/either-transport.js';
import type {Sockets} from '../../io/net/sockets.js';
import type {Transport} from '../../io/net/transport.js';
import {UtpTransport} from '../../io/net/utp-transport.js';
import {UtpRefusal} from '../peers/utp-refusal.js';
import type {SessionOptions} from './session-options.js';

/** How peers are reached and reach us: TCP, uTP or both. */
export function composeTransport(
	options: Pick<SessionOptions, 'tcp' | 'utp'>,
	{tcp, udp, datagrams, local, proxy}: Pick<Sockets, 'tcp' | 'udp' | 'datagrams' | 'local' | 'proxy'>,
	clock: Clock,
	random: Random,
): Transport {
	if (!options.utp) {
		// Who finds us over TCP may try uTP first. Nobody comes in through a proxy.
		if (proxy === undefined) new UtpRefusal(udp, clock);
		return tcp;
	}
	// An HTTP proxy passes no UDP on.
	if (proxy?.way.address.kind === 'http') return tcp;
	const both = new UtpTransport({udp, clock, random, datagrams, local});
	const utp = proxy === undefined ? both : outwardsOnly(both);
	return options.tcp === false ? utp : new EitherTransport(tcp, utp, clock);
}

/** Nobody comes in through a proxy. */
function outwardsOnly(utp: Transport): Transport {
	return {
		dial: (to, how, events) => utp.dial(to, how, events),
		listen: async () => ({port: 0, close: async () => {}}),
	};
}
