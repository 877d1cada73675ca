import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	type MappingProtocol,
	type MappingState,
	PortMapping,
} from '../../../source/policy/lan/port-mapping.ts';

/** Turns time for a decider, and says what it does: `0.25 pcp tcp 6881`. */
class Stage {
	readonly mapping: PortMapping;
	readonly done: string[] = [];
	now = 0;

	constructor(protocols: readonly MappingProtocol[] = ['pcp', 'nat-pmp', 'upnp']) {
		this.mapping = new PortMapping(6881, protocols, 0, () => 0);
	}

	get state(): MappingState {
		return this.mapping.state;
	}

	/** Until something is due after `end`, in seconds. */
	run(end: number): string[] {
		for (let rounds = 0; ; rounds++) {
			assert.ok(rounds < 1000, 'it never rests');
			for (const step of this.mapping.take(this.now)) {
				const what = step.type === 'map' ? `${step.transport} ${step.externalPort}` : 'check';
				this.done.push(`${this.now / 1000} ${step.protocol} ${what}`);
			}
			const next = this.mapping.nextDeadline;
			if (next > end * 1000) break;
			assert.ok(next > this.now, `time goes on at ${this.now}`);
			this.now = next;
		}
		this.now = end * 1000;
		return this.done.splice(0);
	}

	grant(protocol: MappingProtocol, transport: 'tcp' | 'udp', externalPort = 6881, lifetime = 3600) {
		this.mapping.granted(protocol, transport, {externalPort, lifetime}, this.now);
	}

	/** Both ports are open. */
	open(protocol: MappingProtocol = 'pcp', lifetime = 3600) {
		this.run(this.now / 1000);
		this.grant(protocol, 'tcp', 6881, lifetime);
		this.run(this.now / 1000);
		this.grant(protocol, 'udp', 6881, lifetime);
		this.done.length = 0;
	}
}

test('a silent gateway is asked in each protocol, then left alone for longer and longer', () => {
	const stage = new Stage();
	assert.deepEqual(stage.run(40), [
		'0 pcp tcp 6881',
		'0.25 pcp tcp 6881',
		'0.75 pcp tcp 6881',
		'1.75 pcp tcp 6881',
		'3.75 nat-pmp tcp 6881',
		'4 nat-pmp tcp 6881',
		'4.5 nat-pmp tcp 6881',
		'5.5 nat-pmp tcp 6881',
		'7.5 upnp tcp 6881',
	]);
	assert.deepEqual(stage.state, {name: 'failed', why: undefined, until: 157_500});
	const begun = stage.run(4 * 3600).filter(line => line.endsWith('pcp tcp 6881') && !line.includes('nat'));
	const rounds = begun.filter((_, at) => at % 4 === 0).map(line => Math.floor(Number(line.split(' ')[0])));
	assert.deepEqual(rounds, [157, 435, 952, 1950, 3907, 7545, 11182]);
});

test('TCP is asked for first, UDP for the port that TCP was given', () => {
	const stage = new Stage();
	assert.deepEqual(stage.run(0), ['0 pcp tcp 6881']);
	stage.grant('pcp', 'tcp', 7001);
	assert.deepEqual(stage.run(0), ['0 pcp udp 7001']);
	stage.grant('pcp', 'udp', 7001);
	assert.deepEqual(stage.state, {
		name: 'open',
		protocol: 'pcp',
		ports: {tcp: {externalPort: 7001, until: 3_600_000}, udp: {externalPort: 7001, until: 3_600_000}},
		isPartial: false,
	});
});

test('what is open is asked for again at half its time, and the gateway for its age every 5 min', () => {
	const stage = new Stage();
	stage.open('nat-pmp');
	// The protocol is PCP: what NAT-PMP says is not believed.
	assert.deepEqual<MappingState>(stage.state, {name: 'asking'});
	stage.open('pcp', 1200);
	assert.deepEqual(stage.run(599), ['300 pcp check']);
	assert.deepEqual(stage.run(600), ['600 pcp tcp 6881', '600 pcp udp 6881', '600 pcp check']);
	stage.grant('pcp', 'tcp', 6881, 1200);
	stage.grant('pcp', 'udp', 6881, 1200);
	const {state} = stage;
	assert.equal(state.name === 'open' && state.ports.tcp?.until, 1_800_000);
	assert.deepEqual(stage.run(1100), ['900 pcp check']);
});

test('a renewal that nobody answers is tried again at half of what is left, then all begins anew', () => {
	const stage = new Stage();
	stage.open('pcp', 100);
	const lines = stage.run(99.9).filter(line => line.includes('tcp'));
	const begun = lines
		.map(line => Number(line.split(' ')[0]))
		.filter((at, index, all) => at - (all[index - 1] ?? 0) > 2);
	assert.deepEqual(
		begun.map(at => Math.round(at)),
		[50, 77, 90, 98],
	);
	assert.equal(stage.state.name, 'open');
	assert.deepEqual(stage.run(100), ['100 pcp tcp 6881']);
	assert.deepEqual<MappingState>(stage.state, {name: 'asking'});
});

test('a refusal leads to the next protocol, and is told when all refuse', () => {
	const stage = new Stage();
	stage.run(0);
	stage.mapping.refused('pcp', 'tcp', 'not authorized', 60, 0);
	assert.deepEqual(stage.run(0), ['0 nat-pmp tcp 6881']);
	stage.mapping.unsupported('nat-pmp', 0);
	assert.deepEqual(stage.run(0), ['0 upnp tcp 6881']);
	stage.mapping.refused('upnp', 'tcp', 'no room', 0, 0);
	assert.deepEqual(stage.state, {
		name: 'failed',
		why: 'not authorized (PCP), no room (UPnP)',
		until: 120_000,
	});
});

