import {isMagnet} from '../../base/magnet-text.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {terminalText} from '../text/text.js';
import {fullLink} from './add-link.js';

const mostNamed = 6;

/** Asks about several torrents at once: they are added as they come, into the usual folder. */
export function openAddMany(screen: ScreenContext, links: readonly string[]): void {
	const shown = links.slice(0, mostNamed).map(link => `  ${terminalText(link)}`);
	if (links.length > mostNamed) shown.push(`  and ${links.length - mostNamed} more`);
	screen.setDialog({
		kind: 'ask',
		title: `Add ${links.length} torrents?`,
		lines: shown,
		choices: [
			{key: 'y', label: 'add them all', run: () => addMany(screen, links)},
			{
				key: 'o',
				label: 'only the first one, and choose how',
				run: () => screen.run('add', links[0] ?? '', ''),
			},
			{key: 'n', label: 'add none', run: () => undefined},
		],
	});
}

function addMany(screen: ScreenContext, links: readonly string[]): void {
	let added = 0;
	const refused: string[] = [];
	const settle = () => {
		if (added + refused.length < links.length) return;
		const [first] = refused;
		if (first === undefined) screen.say(`Added ${added} torrents.`, 'good');
		else screen.say(`Added ${added} of ${links.length}, ${refused.length} refused: ${first}`, 'error');
	};
	screen.say(`Adding ${links.length} torrents …`);
	const asks = screen.state().preferences['magnet-start'] !== 'all';
	for (const link of links) {
		const options = asks && isMagnet(link) ? {choose: true} : {};
		screen.client.send({type: 'torrent.addLink', link: fullLink(screen, link), options}).then(
			() => {
				added++;
				settle();
			},
			(error: unknown) => {
				refused.push(error instanceof Error ? error.message : String(error));
				settle();
			},
		);
	}
}
