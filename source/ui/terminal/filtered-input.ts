import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {StreamListener} from './frame-stream.js';
import {type InputEvent, type InputPart, InputParts, type Unfinished} from './input-parts.js';

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

/** How long Esc alone is waited for the rest of a sequence: on this machine, and where a line may cut and delay it. */
export const escapeTimes = {near: 40, far: 250} as const;
/** The rest of a sequence comes within this time after its Esc was taken for a key, or never. */
const lateTime: Millis = 1000;
/** A sequence that has begun goes on within this time, or never. */
const sequenceTime: Millis = 1000;
/** So long a paste may pause: what follows must never be taken for keys while it may still be text. */
const pasteTime: Millis = 10_000;

/**
 * Ink takes Esc for a key after 20 ms, swallows focus reports and F1, and types what is left of a sequence that a slow
 * line has cut. This takes such things out of the input before Ink reads it, in order, and tells of them.
 *
 * @param isFar whether the terminal may be at the other end of a slow line
 */
export function filteredInput<Input extends TerminalInput>(
	input: Input,
	clock: Clock,
	isFar: () => boolean,
	tell: (event: InputEvent) => void,
): Input {
	const parts = new InputParts();
	const queue: InputPart[] = [];
	let timer: Timer | undefined;
	/** A sequence came in pieces once: this line does that. */
	let isCut = false;

	const timeFor = (unfinished: Exclude<Unfinished, 'nothing'>): Millis => {
		if (unfinished === 'escape') return isCut || isFar() ? escapeTimes.far : escapeTimes.near;
		return unfinished === 'paste' ? pasteTime : sequenceTime;
	};
	const wait = () => {
		timer?.clear();
		timer = undefined;
		const {unfinished} = parts;
		if (unfinished === 'nothing') return;
		timer = clock.after(timeFor(unfinished), () => {
			timer = undefined;
			for (const part of parts.expire()) if (part.kind !== 'keys') tell(part);
			timer = clock.after(lateTime, () => parts.settle());
		});
	};
	const read = (): string | null => {
		for (;;) {
			const part = queue.shift();
			if (part?.kind === 'keys') return part.text;
			if (part) tell(part);
			else {
				const chunk = input.read();
				if (chunk === null) return null;
				const before = parts.unfinished;
				queue.push(...parts.push(String(chunk)));
				if (before === 'escape' && queue[0]?.kind !== 'key') isCut = true;
				wait();
			}
		}
	};
	return new Proxy(input, {
		get(target, name) {
			if (name === 'read') return read;
			const value = Reflect.get(target, name, target) as unknown;
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});
}
