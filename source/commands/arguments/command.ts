import type {ExitStatus} from '../../base/errors.js';
import type {ValueReader} from './quantities.js';

/** `--name`: off unless given. */
export interface SwitchOption {
	readonly kind: 'on';
	readonly short?: string;
	readonly help: string;
	/** The program's own: read, but told to nobody. */
	readonly hidden?: true;
}

/** `--no-name`: on unless given. Named without its `no`. */
export interface NegatedOption {
	readonly kind: 'off';
	readonly short?: string;
	readonly help: string;
	/** It has no effect yet: read, but told to nobody. */
	readonly hidden?: true;
}

/** `--name VALUE`; with kind `list` it may be given again and again. */
export interface ValueOption<Value = unknown> {
	readonly kind: 'value' | 'list';
	readonly short?: string;
	/** What stands for the value in the help: `DIR`. */
	readonly value: string;
	readonly read: ValueReader<Value>;
	/** Of a list: throws a `UserError` when its values do not belong together. */
	readonly readAll?: (values: readonly string[], where: string) => void;
	readonly help: string;
	/** What holds when it is not given, in words or as a value would be typed. */
	readonly standard?: string;
	/** It has no effect yet: read, but told to nobody. */
	readonly hidden?: true;
}

/** By name in camelCase: `maxDownload` is `--max-download`. */
export type Options = Readonly<Record<string, SwitchOption | NegatedOption | ValueOption>>;

/** What the options of a command came to: `undefined` and empty lists where nothing was given. */
export type Flags<O extends Options> = {
	readonly [K in keyof O]: O[K] extends {readonly kind: 'value'; readonly read: ValueReader<infer Value>}
		? Value | undefined
		: O[K] extends {readonly kind: 'list'; readonly read: ValueReader<infer Value>}
			? readonly Value[]
			: boolean;
};

/** What a command may touch of the process it runs in. */
export interface Context {
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly stdin: NodeJS.ReadStream;
	readonly env: NodeJS.ProcessEnv;
	readonly version: string;
	/** The file that was started, to start it again in the background. */
	readonly program: string;
	/** One line on stderr, `tortui: ` before it. */
	warn(message: string): void;
	/** The end of the process shall not wait for its threads: one of them hangs in the system. */
	readonly abandon?: () => void;
}

/** The words and options after the command's name. */
export interface Arguments<O extends Options> {
	readonly input: readonly string[];
	readonly flags: Flags<O>;
	/** The options that were typed, by name in camelCase; what comes from the config file is not among them. */
	readonly given: ReadonlySet<string>;
}

/** One verb: what it takes, and what it does. A `UserError` it throws becomes one line and an exit status. */
export interface Command<O extends Options = Options> {
	readonly name: string;
	/** `get TORRENT ... [options]`: one line a form. */
	readonly usage: readonly string[];
	readonly summary: string;
	/**
	 * Below the options in the help: lines that follow each other are a paragraph, an empty one ends it, one that begins
	 * with a space stands as it is.
	 */
	readonly notes?: readonly string[];
	readonly options: O;
	/** How many words it takes beside its options. */
	readonly words: readonly [least: number, most: number];
	/** Whether values of the config file stand in for options that were not given. */
	readonly config?: boolean;
	readonly run: (args: Arguments<O>, context: Context) => Promise<ExitStatus>;
}

/** Keeps the types of a command's options together with its code. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
	return command as unknown as Command;
}
