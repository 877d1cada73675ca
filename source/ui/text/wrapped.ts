import {cellWidth, graphemes} from './text.js';

/** A text in lines of at most `cells`, broken between words where there is such a place. */
export function wrapped(text: string, cells: number): readonly string[] {
	const room = Math.max(1, cells);
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(/ +/)) {
		const joined = line === '' ? word : `${line} ${word}`;
		if (cellWidth(joined) <= room) {
			line = joined;
			continue;
		}
		if (line !== '') lines.push(line);
		line = '';
		for (const grapheme of graphemes(word)) {
			if (line !== '' && cellWidth(line + grapheme) > room) {
				lines.push(line);
				line = '';
			}
			line += grapheme;
		}
	}
	if (line !== '' || lines.length === 0) lines.push(line);
	return lines;
}
