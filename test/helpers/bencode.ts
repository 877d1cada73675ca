export type Bencodable =
	| number
	| string
	| Uint8Array
	| readonly Bencodable[]
	| {readonly [key: string]: Bencodable | undefined};

/** Bencodes by BEP 3, keys sorted as raw bytes; written for the tests, so that the product is not judged by itself. */
export function bencode(value: Bencodable): Buffer {
	if (typeof value === 'number') return Buffer.from(`i${value}e`);
	if (typeof value === 'string') return bencode(Buffer.from(value));
	if (value instanceof Uint8Array) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
	if (Array.isArray(value)) return Buffer.concat([Buffer.from('l'), ...value.map(bencode), Buffer.from('e')]);
	const entries = Object.entries(value)
		.filter((entry): entry is [string, Bencodable] => entry[1] !== undefined)
		.map(([key, item]) => [Buffer.from(key), item] as const)
		.sort(([a], [b]) => Buffer.compare(a, b));
	return Buffer.concat([
		Buffer.from('d'),
		...entries.flatMap(([key, item]) => [bencode(key), bencode(item)]),
		Buffer.from('e'),
	]);
}
