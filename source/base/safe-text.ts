// Controls, what is not UTF-8, and half surrogates.
const unprintable = /[\p{Cc}\p{Cs}\ufffd\u2028\u2029]+/gu;
// Direction marks, zero-width characters, joiners and tags: they change what a reader sees around them.
const invisible = /[\p{Cf}\u115f\u1160\u3164\uffa0]+/gu;

// Words of ASCII with single spaces between them: nothing is to be done with these.
const plain = /^[!-~]+(?: [!-~]+)*$/;

/** Text of a stranger made fit for one line on a terminal: no controls, nothing invisible, no longer than `maximum`. */
export function safeText(text: string, maximum = 200): string {
	// Nearly all lines are plain, and there may be many a second.
	if (text.length <= maximum && plain.test(text)) return text;
	const clean = text
		// Bounds the work, whatever came.
		.slice(0, maximum * 8)
		.replace(invisible, '')
		.replace(unprintable, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	const characters = [...clean];
	return characters.length <= maximum ? clean : `${characters.slice(0, maximum - 1).join('')}…`;
}
