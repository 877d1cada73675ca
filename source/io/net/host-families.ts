import {addressScope, parseIp} from '../../base/ip-address.js';
import type {LookUpHost} from './host-resolver.js';
import {familyOf, type IpFamily, type LocalAddresses} from './local-addresses.js';

/**
 * In which families a host can be spoken to from here, IPv4 first. On this machine itself one is as good as the other:
 * then it is one.
 *
 * @returns at least one; rejects when the host has no address, or none that can be reached
 */
export async function hostFamilies(
	host: string,
	lookUp: LookUpHost,
	local: Pick<LocalAddresses, 'reaches'>,
): Promise<readonly IpFamily[]> {
	const addresses = (await lookUp(host)).filter(address => local.reaches(familyOf(address)));
	const families = ([4, 6] as const).filter(family =>
		addresses.some(address => familyOf(address) === family),
	);
	if (families.length === 0) throw new Error('it has no address we can send from');
	const isHere = addresses.some(address => {
		const ip = parseIp(address);
		return ip !== undefined && addressScope(ip) === 'loopback';
	});
	return isHere ? families.slice(0, 1) : families;
}
