/** What extensions know of one peer. They alone write it. */
export class ExtensionState {
	/** The torrent's extensions have been told of it. */
	joined = false;
	/** The peer's own name for its program, as it came: not safe for a terminal. */
	client: string | undefined;
	/** It says that it only uploads. BEP 21. */
	uploadOnly = false;
	/** Metadata was given to it, or came of it. BEP 9. */
	sharedMetadata = false;
	/** Under which numbers the peer takes which extensions. */
	readonly #numbers = new Map<string, number>();
	readonly #notes = new Map<object, unknown>();

	/** Under which number the peer takes an extension; undefined when it does not. */
	numberOf(extension: string): number | undefined {
		return this.#numbers.get(extension);
	}

	/** The extensions it takes. */
	get names(): readonly string[] {
		return [...this.#numbers.keys()];
	}

	/** The peer says by which number it takes an extension; 0 takes that back. */
	setNumber(extension: string, number: number): void {
		if (number === 0) this.#numbers.delete(extension);
		else this.#numbers.set(extension, number);
	}

	/** What one extension has noted of the peer; undefined when it has noted nothing. */
	notesOf<Notes extends object>(extension: {newNotes(): Notes}): Notes | undefined {
		return this.#notes.get(extension) as Notes | undefined;
	}

	/** As `notesOf`, for writing: made by the extension when first asked for, gone with the peer. */
	notes<Notes extends object>(extension: {newNotes(): Notes}): Notes {
		let notes = this.notesOf(extension);
		if (notes === undefined) {
			notes = extension.newNotes();
			this.#notes.set(extension, notes);
		}
		return notes;
	}
}
