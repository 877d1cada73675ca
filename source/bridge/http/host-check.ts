import {parseIp} from '../../base/ip-address.js';

/** The name in a Host header or an origin, in small letters, without its port; undefined for what is none. */
function hostName(text: string): string | undefined {
	const match = /^(?:\[([\da-f:.]+)(?:%[\w.-]+)?\]|([^\s:[\]/@]+))(?::\d{1,5})?$/i.exec(text.trim());
	return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}

/**
 * Whether somebody may call this machine so: by an address, as localhost, or by a name that was allowed. Else a page of
 * a stranger could have its own name lead here and be taken for one of ours: DNS rebinding.
 */
export function isAllowedHost(header: string | undefined, names: readonly string[]): boolean {
	// No browser leaves it out.
	if (header === undefined) return true;
	const name = hostName(header);
	if (name === undefined) return false;
	if (name === 'localhost' || name.endsWith('.localhost') || parseIp(name) !== undefined) return true;
	return names.some(allowed => {
		const wanted = allowed.toLowerCase();
		return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted;
	});
}

/**
 * Whether a request comes from a page of our own, or from none. `host` is what that page would have called us.
 *
 * @param names other names that are ours, without ports
 */
export function isOwnOrigin(
	origin: string | undefined,
	hosts: ReadonlyArray<string | undefined>,
	names: readonly string[],
): boolean {
	if (origin === undefined) return true;
	const match = /^https?:\/\/([^/]+)$/i.exec(origin);
	if (match === null) return false;
	const place = match[1]!.toLowerCase();
	if (hosts.some(host => host !== undefined && withoutUsualPort(host) === withoutUsualPort(place)))
		return true;
	const name = hostName(place);
	return name !== undefined && names.some(allowed => allowed.toLowerCase() === name);
}

function withoutUsualPort(host: string): string {
	return host
		.trim()
		.toLowerCase()
		.replace(/:(?:80|443)$/, '');
}
