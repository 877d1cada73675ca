const element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;

/** What the card in front of the screen asks. */
export interface Question {
	readonly words: string;
	readonly isBad?: boolean;
	/** Whether a password is to be typed. */
	readonly password?: boolean;
	/** What stands on the button; none when left out. */
	readonly button?: string;
	/** Another way out, and what stands on its button. */
	readonly other?: readonly [label: string, act: () => void];
	/** Answers what to ask next; undefined when that was all. */
	readonly act: (password: string) => Promise<Question | undefined>;
}

/** The card in front of the screen: who are you, and do you come back? */
export class Card {
	readonly #card = element('card');
	readonly #words = element('words');
	readonly #field = element('field');
	readonly #password = element<HTMLInputElement>('password');
	readonly #button = element<HTMLButtonElement>('enter');
	readonly #other = element<HTMLButtonElement>('other');
	#question: Question | undefined;
	#isBusy = false;

	constructor() {
		element<HTMLFormElement>('login').addEventListener('submit', event => {
			event.preventDefault();
			void this.#answer();
		});
		this.#other.addEventListener('click', () => {
			const act = this.#question?.other?.[1];
			this.close();
			act?.();
		});
		this.#card.addEventListener('keydown', event => event.stopPropagation());
	}

	get isShown(): boolean {
		return this.#question !== undefined;
	}

	ask(question: Question): void {
		const {words, isBad = false, password = false, button} = question;
		this.#question = question;
		this.#words.textContent = words;
		this.#words.classList.toggle('bad', isBad);
		this.#field.hidden = !password;
		this.#password.required = password;
		this.#password.value = '';
		this.#button.hidden = button === undefined;
		this.#button.textContent = button ?? '';
		const {other} = question;
		this.#other.hidden = other === undefined;
		this.#other.textContent = other?.[0] ?? '';
		this.#card.hidden = false;
		if (password) this.#password.focus();
		else if (button !== undefined) this.#button.focus();
	}

	close(): void {
		this.#question = undefined;
		this.#card.hidden = true;
	}

	async #answer(): Promise<void> {
		const question = this.#question;
		if (question === undefined || this.#isBusy) return;
		this.#isBusy = true;
		this.#button.disabled = true;
		try {
			const next = await question.act(this.#password.value);
			if (next) this.ask(next);
			else this.close();
		} catch {
			this.ask({...question, words: 'Nobody answers there now. Try again in a while.', isBad: true});
		} finally {
			this.#isBusy = false;
			this.#button.disabled = false;
		}
	}
}
