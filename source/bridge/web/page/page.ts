import {Card, type Question} from './card.js';
import * as clipboard from './clipboard.js';
import {enter, logOut, type Standing, standing, takeLink} from './door.js';
import {followDrops} from './drops.js';
import {fillKeyRow} from './key-row.js';
import {Line, type Note} from './line.js';
import {Notice} from './notice.js';
import {followTouch} from './touch.js';
import {View} from './view.js';

/** ms; the first wait before another try, and the longest. */
const firstWait = 400;
const longestWait = 8000;
const bellTime = 120;

const element = (id: string) => document.getElementById(id) as HTMLElement;

/** `1.2 M/s`: bytes a second much as the screen writes them, which a page cannot call: it stands alone. */
function rateText(rate: number): string {
	const units = ['B', 'K', 'M', 'G', 'T'];
	let value = rate;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}/s`;
}

/** A page with its screen: comes in, draws, and comes back when the line is lost. */
class Page {
	readonly #card = new Card();
	readonly #notice = new Notice();
	readonly #view: View;
	#line: Line | undefined;
	#standing: Standing | undefined;
	#wait = firstWait;
	#timer = 0;
	#title = 'tortui';
	#rates = '';

	constructor() {
		this.#view = new View(element('screen'), {
			typed: keys => this.#line?.keys(keys),
			resized: (columns, rows) => this.#line?.size(columns, rows),
			titled: title => {
				this.#title = title || 'tortui';
				this.#showTitle();
			},
			rung: () => this.#ring(),
			copied: text => void this.#copy(text),
			notified: text => this.#notify(text),
		});
		const keys = element('keys');
		fillKeyRow(keys, {
			pressed: pressed => this.#press(pressed),
			pasted: () => void this.#paste(),
			keyboard: isWanted => this.#view.setKeyboard(isWanted),
			zoomed: step => this.#view.zoom(step),
			left: () => void this.#logOut(),
		});
		const isSmall = matchMedia('(pointer: coarse), (max-width: 640px)');
		const showKeys = () => {
			keys.hidden = !isSmall.matches;
		};
		isSmall.addEventListener('change', showKeys);
		showKeys();
		followTouch(element('screen'), this.#view, pressed => this.#press(pressed));
		followDrops(element('drop'), {
			files: files => this.#drop(files),
			text: text => this.#view.paste(text),
		});
		const hurry = () => {
			if (document.visibilityState === 'visible' && this.#timer !== 0) this.#connect();
		};
		window.addEventListener('online', hurry);
		document.addEventListener('visibilitychange', hurry);
		const {visualViewport} = window;
		const fill = () =>
			document.documentElement.style.setProperty('--height', `${visualViewport?.height ?? innerHeight}px`);
		visualViewport?.addEventListener('resize', fill);
		fill();
	}

	async open(): Promise<void> {
		const link = takeLink();
		window.addEventListener('hashchange', () => location.reload());
		if (link !== undefined) {
			const why = await enter({link}).catch(() => undefined);
			if (why !== undefined) return this.#askIn(why);
		}
		await this.#look();
	}

	/** Whether the door knows us: then the screen; else who we are. */
	async #look(): Promise<void> {
		try {
			this.#standing = await standing();
		} catch {
			return this.#later();
		}
		if (this.#standing.rights === null) return this.#askIn();
		this.#connect();
	}

	#askIn(why?: string): void {
		this.#notice.clear();
		void standing()
			.then(({password, rights}) => {
				// A link that was used up does not matter to who is in already.
				if (rights !== null) return void this.#look();
				this.#card.ask(this.#passwordQuestion(why, password));
			})
			.catch(() => this.#later());
	}

	#passwordQuestion(why: string | undefined, password: boolean): Question {
		const words = password
			? 'Type the password, or open a link that tortui web prints.'
			: 'Open a link that tortui web prints, on the machine where it runs.';
		return {
			words: why ?? words,
			isBad: why !== undefined,
			password,
			...(password && {button: 'Come in'}),
			act: async typed => {
				const wrong = await enter({password: typed});
				if (wrong !== undefined) return this.#passwordQuestion(wrong, password);
				void this.#look();
				return undefined;
			},
		};
	}

	#connect(): void {
		window.clearTimeout(this.#timer);
		this.#timer = 0;
		this.#line?.close();
		let isLeft = false;
		const line = new Line({
			opened: () => {
				this.#view.clear();
				const {columns, rows} = this.#view.size;
				line.size(columns, rows);
				this.#view.focus();
			},
			drawn: text => {
				this.#comeBack();
				this.#view.draw(text, () => line.took(text.length));
			},
			told: note => {
				if (note.type === 'left') isLeft = this.#left(note);
				else this.#told(note);
			},
			closed: wasOpen => {
				this.#line = undefined;
				if (isLeft) return;
				// It may not let us in any more.
				if (wasOpen) this.#later();
				else void this.#lookLater();
			},
		});
		this.#line = line;
	}

	/** Something is drawn: all is well again. */
	#comeBack(): void {
		if (this.#wait === firstWait && !document.body.classList.contains('lost')) return;
		this.#wait = firstWait;
		document.body.classList.remove('lost');
		this.#notice.clear();
	}

	/** Answers whether that is the end of it. */
	#left({why, again}: Extract<Note, {readonly type: 'left'}>): boolean {
		if (again) {
			this.#notice.warn(`${why} Trying again …`);
			return false;
		}
		document.body.classList.add('lost');
		this.#card.ask({
			words: `${why} Downloads go on.`,
			button: 'Come back',
			other: ['Log out of this browser', () => void this.#logOut()],
			act: async () => {
				void this.#look();
				return undefined;
			},
		});
		return true;
	}

	#told(note: Exclude<Note, {readonly type: 'left'}>): void {
		if (note.type === 'rates') {
			const {download, upload} = note;
			this.#rates = download + upload < 1 ? '' : `↓ ${rateText(download)} ↑ ${rateText(upload)} · `;
			return this.#showTitle();
		}
		const anchor = document.createElement('a');
		const bytes = Uint8Array.from(atob(note.bytes), letter => letter.charCodeAt(0));
		anchor.href = URL.createObjectURL(new Blob([bytes], {type: 'application/x-bittorrent'}));
		anchor.download = note.name;
		anchor.click();
		window.setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
	}

	async #lookLater(): Promise<void> {
		try {
			this.#standing = await standing();
			if (this.#standing.rights === null) return this.#askIn();
		} catch {} // Nobody is there now.
		this.#later();
	}

	#later(): void {
		document.body.classList.add('lost');
		this.#rates = '';
		this.#showTitle();
		if (!this.#card.isShown) this.#notice.warn('The connection is lost. Trying again …');
		window.clearTimeout(this.#timer);
		this.#timer = window.setTimeout(() => void this.#retry(), this.#wait);
		this.#wait = Math.min(longestWait, this.#wait * 1.6);
	}

	async #retry(): Promise<void> {
		await this.#look();
	}

	#press(keys: string): void {
		this.#line?.keys(keys);
	}

	async #paste(): Promise<void> {
		const text = await clipboard.read();
		if (text !== '') this.#view.paste(text);
	}

	#drop(files: readonly File[]): void {
		if (this.#standing?.rights !== 'all')
			return this.#notice.say('You may only look here: nothing was added.');
		const torrents = files.filter(({name}) => /\.torrent$/i.test(name)).slice(0, 100);
		const fitting = torrents.filter(({size}) => size > 0 && size <= 16_777_216);
		if (fitting.length === 0) return this.#notice.say('Only .torrent files can be dropped here.');
		void this.#line?.drop(fitting);
		this.#view.focus();
	}

	async #copy(text: string): Promise<void> {
		if (await clipboard.copy(text)) return;
		this.#notice.say('The browser does not let the page copy.', [
			'Show it',
			() => void window.prompt('Copy this:', text),
		]);
	}

	#notify(text: string): void {
		const isPossible = 'Notification' in window && window.isSecureContext;
		if (isPossible && Notification.permission === 'granted') {
			if (document.visibilityState !== 'visible') new Notification('tortui', {body: text, icon: 'icon.svg'});
			return;
		}
		const asks = isPossible && Notification.permission === 'default';
		this.#notice.say(
			text,
			asks ? ['Tell me elsewhere too', () => void Notification.requestPermission()] : undefined,
		);
	}

	#ring(): void {
		document.body.classList.add('rung');
		window.setTimeout(() => document.body.classList.remove('rung'), bellTime);
	}

	#showTitle(): void {
		document.title = `${this.#rates}${this.#title}`;
	}

	async #logOut(): Promise<void> {
		this.#line?.close();
		this.#line = undefined;
		await logOut().catch(() => undefined);
		document.body.classList.add('lost');
		this.#askIn();
	}
}

void new Page().open();
