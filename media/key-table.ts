import {keyName} from '../source/ui/keys/key-names.ts';
import {type KeyRecord, keyGroups} from '../source/ui/keys/key-record.ts';

/** The key table in Markdown. */
export function keyTableMarkdown(table: readonly KeyRecord[]): string {
	const lines: string[] = [];
	for (const group of keyGroups) {
		lines.push(`**${group}**`, '', '| key | what it does |', '| --- | --- |');
		for (const record of table) {
			if (record.group !== group || record.keys.length === 0) continue;
			const keys = record.keys.map(key => `\`${keyName(key)}\``).join(' ');
			const where = record.where.filter(
				place => place !== 'anywhere' && place !== 'torrent' && place !== 'list',
			);
			const limited =
				where.length > 0
					? ` (${where.map(place => (place === 'session' ? 'list of torrents' : place)).join(', ')})`
					: '';
			lines.push(`| ${keys.replaceAll('|', '\\|')} | ${record.help.replaceAll('|', '\\|')}${limited} |`);
		}
		lines.push('');
	}
	return lines.join('\n');
}
