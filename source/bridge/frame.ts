import {ProtocolError} from '../base/errors.js';

/** No frame is longer than this; a longer one is a broken peer. */
export const largestFrame = 16 * 1024 * 1024;

/** One message as it travels: its length in four bytes, most significant first, then JSON in UTF-8. */
export function encodeFrame(message: unknown): Buffer {
	const text = JSON.stringify(message);
	const length = Buffer.byteLength(text);
	if (length > largestFrame) throw new ProtocolError('oversized-frame', `a message of ${length} bytes`);
	const frame = Buffer.allocUnsafe(4 + length);
	frame.writeUInt32BE(length, 0);
	frame.write(text, 4, 'utf8');
	return frame;
}

/** Cuts a stream into messages again. A `ProtocolError` from `push` means that the stream cannot be read further. */
export class FrameReader {
	#chunks: Uint8Array[] = [];
	#held = 0;

	/** Takes bytes as they came; answers the messages that are whole now. */
	push(chunk: Uint8Array): unknown[] {
		this.#chunks.push(chunk);
		this.#held += chunk.length;
		const messages: unknown[] = [];
		for (let length = this.#nextLength(); length !== undefined && this.#held >= 4 + length; ) {
			const all = this.#joined();
			const text = all.toString('utf8', 4, 4 + length);
			this.#chunks = [all.subarray(4 + length)];
			this.#held -= 4 + length;
			messages.push(parse(text));
			length = this.#nextLength();
		}
		return messages;
	}

	#nextLength(): number | undefined {
		if (this.#held < 4) return undefined;
		if ((this.#chunks[0]?.length ?? 0) < 4) this.#joined();
		const length = Buffer.from(this.#chunks[0]?.subarray(0, 4) ?? []).readUInt32BE(0);
		if (length > largestFrame) throw new ProtocolError('oversized-frame', `a message of ${length} bytes`);
		return length;
	}

	#joined(): Buffer {
		const [only, ...more] = this.#chunks;
		const all =
			only && more.length === 0
				? Buffer.from(only.buffer, only.byteOffset, only.byteLength)
				: Buffer.concat(this.#chunks, this.#held);
		this.#chunks = [all];
		return all;
	}
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new ProtocolError('bad-frame', 'a message that is not JSON');
	}
}
