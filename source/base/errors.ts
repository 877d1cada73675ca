/** Bytes from outside broke a rule. Costs the peer, tracker or file that sent them, never the process. */
export class ProtocolError extends Error {
	override readonly name = 'ProtocolError';
	readonly code: string;
	/** The number of the BEP whose rule was broken. */
	readonly bep: number | undefined;

	constructor(code: string, detail: string, bep?: number) {
		super(detail);
		this.code = code;
		this.bep = bep;
	}
}

/** What the exit status tells a script: see the README's table. */
export type ExitStatus = 0 | 1 | 2 | 3 | 4 | 130;

/** Something a person can mend. `message` is one line that says what is wrong and what to do. */
export class UserError extends Error {
	override readonly name = 'UserError';
	readonly code: string;
	readonly exitStatus: ExitStatus;

	constructor(code: string, message: string, exitStatus: ExitStatus = 1) {
		super(message);
		this.code = code;
		this.exitStatus = exitStatus;
	}
}
