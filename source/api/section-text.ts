const texts = new WeakMap<object, string | (() => string)>();

/**
 * A section of an update as JSON; undefined for what JSON leaves out. The same object is written once, however many look
 * at it: sections never change after they were made.
 */
export function sectionText(section: unknown): string | undefined {
	if (typeof section !== 'object' || section === null) return JSON.stringify(section);
	const kept = texts.get(section);
	if (typeof kept === 'string') return kept;
	const text = kept?.() ?? JSON.stringify(section);
	texts.set(section, text);
	return text;
}

/** Keeps the JSON of a section, or of an item of one, that was written already; or how it is put together once it is asked for. */
export function keepSectionText(section: unknown, text: string | (() => string)): void {
	if (typeof section === 'object' && section !== null) texts.set(section, text);
}
