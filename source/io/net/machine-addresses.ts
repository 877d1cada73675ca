import {networkInterfaces} from 'node:os';

/** The addresses others may know this machine by; loopback and link-local ones left out. */
export function machineAddresses(): string[] {
	return Object.values(networkInterfaces()).flatMap(addresses =>
		(addresses ?? [])
			.filter(({internal, address}) => !internal && !address.startsWith('fe80:'))
			.map(({address}) => address),
	);
}
