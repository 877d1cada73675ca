import {quantity} from '../format.js';
import type {ScreenContext} from '../screen-context.js';
import {safeText} from '../text.js';
import {field} from '../text-field.js';
import {openTorrent} from './moving.js';

/** Opens the dialog that adds a torrent, with what was pasted already in it. */
export function openAdd(screen: ScreenContext, link: string): void {
	const {model} = screen.state();
	screen.setDialog({
		kind: 'form',
		title: 'Add a torrent',
		fields: [
			{
				kind: 'text',
				name: 'link',
				label: 'torrent',
				hint: 'path of a .torrent, URL, magnet link or info-hash',
				value: field(link),
			},
			{
				kind: 'text',
				name: 'dir',
				label: 'folder',
				hint: 'where the data goes',
				value: field(model.session?.dir ?? model.torrent?.overview?.dir ?? ''),
			},
			{
				kind: 'text',
				name: 'select',
				label: 'files',
				hint: 'all when empty: 1,3-5   *.mkv   >100M',
				value: field(),
			},
			{
				kind: 'choice',
				name: 'start',
				label: 'start',
				options: ['now', 'in order', 'paused, choose files first'],
				at: 0,
			},
			{kind: 'text', name: 'label', label: 'label', value: field()},
		],
		at: 0,
		preview: values => describeLink(values['link'] ?? ''),
		submit: values => {
			const wanted = (values['link'] ?? '').trim();
			if (wanted === '') return 'Type or paste a path, URL or magnet link.';
			const dir = (values['dir'] ?? '').trim();
			if (dir !== '' && !/^(?:\/|~|[A-Za-z]:[\\/])/.test(dir))
				return 'Give the folder from the root on: /srv/downloads.';
			const select = (values['select'] ?? '').trim();
			const label = (values['label'] ?? '').trim();
			const first = values['start']?.startsWith('paused') ?? false;
			screen.say('Adding …');
			screen.send(
				{
					type: 'torrent.addLink',
					link: wanted,
					options: {
						...(dir !== '' && {dir}),
						...(select !== '' && {select}),
						...(label !== '' && {label}),
						...(first && {paused: true}),
						...(values['start'] === 'in order' && {sequential: true}),
					},
				},
				reply => {
					screen.say(reply.already ? 'It was there already.' : 'Added.', 'good');
					if (reply.id) openTorrent(screen, reply.id, first ? 'files' : undefined);
				},
			);
			return undefined;
		},
	});
}

/** Says in words what a link is, before it is added. */
function describeLink(link: string): readonly string[] {
	const text = link.trim();
	if (text === '') return [];
	const magnet = /^magnet:\?(.*)$/i.exec(text);
	if (magnet) {
		const parameters = new URLSearchParams(magnet[1]);
		const name = parameters.get('dn');
		const length = Number(parameters.get('xl') ?? Number.NaN);
		const trackers = parameters.getAll('tr').length;
		return [
			`magnet link${name ? `: ${safeText(name)}` : ''}`,
			[
				Number.isFinite(length) ? quantity(length) : undefined,
				`${trackers} tracker${trackers === 1 ? '' : 's'}`,
				parameters.getAll('xt').some(topic => topic.startsWith('urn:btmh:')) ? 'v2' : undefined,
			]
				.filter(part => part !== undefined)
				.join(' · '),
		];
	}
	if (/^https?:\/\//i.test(text)) return ['the .torrent behind a URL'];
	if (/^(?:[0-9a-f]{40}|[0-9a-f]{64}|[a-z2-7]{32})$/i.test(text))
		return ['an info-hash: the rest comes from peers'];
	return ['a .torrent file'];
}
