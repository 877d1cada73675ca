import {ProtocolError} from '../../base/errors.js';

/** In characters: no event of ours comes near. */
const longestLine = 16_384;

/** One event as it is sent. WHATWG HTML, section 9.2. */
export function eventText(data: string): string {
	return `data: ${data}\n\n`;
}

/** What is sent when there is nothing to tell, so that the line is not taken for dead. */
export const heartbeat = ':\n\n';

/** Reads the data of events from a stream, in whatever parts it comes. WHATWG HTML, section 9.2. */
export class EventStreamReader {
	#pending = '';
	#data: string[] = [];
	#length = 0;

	/**
	 * The data of the events that are whole now.
	 *
	 * @throws {ProtocolError} when a line or an event is longer than anybody's
	 */
	push(text: string): string[] {
		const events: string[] = [];
		const lines = (this.#pending + text).split(/\r\n|\n|\r(?!$)/);
		this.#pending = lines.pop()!;
		if (this.#pending.length > longestLine) throw tooLong();
		for (const line of lines) {
			if (line === '') {
				if (this.#data.length > 0) events.push(this.#data.join('\n'));
				this.#data = [];
				this.#length = 0;
			} else if (line.startsWith('data:')) {
				const value = line.slice(line.startsWith('data: ') ? 6 : 5);
				this.#length += value.length;
				if (this.#length > longestLine) throw tooLong();
				this.#data.push(value);
			}
		}
		return events;
	}
}

function tooLong(): ProtocolError {
	return new ProtocolError('bad-events', 'an event is too long');
}
