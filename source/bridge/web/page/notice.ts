const shownTime = 6000;

/** A line above the screen. */
export class Notice {
	readonly #place = document.getElementById('notice') as HTMLElement;
	#timer = 0;

	/** Says something for a while. `choice`: what stands on a button beside it, and what that does. */
	say(text: string, choice?: readonly [label: string, act: () => void]): void {
		this.#show(text, false, choice);
		this.#timer = window.setTimeout(() => this.clear(), shownTime);
	}

	/** Says what is wrong, until it no longer is. */
	warn(text: string): void {
		this.#show(text, true);
	}

	clear(): void {
		window.clearTimeout(this.#timer);
		this.#place.hidden = true;
	}

	#show(text: string, isWarning: boolean, choice?: readonly [label: string, act: () => void]): void {
		window.clearTimeout(this.#timer);
		this.#place.replaceChildren(document.createTextNode(text));
		this.#place.classList.toggle('warn', isWarning);
		this.#place.hidden = false;
		if (choice === undefined) return;
		const [label, act] = choice;
		const button = document.createElement('button');
		button.textContent = label;
		button.onclick = () => {
			this.clear();
			act();
		};
		this.#place.append(button);
	}
}
