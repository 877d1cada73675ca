import {graphemes} from './text.js';

/** A line of text that is being edited: its graphemes, and how many are before the cursor. */
export interface TextField {
	readonly parts: readonly string[];
	readonly at: number;
}

/** A field with the cursor at its end. */
export function field(text = ''): TextField {
	const parts = graphemes(text);
	return {parts, at: parts.length};
}

/** What the field holds. */
export function fieldText({parts}: TextField): string {
	return parts.join('');
}

/** The field with `text` put in at the cursor. */
export function insert({parts, at}: TextField, text: string): TextField {
	const added = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
	// A mark that comes later, as its line sent it, belongs to the letter before it.
	const before = graphemes(parts.slice(0, at).join('') + added);
	return {parts: [...before, ...parts.slice(at)], at: before.length};
}

/** The field after a key that edits; undefined when the key edits nothing. Readline's keys, as far as they go. */
export function edit(current: TextField, key: string): TextField | undefined {
	const {parts, at} = current;
	switch (key) {
		case 'left':
			return {parts, at: Math.max(0, at - 1)};
		case 'right':
			return {parts, at: Math.min(parts.length, at + 1)};
		case 'home':
		case 'ctrl-a':
			return {parts, at: 0};
		case 'end':
		case 'ctrl-e':
			return {parts, at: parts.length};
		case 'backspace':
			return at === 0 ? current : {parts: [...parts.slice(0, at - 1), ...parts.slice(at)], at: at - 1};
		case 'delete':
		case 'ctrl-d':
			return {parts: [...parts.slice(0, at), ...parts.slice(at + 1)], at};
		case 'ctrl-u':
			return {parts: parts.slice(at), at: 0};
		case 'ctrl-k':
			return {parts: parts.slice(0, at), at};
		case 'ctrl-w': {
			let start = at;
			while (start > 0 && parts[start - 1] === ' ') start--;
			while (start > 0 && parts[start - 1] !== ' ') start--;
			return {parts: [...parts.slice(0, start), ...parts.slice(at)], at: start};
		}
		case 'space':
			return insert(current, ' ');
		default:
			return graphemes(key).length === 1 ? insert(current, key) : undefined;
	}
}
