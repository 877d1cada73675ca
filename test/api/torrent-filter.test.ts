import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type FilteredTorrent, torrentFields} from '../../source/api/torrent-fields.ts';
import {filterNotes, readFilter, readLiveFilter} from '../../source/api/torrent-filter.ts';
import {UserError} from '../../source/base/errors.ts';
import {torrentView} from '../commands/torrent-view.ts';
import {seeded} from '../policy/seeded.ts';

const now = 1_800_000_000_000;
const day = 86_400_000;

const views: readonly FilteredTorrent[] = [
	{
		trackers: ['udp://tracker.example:6969/announce'],
		...torrentView({
			name: 'debian-12.iso',
			label: 'iso',
			state: 'seeding',
			wanted: 4 * 1024 ** 3,
			completed: 4 * 1024 ** 3,
			ratio: 2.5,
			uploadRate: 600_000,
			connected: 7,
			addedAt: now - 40 * day,
			completedAt: now - 39 * day,
			dir: '/srv/iso',
		}),
	},
	torrentView({
		name: 'Debian live (2026)',
		label: 'ISO',
		wanted: 1000,
		completed: 500,
		addedAt: now - 3_600_000,
		eta: 90,
		private: true,
		dir: '/srv/new',
		maxUpload: 1024,
	}),
	torrentView({
		name: 'or',
		state: 'paused',
		addedAt: now,
		wanted: 0,
		completed: 0,
		files: 1,
		pieces: 1,
		dir: '/mnt/a',
	}),
	torrentView({
		name: 'said "no" & left',
		state: 'failed',
		reason: {level: 'error', text: 'the disk is full'},
		addedAt: now,
	}),
];

