/** Text in lines no longer than `room` cells; a word that is longer has a line of its own. */
export function wrap(text: string, room: number): string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		if (line !== '' && line.length + 1 + word.length > room) {
			lines.push(line);
			line = word;
		} else line = line === '' ? word : `${line} ${word}`;
	}
	return [...lines, line];
}

/**
 * Lines of a source file as paragraphs: those that follow each other are one, an empty one ends it. A line that begins
 * with a space is meant as it stands, and so a paragraph of its own.
 */
export function paragraphs(lines: readonly string[]): string[] {
	const result: string[] = [];
	let isOpen = false;
	for (const line of lines) {
		if (line.startsWith(' ')) result.push(line);
		else if (line !== '') result.push(isOpen ? `${result.pop()} ${line}` : line);
		isOpen = line !== '' && !line.startsWith(' ');
	}
	return result;
}
