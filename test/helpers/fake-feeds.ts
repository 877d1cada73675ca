import type {FeedItemView, FeedsView} from '../../source/api/feeds-view.ts';

const mib = 1024 * 1024;
const hour = 3_600_000;
const wall = Date.UTC(2026, 10, 20, 14, 0, 0);

function item(id: number, title: string, change: Partial<FeedItemView> = {}): FeedItemView {
	return {id: id.toString(16).padStart(12, '0'), title, at: wall - id * hour, state: 'new', ...change};
}

const isos: readonly FeedItemView[] = [
	item(1, 'ubuntu-26.10-desktop-amd64.iso', {
		size: 6144 * mib,
		seeders: 412,
		state: 'taken',
		rule: 'ubuntu-*-amd64',
	}),
	item(2, 'debian-13.2.0-amd64-netinst.iso', {size: 784 * mib, seeders: 96}),
	item(3, 'debian-13.2.0-arm64-netinst.iso', {size: 731 * mib, seeders: 8}),
	item(4, 'archlinux-2026.11.01-x86_64.iso', {size: 1200 * mib, state: 'had'}),
	item(5, 'fedora-43-live', {state: 'later', why: 'the server answers 503'}),
	item(26, 'release notes', {state: 'none', at: wall - 3 * 24 * hour}),
];

/** Three feeds: one with rules, one without, and one that cannot be read. */
export const fakeFeeds: FeedsView = {
	feeds: [
		{
			id: '0123456789ab',
			name: 'Images',
			where: 'images.example/rss',
			from: 'command',
			state: 'good',
			fetchedAt: wall - 4 * 60_000,
			nextAt: wall + 11 * 60_000,
			rules: [
				{
					rule: {name: 'ubuntu-*-amd64', title: 'ubuntu-*-amd64.iso', label: 'linux'},
					from: 'command',
					fits: 1,
				},
				{rule: {name: 'arm', title: '*arm64*', size: '>2G', start: false}, from: 'config', fits: 0},
			],
			itemCount: 6,
			items: isos,
			taken: 1,
		},
		{
			id: '1123456789ab',
			name: 'Recordings of the harbour',
			where: 'harbour.example/feed.xml',
			from: 'config',
			state: 'fetching',
			rules: [],
			itemCount: 1200,
			items: [item(7, 'Low tide, 2026-11-19', {size: 210 * mib})],
			taken: 0,
		},
		{
			id: '2123456789ab',
			name: 'closed.example/rss',
			where: 'closed.example/rss',
			from: 'command',
			state: 'failed',
			why: 'the server answers 401: it wants you to log in',
			nextAt: wall + 50 * 60_000,
			rules: [],
			itemCount: 0,
			items: [],
			taken: 0,
		},
	],
};
