import {readFile} from 'node:fs/promises';

/** What stands in the machine's file of hosts; nothing when there is none. */
export const readHostsFile = (): Promise<string> => readFile('/etc/hosts', 'utf8').catch(() => '');

/** The addresses that a file of hosts has for a name, in lower case. */
export function inHosts(text: string, name: string): string[] {
	return text.split('\n').flatMap(line => {
		const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
		return address !== undefined && names.some(known => known.toLowerCase() === name) ? [address] : [];
	});
}
