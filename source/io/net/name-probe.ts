import {lookup, Resolver} from 'node:dns/promises';
import type {Millis} from '../../base/units.js';
import {inHosts, readHostsFile} from './hosts-file.js';

/** What a probe asks: the machine's own unless a test says otherwise. */
export interface ProbeGround {
	/** `192.0.2.1:53`; those that the machine is configured to ask when left out. */
	readonly servers?: readonly string[];
	/** The system's resolver, which knows more than name servers do. */
	readonly system: (name: string) => Promise<readonly string[]>;
	/** What stands in the machine's file of hosts. */
	readonly hosts: () => Promise<string>;
}

const machine: ProbeGround = {
	system: async name => (await lookup(name, {all: true})).map(({address}) => address),
	hosts: readHostsFile,
};

/**
 * Looks up a name within a time, and leaves nothing behind: the system's resolver, once asked, holds a thread for as long as
 * no name server answers, and the process until then. It is asked only when these answer. Rejects with the system's error,
 * `ETIMEOUT` when nobody answers.
 */
export async function probeName(
	name: string,
	time: Millis,
	{servers, system, hosts}: ProbeGround = machine,
): Promise<readonly string[]> {
	const known = inHosts(await hosts(), name.toLowerCase());
	if (known.length > 0) return known;
	const resolver = new Resolver({timeout: time, tries: 1});
	if (servers !== undefined) resolver.setServers(servers);
	const late = setTimeout(() => resolver.cancel(), time);
	try {
		const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
		const found = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
		if (found.length > 0) return found;
		const silent = answers.some(
			answer =>
				answer.status === 'rejected' &&
				/^E?(?:TIMEOUT|CANCELLED)$/.test((answer.reason as NodeJS.ErrnoException).code ?? ''),
		);
		if (silent) throw Object.assign(new Error('no name server answers'), {code: 'ETIMEOUT'});
	} finally {
		clearTimeout(late);
	}
	return system(name);
}
