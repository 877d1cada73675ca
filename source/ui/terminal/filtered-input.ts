import type {StreamListener} from './frame-stream.js';

/** The part of a terminal's input stream that Ink uses. */
export interface TerminalInput {
	readonly isTTY?: boolean;
	setRawMode?(raw: boolean): unknown;
	setEncoding(encoding: 'utf8'): unknown;
	read(): string | null;
	ref?(): unknown;
	unref?(): unknown;
	on(event: string, listener: StreamListener): unknown;
	off(event: string, listener: StreamListener): unknown;
}

/** What a terminal says besides keys. */
export type InputEvent = 'focus' | 'blur' | 'f1';

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const reports = /\u001B\[[IO]|\u001BOP|\u001B\[11~|\u001B\[\[A/g;
const events: Readonly<Record<string, InputEvent>> = {
	'\u001B[I': 'focus',
	'\u001B[O': 'blur',
	'\u001BOP': 'f1',
	'\u001B[11~': 'f1',
	'\u001B[[A': 'f1',
};

/** Ink swallows focus reports and F1; this takes them out of the input before Ink reads it, and tells. */
export function filteredInput<Input extends TerminalInput>(
	input: Input,
	tell: (event: InputEvent) => void,
): Input {
	const read = (): string | null => {
		const chunk = input.read();
		if (chunk === null) return null;
		return String(chunk).replace(reports, report => {
			const event = events[report];
			if (event) queueMicrotask(() => tell(event));
			return '';
		});
	};
	return new Proxy(input, {
		get(target, name) {
			if (name === 'read') return read;
			const value = Reflect.get(target, name, target) as unknown;
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});
}
