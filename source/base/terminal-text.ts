const hidden = /[\u007F-\u009F]|\p{Cf}|\p{Zl}|\p{Zp}/gu;
const breaking = /\p{Cc}+|\p{Zl}+|\p{Zp}+/gu;
const formatting = /\p{Cf}|[\u{E0100}-\u{E01EF}]/gu;
const plainAscii = /^[ -~\n\t]*$/;

function escaped(part: string): string {
	let result = '';
	for (let unit = 0; unit < part.length; unit++) {
		result += `\\u${part.charCodeAt(unit).toString(16).padStart(4, '0')}`;
	}
	return result;
}

/**
 * A value as JSON that a terminal may be shown: what a terminal obeys (DEL, the C1 controls) and what changes the order
 * of letters or is not seen (bidi controls, zero-width characters, tags) stands as `\u` escapes. Whoever parses it gets
 * the same value as from `JSON.stringify`.
 */
export function terminalJson(value: unknown, indent?: number | string): string {
	const text = JSON.stringify(value, undefined, indent) ?? 'null';
	return plainAscii.test(text) ? text : text.replace(hidden, escaped);
}

/** Text that may hold what somebody else wrote, as one line for a terminal: nothing in it moves the cursor or hides. */
export function terminalLine(text: string): string {
	if (/^[ -~]*$/.test(text)) return text;
	return text.replace(breaking, ' ').replace(formatting, '').toWellFormed();
}
