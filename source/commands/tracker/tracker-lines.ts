import type {Clock, LogLevel, Timer} from '../../base/ports.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {MessageBudget} from '../../policy/peers/message-budget.js';

/** So many announces a second are told, and some more at a time: a flood of them must not fill a disk. */
const pace = {usual: 50, burst: 200};

export interface TrackerLineOptions {
	readonly json: boolean;
	readonly quiet: boolean;
	readonly clock: Clock;
	/** Takes one line with its end. */
	readonly write: (line: string) => void;
	/** Takes what went wrong, `tortui: ` is put before it. */
	readonly warn: (text: string) => void;
}

/** What `tortui tracker` prints. Announces beyond the pace are counted, and told in one line once a second. */
export class TrackerLines {
	readonly #options: TrackerLineOptions;
	readonly #budget: MessageBudget;
	#untold = 0;
	#timer: Timer | undefined;

	constructor(options: TrackerLineOptions) {
		this.#options = options;
		this.#budget = new MessageBudget(options.clock.now(), pace);
	}

	/** One event, as an object with `--json`, else as text of one line or more. */
	tell(event: Readonly<Record<string, unknown>>, text: string): void {
		const {json, quiet, write} = this.#options;
		if (quiet) return;
		write(json ? `${terminalJson(event)}\n` : `${text.split('\n').map(terminalLine).join('\n')}\n`);
	}

	/** One line of the tracker's log. Warnings go to stderr, whatever else is quiet. */
	log(level: LogLevel, text: string): void {
		const {json, clock, warn} = this.#options;
		if (level === 'debug' && !this.#budget.spend(clock.now())) {
			this.#untold++;
			this.#timer ??= clock.after(1000, () => this.#tellCount());
			return;
		}
		if ((level === 'warn' || level === 'error') && !json) warn(text);
		else this.#line(level, text);
	}

	#tellCount(): void {
		this.#timer = undefined;
		this.#line('debug', `… and ${this.#untold} more announces`);
		this.#untold = 0;
	}

	#line(level: LogLevel, text: string): void {
		const at = new Date(this.#options.clock.wall());
		this.tell({event: 'log', at: at.toISOString(), level, text}, `${at.toTimeString().slice(0, 8)} ${text}`);
	}
}