test('a refusal is believed for as long as the gateway says, up to half an hour', () => {
	for (const [holds, rest] of [
		[600, 600],
		[100_000, 1800],
		[1, 120],
	] as const) {
		const stage = new Stage(['pcp']);
		stage.run(0);
		stage.mapping.refused('pcp', 'tcp', 'no', holds, 0);
		assert.equal(stage.mapping.nextDeadline, rest * 1000);
	}
});

test('one of the two ports is better than none', () => {
	const stage = new Stage();
	stage.run(0);
	stage.grant('pcp', 'tcp');
	stage.run(0);
	stage.mapping.refused('pcp', 'udp', 'unsupported protocol', 0, 0);
	assert.deepEqual(stage.state, {
		name: 'open',
		protocol: 'pcp',
		ports: {tcp: {externalPort: 6881, until: 3_600_000}},
		isPartial: false,
	});
	assert.deepEqual(
		stage.run(1300).filter(line => line.includes('udp')),
		['1200 pcp udp 6881', '1200.25 pcp udp 6881', '1200.75 pcp udp 6881', '1201.75 pcp udp 6881'],
	);
	const {state} = stage;
	assert(state.name === 'open');
	assert.deepEqual(Object.keys(state.ports), ['tcp']);
});

test('a gateway that began anew is asked for everything again, at once', () => {
	const stage = new Stage();
	stage.open();
	stage.mapping.heardEpoch(1000, 0);
	stage.run(299);
	assert.equal(stage.mapping.heardEpoch(1299, 299_000), false);
	// Clocks that run 5 % apart are no restart.
	assert.equal(stage.mapping.heardEpoch(1299 + 190, 499_000), false);
	stage.now = 499_000;
	assert.equal(stage.mapping.heardEpoch(3, 499_000), true);
	assert.deepEqual(stage.run(499), ['499 pcp tcp 6881', '499 pcp udp 6881', '499 pcp check']);
});

for (const [what, epoch] of [
	['went back by two seconds', 998],
	['stood still', 1000],
	['ran too fast', 1500],
] as const) {
	test(`an age that ${what} in 5 min tells of a restart`, () => {
		const stage = new Stage();
		stage.open();
		stage.mapping.heardEpoch(1000, 0);
		assert.equal(stage.mapping.heardEpoch(epoch, 300_000), true);
	});
}

test('answers that nobody waits for change nothing', () => {
	const stage = new Stage();
	stage.run(0);
	stage.grant('pcp', 'udp', 1);
	assert.deepEqual<MappingState>(stage.state, {name: 'asking'});
	stage.grant('pcp', 'tcp', 6881);
	stage.grant('pcp', 'tcp', 9999);
	const {state} = stage;
	assert.equal(state.name === 'open' && state.ports.tcp?.externalPort, 6881);
	stage.mapping.refused('pcp', 'tcp', 'no', 0, 0);
	assert.equal(stage.state.name, 'open');
});

test('a port of 0, or one for no time, is a refusal', () => {
	for (const [port, lifetime] of [
		[0, 3600],
		[6881, 0],
	] as const) {
		const stage = new Stage();
		stage.run(0);
		stage.grant('pcp', 'tcp', port, lifetime);
		assert.deepEqual(stage.run(0), ['0 nat-pmp tcp 6881']);
	}
});

test('a gateway that gives for a second is not asked every second', () => {
	const stage = new Stage();
	stage.open('pcp', 1);
	let asked = 0;
	for (let at = 0; at < 100; at++) {
		asked += stage.run(at).length;
		stage.grant('pcp', 'tcp', 6881, 1);
		stage.grant('pcp', 'udp', 6881, 1);
	}
	assert.equal(stage.state.name, 'open');
	assert.ok(asked > 10 && asked <= 40, `${asked} questions in 100 s`);
});

test('what UPnP gives for ever is looked after every 20 min', () => {
	const stage = new Stage(['upnp']);
	stage.open('upnp', 0);
	const {state} = stage;
	assert.equal(state.name === 'open' && state.ports.tcp?.until, Infinity);
	assert.deepEqual(stage.run(1200), ['1200 upnp tcp 6881', '1200 upnp udp 6881']);
});

test('after a change of addresses what is open is asked for again, and what failed is tried again', () => {
	const stage = new Stage();
	stage.open();
	stage.run(100);
	stage.mapping.hurry(100_000);
	assert.deepEqual(stage.run(100), ['100 pcp tcp 6881', '100 pcp udp 6881']);
	const silent = new Stage(['pcp']);
	silent.run(50);
	assert.equal(silent.mapping.state.name, 'failed');
	silent.mapping.hurry(50_000);
	assert.deepEqual(silent.run(50), ['50 pcp tcp 6881']);
});

test('a refusal of what was open begins with the first protocol again', () => {
	const stage = new Stage();
	stage.run(0);
	stage.mapping.unsupported('pcp', 0);
	stage.open('nat-pmp', 100);
	assert.deepEqual(stage.run(50), ['50 nat-pmp tcp 6881', '50 nat-pmp udp 6881']);
	stage.mapping.refused('nat-pmp', 'udp', 'no resources', 0, 50_000);
	assert.equal(stage.state.name, 'open');
	stage.mapping.refused('nat-pmp', 'tcp', 'no resources', 0, 50_000);
	assert.deepEqual<MappingState>(stage.state, {name: 'asking'});
	assert.deepEqual(stage.run(50), ['50 pcp tcp 6881']);
});
