import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Command} from '../../../source/api/command.ts';
import {UserError} from '../../../source/base/errors.ts';
import type {CompanionGround, CompanionKind} from '../../../source/commands/engine-process/companion.ts';
import {Companions} from '../../../source/commands/engine-process/companions.ts';
import type {Configuration} from '../../../source/commands/engine-process/reloading-engine.ts';

/** A configuration of which only the name and the greatest number of peers count here. */
const set = (name?: string, maxPeers = 50) =>
	({flags: {name, maxPeers}, folders: {shared: [], watched: []}}) as unknown as Configuration;

function scene() {
	const said: string[] = [];
	const ground = {
		engine: {
			async send(command: Command) {
				if (command.type === 'session.log') said.push(command.text);
				return {};
			},
		},
	} as unknown as CompanionGround;
	/** One that is wanted when there is a name; refuses the name `taken`. */
	const kind = (name: string, canApply = false): CompanionKind => ({
		name,
		options: ['name'],
		sections: [],
		isWanted: ({flags}) => flags.name !== undefined,
		async open(_, {flags}) {
			if (flags.name === 'taken') throw new UserError('port', 'the port is taken');
			said.push(`${name} begins with ${flags.name}`);
			return {
				...(canApply && {apply: (now: Configuration) => void said.push(`${name} takes ${now.flags.name}`)}),
				stop: async () => void said.push(`${name} ends`),
			};
		},
	});
	const heard = () => said.splice(0);
	return {ground, kind, heard};
}

test('what is not wanted is not opened, and is when the config asks for it', async () => {
	const {ground, kind, heard} = scene();
	const companions = await Companions.open([kind('rpc')], ground, set());
	assert.deepEqual(heard(), []);
	await companions.apply(set('a'));
	assert.deepEqual(heard(), ['rpc begins with a']);
	await companions.apply(set());
	assert.deepEqual(heard(), ['rpc ends']);
	await companions.stop();
	assert.deepEqual(heard(), []);
});

test('one is told of what it goes by, or begun anew when it cannot be told; of anything else neither hears', async () => {
	const {ground, kind, heard} = scene();
	const companions = await Companions.open([kind('rpc', true), kind('web')], ground, set('a'));
	heard();
	await companions.apply(set('a', 7));
	assert.deepEqual(heard(), []);
	await companions.apply(set('b', 7));
	assert.deepEqual(heard(), ['rpc takes b', 'web ends', 'web begins with b']);
	await companions.stop();
	assert.deepEqual(heard(), ['rpc ends', 'web ends']);
});

test('one that refuses at the start keeps the engine from starting, and those before it are ended', async () => {
	const {ground, kind, heard} = scene();
	const first = {...kind('rpc'), isWanted: () => true, open: kind('rpc').open};
	await assert.rejects(
		Companions.open(
			[{...first, open: (around, now) => first.open(around, {...now, ...set('a')})}, kind('web')],
			ground,
			set('taken'),
		),
		/the port is taken/,
	);
	assert.deepEqual(heard(), ['rpc begins with a', 'rpc ends']);
});

test('one that refuses a config read later is told in the log, holds up no other, and may come back', async () => {
	const {ground, kind, heard} = scene();
	const other = {...kind('web', true), isWanted: () => true};
	const companions = await Companions.open([kind('rpc'), other], ground, set('a'));
	heard();
	assert.deepEqual(await companions.apply(set('taken')), [
		{options: ['name'], why: 'rpc: the port is taken'},
	]);
	assert.deepEqual(heard(), ['rpc ends', 'rpc: the port is taken', 'web takes taken']);
	assert.deepEqual(await companions.apply(set('b')), []);
	assert.deepEqual(heard(), ['rpc begins with b', 'web takes b']);
	await companions.stop();
});

test('another password in the same file is a change; one that cannot be read changes nothing', async () => {
	const {ground, kind, heard} = scene();
	let password = 'one';
	const guarded: CompanionKind = {
		...kind('web'),
		async readElsewhere() {
			if (password === '') throw new UserError('password', 'the password cannot be read');
			return password;
		},
	};
	const companions = await Companions.open([guarded], ground, set('a'));
	assert.deepEqual(heard(), ['web begins with a']);
	await companions.apply(set('a'));
	assert.deepEqual(heard(), []);
	password = 'two';
	await companions.apply(set('a'));
	assert.deepEqual(heard(), ['web ends', 'web begins with a']);
	password = '';
	await companions.apply(set('a'));
	assert.deepEqual(heard(), ['web: the password cannot be read']);
	password = 'two';
	await companions.apply(set('a'));
	assert.deepEqual(heard(), []);
	await companions.stop();
});
