import type {Command, Reply} from '../../api/command.js';
import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {Update, Watch} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import type {Dialog} from '../model/dialog.js';
import type {Notices} from './notices.js';
import type {ScreenContext} from './screen-context.js';

/** An engine that was started again and goes away within this time is not started again by itself. */
const revivalTime: Millis = 60_000;

/** How the link reaches the screen. */
export interface LinkEvents {
	/** An update has come. */
	readonly take: (update: Update) => void;
	/** Whether the screen was left: nothing matters any more. */
	readonly isLeft: () => boolean;
}

/** The screen's way to the engine: sends commands, watches, and starts the engine again when it has gone. */
export class EngineLink {
	readonly #screen: Pick<ScreenContext, 'state' | 'setView' | 'setDialog' | 'say' | 'leave' | 'clock'>;
	readonly #notices: Notices;
	readonly #events: LinkEvents;
	/** Starts the engine again; absent where the screen ends with its engine. */
	readonly #revive: (() => Promise<EngineClient>) | undefined;
	#client: EngineClient;
	#watching: Watching | undefined;
	/** What was last asked for, as JSON. */
	#watched = '';
	/** Why the engine cannot be reached, while it cannot. */
	#whyGone: string | undefined;
	#isReviving = false;
	#revivedAt = Number.NEGATIVE_INFINITY;
	/** The question whether the engine shall be started, while it is open. */
	#question: Dialog | undefined;
	/** The question waits until what is typed is done. */
	#isToAsk = false;
	/** What was asked for while there was no engine, in order, since the question came: it is told to the next one. */
	#unsent: ReadonlyArray<() => void> = [];

	constructor(
		client: EngineClient,
		revive: (() => Promise<EngineClient>) | undefined,
		screen: Pick<ScreenContext, 'state' | 'setView' | 'setDialog' | 'say' | 'leave' | 'clock'>,
		notices: Notices,
		events: LinkEvents,
	) {
		this.#client = client;
		this.#revive = revive;
		this.#screen = screen;
		this.#notices = notices;
		this.#events = events;
	}

	/** The engine that is reached now, or was last. */
	get client(): EngineClient {
		return this.#client;
	}

	/** Sends a command; what goes wrong is said. `done`: what to say, or to do, when it worked. */
	readonly send = (command: Command, done?: string | ((reply: Reply) => void)): void => {
		const wasGone = this.#whyGone !== undefined && !this.#isReviving;
		this.#client.send(command).then(
			reply => {
				if (this.#events.isLeft()) return;
				if (typeof done === 'function') done(reply);
				else if (done !== undefined) this.#screen.say(done, 'good');
			},
			(error: unknown) => {
				if (this.#events.isLeft()) return;
				if (this.#isReviving)
					this.#screen.say('The engine is still being started: try it again then.', 'warn');
				else if (this.#whyGone !== undefined && this.#revive) {
					// One key may mean many torrents, and what was taken up before a question was left is not meant any more.
					const before = this.#isAsking() || this.#isToAsk ? this.#unsent : [];
					this.#ask(wasGone ? [...before, () => this.send(command, done)] : before);
				} else this.#screen.say(wordsOf(error), 'error');
			},
		);
	};

	/** Leaves, or starts the engine again, when it goes away. */
	follow(): void {
		const engine = this.#client;
		const gone = (why: unknown) => {
			if (this.#events.isLeft() || engine !== this.#client) return;
			const message = String(why);
			if (!this.#revive) {
				this.#screen.leave({how: 'lost', message});
				return;
			}
			this.#whyGone = message;
			if (engine.handsOver) return this.#start('The engine hands over to a new one …', 'info');
			// Who has stopped it may not want it back, and one that cannot live is not to be started for ever.
			if (engine.saidGoodbye || this.#screen.clock.now() - this.#revivedAt < revivalTime) this.#ask();
			else this.#start();
		};
		engine.closed.then(gone, gone);
	}

	/** Asks for updates from now on, or for other ones. */
	watch(watch: Watch): void {
		const key = JSON.stringify(watch);
		if (key === this.#watched) return;
		const keeps = this.#watched !== '' && base(watch) === base(JSON.parse(this.#watched) as Watch);
		this.#watched = key;
		if (this.#watching) this.#watching.change(keeps ? {...watch, keeps} : watch);
		else this.#watching = this.#client.watch(watch, this.#events.take);
	}

	/** Asks for nothing more. */
	stop(): void {
		this.#watching?.stop();
	}

	/** A dialog was closed: the question that waited for that is asked. */
	closed(): void {
		if (!this.#isToAsk) return;
		this.#screen.clock.after(0, () => {
			if (this.#isToAsk && this.#whyGone !== undefined && !this.#isReviving) this.#ask(this.#unsent);
		});
	}

	/** Whether the question is open. */
	#isAsking(): boolean {
		return this.#question !== undefined && this.#screen.state().view.dialog === this.#question;
	}

	/** Asks whether to start it again; what somebody has open stays, and is done first. */
	#ask(unsent: ReadonlyArray<() => void> = []): void {
		this.#unsent = unsent;
		const why = this.#whyGone ?? '';
		const gone = {
			text: 'The engine is not running: a command asks to start it.',
			level: 'warn',
		} as const;
		const {dialog} = this.#screen.state().view;
		this.#isToAsk = dialog !== undefined && dialog !== this.#question;
		if (this.#isToAsk) return this.#screen.setView({notice: undefined, gone});
		this.#question = {
			kind: 'ask',
			title: 'The engine is not running',
			lines: [why, 'What was downloaded is kept.'],
			choices: [
				{
					key: 'r',
					label: unsent.length > 0 ? 'start it again, and do that' : 'start it again',
					run: () => this.#start(),
				},
				{key: 'q', label: 'leave', run: () => this.#screen.leave({how: 'lost', message: why})},
			],
		};
		this.#screen.setView({notice: undefined, gone, dialog: this.#question});
	}

	#start(
		text = `The engine has died (${this.#whyGone}): starting it again …`,
		level: 'info' | 'warn' = 'warn',
	): void {
		if (this.#isReviving || !this.#revive) return;
		this.#isReviving = true;
		this.#screen.setView({gone: this.#notices.stay(text, level)});
		this.#revive().then(
			engine => {
				this.#isReviving = false;
				if (this.#events.isLeft()) engine.close();
				else this.#goOn(engine);
			},
			(error: unknown) => {
				this.#isReviving = false;
				this.#whyGone = wordsOf(error);
				if (!this.#events.isLeft()) this.#ask(this.#unsent);
			},
		);
	}

	#goOn(engine: EngineClient): void {
		this.#whyGone = undefined;
		this.#isToAsk = false;
		this.#screen.setView({gone: undefined});
		if (this.#screen.state().view.dialog === this.#question) this.#screen.setDialog(undefined);
		const isNew = this.#client.handsOver === true;
		this.#client = engine;
		if (!isNew) this.#revivedAt = this.#screen.clock.now();
		this.#watching = engine.watch(JSON.parse(this.#watched) as Watch, this.#events.take);
		this.follow();
		this.#screen.say(
			isNew ? 'A new engine goes on where it was.' : 'The engine runs again, and goes on where it was.',
			'good',
		);
		const unsent = this.#unsent;
		this.#unsent = [];
		for (const send of unsent) send();
	}
}

/** What is watched beside what a cursor is on: while that alone is another, nothing else has to be told again. */
function base({torrent, ...watch}: Watch): string {
	const {cell: _cell, peer: _peer, ...rest} = torrent ?? {id: ''};
	return JSON.stringify({...watch, rest});
}

function wordsOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
