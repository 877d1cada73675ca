import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {test} from 'node:test';
import {choose, loadCommand} from '../../source/commands/arguments/dispatch.ts';
import {parseArguments} from '../../source/commands/arguments/parse-arguments.ts';
import {missing} from '../helpers/processes.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** What a file for Docker says, line by line: `[instruction, the rest]`; comments are left out. */
function instructions(path: string): Array<readonly [name: string, rest: string]> {
	const joined = read(path).replaceAll(/\\\n\s*/g, ' ');
	const lines = joined.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'));
	return lines.map(line => {
		const [, name = '', rest = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? assert.fail(`no instruction: ${line}`);
		return [name, rest] as const;
	});
}

const known = [
	'FROM',
	'WORKDIR',
	'COPY',
	'RUN',
	'ENV',
	'USER',
	'VOLUME',
	'EXPOSE',
	'STOPSIGNAL',
	'HEALTHCHECK',
	'ENTRYPOINT',
	'CMD',
];
const all = instructions('media/docker/Dockerfile');
/** What the image is made of: all from the last FROM on. */
const image = all.slice(all.findLastIndex(([name]) => name === 'FROM'));
const last = (name: string) => image.findLast(([each]) => each === name)?.[1] ?? assert.fail(`no ${name}`);

/** Fails unless the program understands these words. */
async function understood(words: readonly string[]): Promise<void> {
	const choice = choose(words, () => false);
	assert.ok(choice.verb !== 'help' && choice.verb !== 'version');
	parseArguments(choice.rest, await loadCommand(choice.verb));
}

test('the image runs as somebody who may do nothing, ends by SIGTERM, keeps its things in two folders', () => {
	for (const [name] of all) assert.ok(known.includes(name), name);
	assert.doesNotMatch(last('USER'), /^(?:root|0)\b/);
	assert.equal(last('STOPSIGNAL'), 'SIGTERM');
	assert.deepEqual(JSON.parse(last('VOLUME')), ['/config', '/downloads']);
	assert.equal(last('EXPOSE'), '6881/tcp 6881/udp');
	const kept = last('ENV')
		.split(' ')
		.map(each => each.split('=')[1]!);
	assert.ok(kept.every(path => path.startsWith('/config')));
});

test('the image has a Node.js on which the program runs', () => {
	const [oldest] = /\d+/.exec(JSON.parse(read('package.json')).engines.node)!;
	for (const [name, rest] of all) {
		if (name !== 'FROM') continue;
		const [, major] = /^node:(\d+)-[\w-]+(?: AS \w+)?$/.exec(rest) ?? assert.fail(rest);
		assert.ok(Number(major) >= Number(oldest));
	}
});

test('what the image runs, and how its health is asked, the program understands', async () => {
	const entry = JSON.parse(last('ENTRYPOINT')) as string[];
	assert.deepEqual(entry, ['tortui']);
	await understood(JSON.parse(last('CMD')));
	const [, check] = /^(?:--\w+(?:-\w+)*=\S+ )*CMD (.+)$/.exec(last('HEALTHCHECK')) ?? assert.fail();
	const [program, ...words] = JSON.parse(check!) as string[];
	assert.equal(program, 'tortui');
	await understood(words);
});

test('all that is copied into the image is there, and is let through', () => {
	const ignore = read('media/docker/Dockerfile.dockerignore').trimEnd().split('\n');
	assert.equal(ignore[0], '*');
	const passed = ignore.slice(1).map(line => line.replace(/^!/, ''));
	for (const [name, rest] of all) {
		if (name !== 'COPY' || rest.startsWith('--from')) continue;
		for (const path of rest.split(' ').slice(0, -1)) {
			const plain = path.replace(/^\.\//, '');
			assert.ok(existsSync(join(root, plain)), plain);
			assert.ok(passed.includes(plain), `${plain} is ignored`);
		}
	}
	for (const path of passed) assert.ok(existsSync(join(root, path)), path);
});

interface Service {
	readonly image?: string;
	readonly build?: {readonly context: string; readonly dockerfile: string};
	readonly command?: readonly string[];
	readonly user?: string;
	readonly network_mode?: string;
	readonly volumes?: readonly string[];
	readonly ports?: readonly string[];
	readonly depends_on?: Readonly<Record<string, unknown>>;
	readonly privileged?: boolean;
	readonly cap_drop?: readonly string[];
}

const reader = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))';
const hasReader = () => {
	try {
		execFileSync('python3', ['-c', 'import yaml'], {stdio: 'ignore'});
		return false;
	} catch {
		return 'no YAML reader for python3';
	}
};

for (const file of ['compose.yaml', 'compose.vpn.yaml']) {
	test(`${file} runs the image as somebody, with both folders, and nothing it may not have`, {
		skip: missing('python3') || hasReader(),
	}, async () => {
		const path = join(root, 'media/docker', file);
		const {services} = JSON.parse(execFileSync('python3', ['-c', reader, path], {encoding: 'utf8'})) as {
			services: Readonly<Record<string, Service>>;
		};
		const tortui = services['tortui'] ?? assert.fail();
		const {context, dockerfile} = tortui.build!;
		assert.ok(existsSync(resolve(root, 'media/docker', context, dockerfile)));
		assert.match(tortui.user!, /^\$\{PUID:-1000\}:\$\{PGID:-1000\}$/);
		assert.deepEqual(
			tortui.volumes?.map(volume => volume.replace(/^\$\{\w+:-[^}]+\}:/, '')),
			['/config', '/downloads'],
		);
		assert.deepEqual(tortui.cap_drop, ['ALL']);
		assert.equal(tortui.privileged, undefined);
		// What has a value of its own stands for it.
		if (tortui.command !== undefined)
			await understood(tortui.command.map(word => word.replace(/^\$\{\w+:-([^}]*)\}$/, '$1')));
		const shared = /^service:(.*)$/.exec(tortui.network_mode ?? '')?.[1];
		if (file === 'compose.yaml') assert.deepEqual(tortui.ports, ['6881:6881/tcp', '6881:6881/udp']);
		else {
			assert.ok(
				shared !== undefined && services[shared] !== undefined && tortui.depends_on?.[shared] !== undefined,
			);
			assert.equal(tortui.ports, undefined);
		}
	});
}
