import {sectionText} from '../../api/section-text.js';
import type {TorrentChanges, Update} from '../../api/snapshot.js';

/** `"name":text` of each field that JSON writes, in order. */
function fields(object: object, text: (name: string, value: unknown) => string | undefined): string {
	const written: string[] = [];
	for (const [name, value] of Object.entries(object)) {
		const json = text(name, value);
		if (json !== undefined) written.push(`${JSON.stringify(name)}:${json}`);
	}
	return `{${written.join(',')}}`;
}

/** Each torrent is written once, whoever else is told of it. */
function changesText({gone, changed}: TorrentChanges): string {
	const torrents = `"changed":[${changed.map(sectionText).join(',')}]`;
	return gone === undefined ? `{${torrents}}` : `{"gone":${JSON.stringify(gone)},${torrents}}`;
}

/**
 * The message that tells a client an update, as JSON: what `JSON.stringify` makes of it. Each section is written once,
 * whoever else is sent it.
 */
export function updateText(watch: number, generation: number, update: Update): string {
	const whole = fields(update, (name, value) =>
		name === 'torrent' && value !== undefined
			? fields(value as object, (_, section) => sectionText(section))
			: name === 'torrentChanges' && value !== undefined
				? changesText(value as TorrentChanges)
				: sectionText(value),
	);
	return `{"type":"update","watch":${watch},"generation":${generation},"update":${whole}}`;
}