const fitting: ReadonlyArray<readonly [filter: string, which: string]> = [
	['state=seeding', '0'],
	['state = Seeding', '0'],
	['state!=seeding', '123'],
	['seeding', '0'],
	['not seeding', '123'],
	['!seeding', '123'],
	['label=iso', '01'],
	['label = "iso" and state=seeding', '0'],
	['label=""', '23'],
	["label = '' and not paused", '3'],
	['name ~ debian', '01'],
	['name!~debian', '23'],
	['name ~ debian-*.iso', '0'],
	['name ~ "debian-*"', ''],
	['name ~ /^debian[ -]/i', '01'],
	['name ~ /^Debian/', '1'],
	['name ~ /(live|12)/ and private', '1'],
	['name = or', '2'],
	['name = or or name ~ disk', '2'],
	['name = "said \\"no\\" & left"', '3'],
	['reason ~ "disk is"', '3'],
	['dir=/srv/iso', '0'],
	['dir ~ /srv/*', '01'],
	['dir ~ srv', '01'],
	['size > 1G', '0'],
	['size>=4GiB', '0'],
	['size < 1K and size > 0', '13'],
	['size != 1000', '02'],
	['ratio > 2 or age < 2h', '0123'],
	['ratio>2.5', ''],
	['age > 30d', '0'],
	['done-age < 40d', '0'],
	['done-age != 5d', '0123'],
	['eta < 2m', '1'],
	['eta >= 0', '1'],
	['done = 50%', '1'],
	['done=100', '02'],
	['complete', '02'],
	['complete = no', '13'],
	['complete != no', '02'],
	['up > 500K', '0'],
	['up > 500K/s', '0'],
	['max-upload = 1K', '1'],
	['active', '0'],
	['peers >= 7', '0'],
	['private', '1'],
	['(seeding or paused) and not (label = iso)', '2'],
	['seeding or paused and private', '0'],
	['seeding||private&&active', '0'],
	['NOT ( NOT paused )', '2'],
	['hash = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '0123'],
	['hash ~ bbbb', ''],
	['tracker = tracker.example', '0'],
	['tracker ~ udp and not tracker ~ http', '0'],
	['tracker != tracker.example', '123'],
];

for (const [filter, which] of fitting) {
	test(`the filter ${filter} picks ${which === '' ? 'none' : which}`, () => {
		const fits = readFilter(filter, '--filter');
		const found = views.flatMap((view, at) => (fits(view, now) ? [at] : [])).join('');
		assert.equal(found, which);
	});
}

const mistakes: ReadonlyArray<readonly [filter: string, line: RegExp]> = [
	['', /^--filter needs a condition such as/],
	['  ', /^--filter needs a condition/],
	['lable=iso', /^--filter: no field "lable"; did you mean label\?$/],
	['staet = seeding', /no field "staet"; did you mean state\?/],
	['zzzzzz', /^--filter: no field "zzzzzz" \(see: tortui list --help\)$/],
	['state=sedeing', /^--filter: no state "sedeing"; did you mean seeding\?$/],
	['state=zzzzzzzzz', /^--filter: no state "zzzzzzzzz"; there are metadata, checking/],
	['state > seeding', /^--filter: state is a text: = != ~ !~$/],
	['label', /^--filter: label is to be compared/],
	['size > big', /^--filter: size: "big" is not a size such as 500K/],
	['up > 1 kitten', /expected and, or, or the end/],
	['age > soon', /^--filter: age: "soon" is not a time such as/],
	['done > much', /is not a percentage such as 50%/],
	['ratio ~ 2', /^--filter: ratio is a number: = != < <= > >=$/],
	['private > yes', /^--filter: private is yes or no/],
	['private = maybe', /^--filter: private is yes or no/],
	['seeding paused', /^--filter: "paused": expected and, or, or the end before it$/],
	['(seeding', /^--filter: a \( has no \) behind it$/],
	['seeding)', /^--filter: "\)": expected and, or/],
	['seeding and', /^--filter: expected the name of a field, not the end$/],
	['and seeding', /^--filter: no field "and"/],
	['name =', /^--filter: a value is missing behind =$/],
	['name = )', /^--filter: a value is missing behind =$/],
	['name ~ /(/', /^--filter: \/\(\/ is not a valid regular expression$/],
	['name = "x', /^--filter: a " has no other behind it$/],
	['= 3', /^--filter: expected the name of a field, not "= 3"$/],
	['constructor', /^--filter: no field "constructor"/],
	[`${'('.repeat(500)}seeding`, /^--filter: too many conditions within each other$/],
	[`${'not '.repeat(500)}seeding`, /^--filter: too many conditions within each other$/],
];

for (const [filter, line] of mistakes) {
	test(`the filter ${filter.slice(0, 40)} is refused in one line`, () => {
		assert.throws(
			() => readFilter(filter, '--filter'),
			error => error instanceof UserError && error.exitStatus === 2 && line.test(error.message),
		);
	});
}

test('the help names every field, and no other', () => {
	const help = filterNotes.join('\n');
	for (const name of Object.keys(torrentFields)) assert.match(help, new RegExp(`\\b${name}\\b`), name);
	const [, listed = ''] = /texts {5}(.*)/s.exec(help) ?? [];
	for (const name of listed.matchAll(/\b[a-z]{3,}(?:-[a-z]+)?\b/g)) {
		const words = new Set(['alone', 'list', 'sizes', 'rates', 'times', 'numbers', 'yes', 'each', 'too']);
		assert.ok(words.has(name[0]) || Object.hasOwn(torrentFields, name[0]), name[0]);
	}
});

test('whatever is typed is a filter or one line that says why not', () => {
	const random = seeded(11);
	const parts = [
		'name',
		'size',
		'seeding',
		'=',
		'~',
		'!~',
		'<',
		'(',
		')',
		'and',
		'or',
		'not',
		'!',
		'"',
		"'",
		'/x/i',
		'5K',
		'\\',
		' ',
		'*',
		'{a,',
	];
	for (let round = 0; round < 5000; round++) {
		const length = Math.floor(random() * 9);
		const text = Array.from({length}, () => parts[Math.floor(random() * parts.length)]).join(
			random() < 0.7 ? ' ' : '',
		);
		try {
			const fits = readFilter(text, '--filter');
			for (const view of views) assert.equal(typeof fits(view, now), 'boolean', text);
		} catch (error) {
			assert.ok(
				error instanceof UserError && error.exitStatus === 2 && !error.message.includes('\n'),
				`${text}: ${error}`,
			);
		}
	}
});

test('where nobody asks for trackers a filter that does is refused', () => {
	assert.equal(readLiveFilter('not seeding', '--until').asksTrackers, false);
	assert.throws(
		() => readLiveFilter('paused or tracker ~ x', '--until'),
		/^UserError: --until: tracker is for: tortui list --filter$/,
	);
});
