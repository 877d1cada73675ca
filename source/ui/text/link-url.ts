/** Longer ones some terminals cut in the middle. */
const longest = 2000;

/** A URL as a terminal may have it: printable ASCII alone, so that nothing of it can end the sequence it stands in. */
function safe(url: string): string | undefined {
	return url.length <= longest && /^[\u0021-\u007E]+$/.test(url) ? url : undefined;
}

/** The URL of a page; undefined for what is none, or has what nobody should click: names and passwords. */
export function pageUrl(url: string): string | undefined {
	return /^https?:\/\/[^@\s/?#]+(?:[/?#]|$)/i.test(url) ? safe(url) : undefined;
}

/** The URL of a folder of the machine of this name; undefined for what is no absolute path. */
export function folderUrl(host: string, path: string): string | undefined {
	if (!path.startsWith('/') || !/^[\w.-]*$/.test(host)) return undefined;
	try {
		return safe(`file://${host}${path.split('/').map(encodeURIComponent).join('/')}`);
	} catch {
		// Half of a character has no URL.
		return undefined;
	}
}
