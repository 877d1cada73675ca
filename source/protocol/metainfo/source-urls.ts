import type {BencodeNode} from '../bencode/bencode.js';

const maximumUrls = 500;
const maximumUrlLength = 2048;

function readUrl(text: string, protocols: readonly string[]): string | undefined {
	const trimmed = text.trim();
	if (trimmed.length > maximumUrlLength) return undefined;
	const url = URL.parse(trimmed);
	if (!url || url.hostname === '' || !protocols.includes(url.protocol)) return undefined;
	// What a tracker is known by is the text its users share, so that is kept wherever it can be sent as it is.
	return /^[\u0021-\u007e]+$/.test(trimmed) ? trimmed : url.href;
}

/** An announce URL with white space trimmed; undefined when it is not http, https or udp. */
export function asTrackerUrl(text: string): string | undefined {
	return readUrl(text, ['http:', 'https:', 'udp:']);
}

/** The URL of a web seed with white space trimmed; undefined when it is not http or https. BEP 19. */
export function asWebSeedUrl(text: string): string | undefined {
	return readUrl(text, ['http:', 'https:']);
}

/** The tiers of a .torrent: `announce-list` where it names any tracker, else `announce`. At most 500. BEP 12. */
export function readTrackers(root: BencodeNode): string[][] {
	const seen = new Set<string>();
	const tiers: string[][] = [];
	const readTier = (urls: Iterable<BencodeNode>): void => {
		const tier: string[] = [];
		for (const node of urls) {
			if (seen.size >= maximumUrls) break;
			const url = asTrackerUrl(node.text() ?? '');
			if (url === undefined || seen.has(url)) continue;
			seen.add(url);
			tier.push(url);
		}

		if (tier.length > 0) tiers.push(tier);
	};

	// Some put the URLs there without tiers, some make a list of `announce`.
	const readTiers = (node: BencodeNode | undefined): void => {
		if (node === undefined) return;
		for (const tier of node.type === 'list' ? node.items() : [node]) {
			readTier(tier.type === 'list' ? tier.items() : [tier]);
		}
	};
	readTiers(root.get('announce-list'));
	if (tiers.length === 0) readTiers(root.get('announce'));
	return tiers;
}

/** The web seeds of a .torrent (`url-list`, one or a list of them). At most 500. BEP 19. */
export function readWebSeeds(root: BencodeNode): string[] {
	const node = root.get('url-list');
	if (!node) return [];
	const urls = new Set<string>();
	for (const item of node.type === 'list' ? node.items() : [node]) {
		if (urls.size >= maximumUrls) break;
		const url = asWebSeedUrl(item.text() ?? '');
		if (url !== undefined) urls.add(url);
	}

	return [...urls];
}

/** The DHT nodes a trackerless .torrent names. At most 500. BEP 5. */
export function readNodes(root: BencodeNode): Array<readonly [host: string, port: number]> {
	const nodes: Array<readonly [host: string, port: number]> = [];
	for (const node of root.get('nodes')?.items() ?? []) {
		if (nodes.length >= maximumUrls) break;
		const [host, port] = [...node.items()];
		const name = host?.text() ?? '';
		const number = port?.number() ?? 0;
		if (/^[\w.:%-]{1,255}$/.test(name) && number > 0 && number < 65_536) nodes.push([name, number]);
	}

	return nodes;
}
