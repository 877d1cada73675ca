const texts = new WeakMap<object, string>();

/**
 * A section of an update as JSON; undefined for what JSON leaves out. The same object is written once, however many look
 * at it: sections never change after they were made.
 */
export function sectionText(section: unknown): string | undefined {
	if (typeof section !== 'object' || section === null) return JSON.stringify(section);
	let text = texts.get(section);
	if (text === undefined) {
		text = JSON.stringify(section);
		texts.set(section, text);
	}
	return text;
}

/** Keeps the JSON of a section that was written already. */
export function keepSectionText(section: unknown, text: string): void {
	if (typeof section === 'object' && section !== null) texts.set(section, text);
}
