import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import process from 'node:process';
import {test} from 'node:test';
import {BackgroundEngine} from '../helpers/background-engine.ts';
import {missing, Running} from '../helpers/processes.ts';
import {makeTorrent, writeFolder} from '../helpers/torrents.ts';
import {build, cli, node, seed} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

/** As somebody writes one who has read the page about scripts, and nothing else. */
const script = `
set -euo pipefail
id=$(tortui add "$TORRENT" --peer "$SEED" --max-download 2M -d "$PWD/new" --choose --json | jq -r .infoHash)
tortui wait "$id" --until 'files = 3' --timeout 60s
tortui set "$id" --label music --seed-ratio 2
tortui files "$id" --select '*.flac'
tortui wait "$id" --timeout 60s
test "$(tortui list --json --filter 'label=music and seeding and ratio < 2' | jq length)" = 1
tortui move "$id" "$PWD/done"
test "$(tortui status "$id" --json | jq -r '.[0].dir')" = "$PWD/done"
test "$(tortui files "$id" --json | jq -r '[.[] | select(.wanted) | .path[-1]] | join(" ")')" = 'one.flac two.flac'
test -s done/album/one.flac -a ! -e done/album/notes.txt
tortui list --filter 'label=music' | cut -f1 | xargs tortui-cli pause
test "$(tortui wait all --until paused --timeout 60s --json | jq -r .state)" = paused
tortui list --filter 'lable=music' 2>wrong && exit 9
grep -qx 'tortui: --filter: no field "lable"; did you mean label?' wrong
tortui wait "$id" --until seeding --timeout 1s 2>late && exit 9
grep -q '^tortui: not so after 0:01: "album" is paused' late
tortui remove "$id" --with-data --json | jq -e '.ok and .deleted == 2'
tortui status --health
`;

test('a script adds, waits, labels, chooses, moves and removes, and asserts all of it by jq', {
	skip: missing('jq') || missing('bash'),
}, async t => {
	const space = new Workspace(t);
	build();
	const files = [
		['one.flac', 300_000],
		['two.flac', 200_000],
		['notes.txt', 100_000],
	] as const;
	// No piece belongs to two of them.
	const content = writeFolder(space.folder('content'), 'album', files);
	const torrent = makeTorrent(content, 20_000).write(space.path('album.torrent'));
	const seeder = await seed(space, [`${torrent}=${content.root}`]);
	const engine = await BackgroundEngine.start(space, 'engine', ['--no-dht', '--no-lsd', '--no-port-map']);
	const bin = space.folder('bin');
	writeFileSync(space.path('bin', 'tortui-cli'), `#!/bin/sh\nexec "${node}" "${cli}" "$@"\n`, {mode: 0o755});
	const env = {
		PATH: `${bin}:${process.env['PATH']}`,
		TORTUI_HOME: space.path('engine'),
		TORRENT: torrent,
		SEED: seeder.address,
	};
	const run = new Running(
		space,
		'bash',
		['-c', `cd "${space.folder('work')}"\ntortui() { tortui-cli "$@"; }\n${script}`],
		{env},
	);
	const {code} = await run.end(120_000);
	assert.equal(code, 0, run.tail());
	assert.match(run.stdout, /^true\nhealthy: 0 torrents\n$/m);
	await engine.stop();
});
