import {Resolver} from 'node:dns/promises';
import type {Millis} from '../../base/units.js';
import type {LookUpHost} from './host-resolver.js';
import {inHosts, readHostsFile} from './hosts-file.js';
import {familyOf, type LocalAddresses} from './local-addresses.js';
import {type NameServers, nameServerHost, usableNameServers} from './name-servers.js';

const queryTime: Millis = 3000;

export interface BoundResolverOptions {
	readonly local: LocalAddresses;
	/** Who is asked, `192.0.2.1` or `192.0.2.1:53`; none for those this machine is configured to ask. */
	readonly servers: readonly string[];
	/** Told once, when only resolvers of this machine are left to ask. */
	readonly stubs?: ((servers: readonly string[]) => void) | undefined;
	readonly find?: (local: LocalAddresses) => Promise<NameServers>;
	readonly hosts?: () => Promise<string>;
}

/**
 * Looks up names from the addresses we are bound to, by our own questions: the system's resolver asks from whatever address
 * it likes. What stands in the file of hosts is known without asking. Rejects while the interface is gone, and when no
 * name server can be reached by it.
 */
export function boundLookUp({
	local,
	servers,
	stubs,
	find = usableNameServers,
	hosts = readHostsFile,
}: BoundResolverOptions): LookUpHost {
	let isTold = false;
	const serversNow = async (): Promise<readonly string[]> => {
		if (servers.length > 0) {
			const reached = servers.filter(server => local.reaches(familyOf(nameServerHost(server))));
			if (reached.length > 0) return reached;
			throw new Error('no name server of --dns-server is of a family that we have an address of');
		}
		const found = await find(local);
		if (!isTold && found.stubs.length > 0 && found.stubs.length === found.usable.length) {
			isTold = true;
			stubs?.(found.stubs);
		}
		if (found.usable.length > 0) return found.usable;
		throw new Error(`no name server is reached by ${local.watched}: name one with --dns-server`);
	};
	return async name => {
		if (local.gone !== undefined) throw new Error(local.gone);
		const known = inHosts(await hosts(), name.toLowerCase());
		if (known.length > 0) return known;
		const asked = await serversNow();
		if (local.gone !== undefined) throw new Error(local.gone);
		const resolver = new Resolver({timeout: queryTime, tries: 2});
		resolver.setServers(asked);
		resolver.setLocalAddress(local.from(4) ?? '0.0.0.0', local.from(6) ?? '::0');
		const forget = local.keep(undefined, () => resolver.cancel());
		try {
			const answers = await Promise.allSettled([
				local.reaches(4) ? resolver.resolve4(name) : [],
				local.reaches(6) ? resolver.resolve6(name) : [],
			]);
			const found = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
			if (found.length > 0) return found;
			if (local.gone !== undefined) throw new Error(local.gone);
			const failed = answers.find(answer => answer.status === 'rejected');
			throw failed?.reason ?? Object.assign(new Error('no such host'), {code: 'ENOTFOUND'});
		} finally {
			forget();
		}
	};
}
