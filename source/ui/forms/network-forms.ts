import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLink} from '../text/pasted-links.js';
import {terminalText} from '../text/text.js';
import {ask, giveOrAsk} from './ask.js';

/** Changes what I am called; asks for it where nothing is given. */
export function openNick(screen: ScreenContext, nick: string): void {
	const set = (chosen: string) => {
		if (chosen === '') return 'Give the name that others see.';
		screen.send({type: 'network.nick', nick: chosen}, `You are ${terminalText(chosen)} now.`);
		return undefined;
	};
	giveOrAsk(screen, nick, set, () =>
		ask(
			screen,
			'Your nickname',
			'nickname',
			'1 to 32 letters, digits, - _ .',
			screen.state().model.network?.nick ?? '',
			set,
		),
	);
}

/** Shares a folder; asks for it where none is given. */
export function openShare(screen: ScreenContext, dir: string): void {
	const set = (chosen: string) => {
		if (chosen === '') return 'Give the folder whose files and folders are to be shared.';
		const full = screen.fullPath(pastedLink(chosen)).replace(/(?<=.)\/+$/, '');
		screen.send(
			{type: 'folders.share', dir: full},
			`${terminalText(full)} is shared: each file and folder in it is a torrent.`,
		);
		return undefined;
	};
	giveOrAsk(screen, dir, set, () =>
		ask(
			screen,
			'Share a folder',
			'folder',
			screen.completePath ? '~ is your home folder; Tab completes' : '~ is your home folder',
			'',
			set,
			() => [
				'Each file and folder in it is seeded as a torrent of its own, and the',
				'catalogues are told. What is added to it later is shared as well.',
			],
			true,
		),
	);
}

/** Has the engine use the catalogue of a tracker, and keeps it in the config file where it has one; asks for it where none is given. */
export function openCatalogue(screen: ScreenContext, url: string): void {
	const set = (chosen: string) => {
		if (!/^(?:https?|udp):\/\/[^/\s]/i.test(chosen)) return 'A tracker is written http://HOST:PORT.';
		screen.say('Asking it …');
		screen.send({type: 'network.use', tracker: chosen}, () => {
			const problem = keep(screen, chosen);
			screen.say(problem ?? 'Its catalogue is open.', problem === undefined ? 'good' : 'warn');
		});
		return undefined;
	};
	giveOrAsk(screen, url, set, () =>
		ask(screen, 'A tracker with a catalogue', 'tracker', 'http://HOST:6969', '', set, () => [
			'Who names it sees what the others share, and tells what they do. One of you',
			'runs it: tortui tracker --catalogue',
		]),
	);
}

/** Writes a tracker into the config file, so that it is known next time; answers why that cannot be done. */
function keep({config}: ScreenContext, url: string): string | undefined {
	if (!config) return undefined;
	try {
		const before = config.read()['catalogue'];
		const known = (
			Array.isArray(before) ? before : before === undefined ? [] : [before]
		) as readonly unknown[];
		if (!known.includes(url)) config.write({catalogue: [...known, url]});
		return undefined;
	} catch (error) {
		return `Its catalogue is open, but could not be kept: ${error instanceof Error ? error.message : String(error)}`;
	}
}
