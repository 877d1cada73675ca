import {Readable, Writable} from 'node:stream';
import {dispatch} from '../../source/commands/arguments/dispatch.js';

/** What a command printed, and how it ended: exit status, and its message when it failed. */
export interface Printed {
	readonly status: number;
	readonly out: string;
	readonly error: string;
}

/** Runs a command line in this process, streams and all. No terminal unless `columns` says how wide it is. */
export async function run(
	argv: readonly string[],
	options: {
		stdin?: Uint8Array;
		columns?: number;
		encoding?: BufferEncoding;
		env?: Readonly<Record<string, string>>;
	} = {},
): Promise<Printed> {
	let out = '';
	let error = '';
	const sink = (take: (text: string) => void) =>
		Object.assign(
			new Writable({
				write(chunk, _encoding, done) {
					take(Buffer.from(chunk).toString(options.encoding));
					done();
				},
			}),
			{isTTY: options.columns !== undefined, columns: options.columns},
		) as unknown as NodeJS.WriteStream;
	const context = {
		stdout: sink(text => {
			out += text;
		}),
		stderr: sink(text => {
			error += text;
		}),
		stdin: Readable.from(options.stdin ? [Buffer.from(options.stdin)] : []) as unknown as NodeJS.ReadStream,
		env: {...(options.columns !== undefined && {TERM: 'xterm'}), ...options.env},
		version: '1.2.3',
		program: 'tortui',
		warn: (message: string) => {
			error += `${message}\n`;
		},
	};
	try {
		return {status: await dispatch(argv, context), out, error};
	} catch (thrown) {
		const {exitStatus, message} = thrown as Error & {exitStatus?: number};
		if (exitStatus === undefined) throw thrown;
		return {status: exitStatus, out, error: error + message};
	}
}
