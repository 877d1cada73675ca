import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SessionView} from '../../../source/api/snapshot.ts';
import {PortMapper} from '../../../source/engine/lan/port-mapper.ts';
import type {Gateway} from '../../../source/io/lan/default-gateway.ts';
import type {DatagramListener} from '../../../source/io/net/datagram-socket.ts';
import {describedBy, FakeGateway, type FakeGatewayHabits} from '../../helpers/fake-gateway.ts';
import {HandClock, settled} from '../../helpers/hand-clock.ts';
import {seeded} from '../../policy/seeded.ts';

/** A LAN of gateways that are none, and us in it. */
class Lan {
	readonly clock = new HandClock();
	readonly mapper: PortMapper;
	readonly log: string[] = [];
	readonly votes: string[] = [];
	/** Everything that was fetched, by URL. */
	readonly fetched: string[] = [];
	/** Where sockets were opened, and who hears what comes there. */
	readonly sockets = new Map<string, DatagramListener>();
	readonly sent: string[] = [];
	portChanges = 0;
	/** Says something to all who hear gateways, from this address. */
	shout: ((host: string) => void) | undefined;
	/** How often the networks were looked at by who hears them. */
	refreshes = 0;
	gateways: Gateway[] = [];
	readonly #fakes = new Map<string, FakeGateway>();

	constructor() {
		const random = seeded(1);
		this.mapper = new PortMapper({
			clock: this.clock,
			random: {next: random, bytes: length => Uint8Array.from({length}, () => random() * 256)},
			ports: {pcp: 5351, ssdpGroup: '239.255.255.250', ssdp: 1900},
			http: {
				get: async (url, {post, redirects}) => {
					this.fetched.push(url);
					assert.ok(post !== undefined || redirects === 0, 'nothing is followed');
					const {host, pathname} = new URL(url);
					const fake = this.#fakes.get(host.split(':')[0]!);
					if (!fake?.habits.upnp) throw new Error('nobody there');
					const {status, body} = fake.web(pathname, post && String(post.body));
					return {status, body: new TextEncoder().encode(body), url};
				},
			},
			open: async ({address}, listener) => {
				this.sockets.set(address!, listener);
				return {
					port: 40_000,
					send: (bytes, host, port) => this.#carry(bytes, address!, host.split('%')[0]!, port),
					hold() {},
					close: () => void this.sockets.delete(address!),
				};
			},
			findGateways: async () => this.gateways,
			hearGateways: heard => {
				this.shout = heard;
				return {
					refresh: () => void this.refreshes++,
					close: () => {
						this.shout = undefined;
					},
				};
			},
			listensAt: () => true,
			localPort: () => 6881,
			portChanged: () => {
				this.portChanges++;
			},
			heardOurAddress: (host, {host: gateway}) => void this.votes.push(`${gateway} says ${host}`),
			log: (_, text) => void this.log.push(text),
		});
	}

	/** A gateway that we have a way through. */
	join(host: string, habits: Partial<FakeGatewayHabits>, more: Partial<Gateway> = {}): FakeGateway {
		const fake = this.stand(host, habits);
		const ours = host.includes(':') ? '2001:db8::5' : host.replace(/\.\d+$/, '.20');
		this.gateways.push({family: 4, host, device: 'eth0', ours, prefix: 24, ...more});
		return fake;
	}

	/** A machine that is in the network, and no gateway of ours. */
	stand(host: string, habits: Partial<FakeGatewayHabits>): FakeGateway {
		const fake = new FakeGateway(() => this.clock.now() / 1000, habits);
		this.#fakes.set(host, fake);
		return fake;
	}

	/** Something comes to our socket. */
	say(ours: string, bytes: Uint8Array, address: string, port: number): void {
		this.sockets.get(ours)?.(bytes, {address, port});
	}

	#carry(bytes: Uint8Array, ours: string, host: string, port: number): void {
		this.sent.push(`${host}:${port}`);
		for (const [name, fake] of this.#fakes) {
			if (host !== name && host !== '239.255.255.250') continue;
			const answer = port === 1900 ? fake.search(bytes, `http://${name}:5000`) : fake.datagram(bytes);
			if (answer !== undefined) setImmediate(() => this.say(ours, answer, name, port));
		}
	}

	async start(): Promise<this> {
		this.mapper.start();
		await this.pass(0);
		return this;
	}

	async pass(seconds: number): Promise<void> {
		await settled();
		await this.clock.pass(seconds * 1000);
		for (let turn = 0; turn < 10; turn++) await settled();
	}

	get view(): NonNullable<SessionView['portMapping']> {
		return this.mapper.view().portMapping!;
	}
}

test('a gateway that speaks PCP opens TCP and UDP, and says where it is seen', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {pcp: true});
	await lan.start();
	assert.deepEqual([...gateway.mapped], ['tcp 6881 -> 6881', 'udp 6881 -> 6881']);
	assert.equal(lan.view.state, 'open');
	assert.match(lan.view.text, /^port 6881 open through PCP until \d\d:\d\d$/);
	const told = lan.log.filter(line => line.startsWith('port mapping'));
	assert.deepEqual(told, [
		'port mapping: asking 192.168.1.1 to open port 6881',
		`port mapping: ${lan.view.text}`,
	]);
	assert.deepEqual([...new Set(lan.votes)], ['192.168.1.1 says 203.0.113.9']);
	assert.equal(lan.mapper.portFor('tracker.example', 'tcp'), 6881);
	assert.equal(lan.portChanges, 0);
});

test('one that knows NAT-PMP only is asked in that', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {natPmp: true});
	await lan.start();
	assert.equal(gateway.asked[0], 'pcp?');
	assert.deepEqual([...gateway.mapped], ['tcp 6881 -> 6881', 'udp 6881 -> 6881']);
	assert.match(lan.view.text, /^port 6881 open through NAT-PMP until /);
	assert.deepEqual(lan.votes, ['192.168.1.1 says 203.0.113.9']);
});

test('one that knows UPnP only is asked in that, once the others stayed silent', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {upnp: true});
	await lan.start();
	assert.equal(lan.view.text, 'asking 192.168.1.1 to open port 6881');
	await lan.pass(8);
	assert.deepEqual([...gateway.mapped], ['tcp 6881 -> 6881', 'udp 6881 -> 6881']);
	assert.match(lan.view.text, /^port 6881 open through UPnP until /);
	assert.deepEqual([...new Set(lan.votes)], ['192.168.1.1 says 203.0.113.9']);
});

for (const habits of [{pcp: true}, {natPmp: true}, {upnp: true}] as const) {
	test(`what was mapped by ${Object.keys(habits)[0]} is renewed at half its time and taken away at the end`, async () => {
		const lan = new Lan();
		const gateway = lan.join('192.168.1.1', habits);
		await lan.start();
		await lan.pass(10);
		gateway.asked.length = 0;
		await lan.pass(1700);
		const maps = () => gateway.asked.filter(line => line.includes('6881')).length;
		assert.equal(maps(), 0);
		await lan.pass(300);
		assert.equal(maps(), 2);
		gateway.asked.length = 0;
		const leaving = lan.mapper.leave();
		await lan.pass(0);
		await leaving;
		assert.deepEqual([...gateway.mapped], []);
		assert.equal(gateway.asked.length, 2);
		lan.mapper.stop();
		assert.equal(lan.sockets.size, 0);
		await lan.pass(7200);
		assert.equal(gateway.asked.length, 2);
	});
}

test('a goodbye that nobody answers is said three times, and not waited for longer than 2 s', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {pcp: true});
	await lan.start();
	gateway.habits.bend = () => Uint8Array.of(2);
	gateway.asked.length = 0;
	let over = false;
	void lan.mapper.leave().then(() => {
		over = true;
	});
	await lan.pass(1.4);
	assert.equal(over, false);
	await lan.pass(0.6);
	assert.equal(over, true);
	assert.equal(gateway.asked.filter(line => line === 'pcp map tcp 0 0').length, 3);
});

test('silence is told as silence, and the gateway asked again later', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {});
	await lan.start();
	await lan.pass(20);
	assert.deepEqual(lan.view, {state: 'failed', text: 'no gateway answered', port: undefined});
	gateway.habits.pcp = true;
	await lan.pass(300);
	assert.equal(lan.view.state, 'open');
});

test('a refusal is told with what the gateway said', async () => {
	const lan = new Lan();
	lan.join('192.168.1.1', {pcp: true, natPmp: true, upnp: true, refusal: 2, fault: () => 606});
	await lan.start();
	await lan.pass(10);
	assert.equal(
		lan.view.text,
		'the gateway refuses: not authorized (PCP), not authorized (NAT-PMP), not authorized (UPnP)',
	);
});

test('another port than was liked is what others are told, in this family and outside alone', async () => {
	const lan = new Lan();
	lan.join('192.168.1.1', {pcp: true, externalPort: wish => (wish === 6881 ? 50_123 : wish)});
	await lan.start();
	assert.match(lan.view.text, /^port 50123 open through PCP until \d\d:\d\d, 6881 here$/);
	assert.equal(lan.view.port, 50_123);
	assert.equal(lan.mapper.portFor('tracker.example', 'tcp'), 50_123);
	assert.equal(lan.mapper.portFor('8.8.8.8', 'udp'), 50_123);
	assert.equal(lan.mapper.portFor('192.168.1.7', 'tcp'), undefined);
	assert.equal(lan.mapper.portFor('2001:db8::1', 'tcp'), undefined);
	assert.equal(lan.portChanges, 1);
});

test('of two gateways the first that opens the port counts, and all are asked', async () => {
	const lan = new Lan();
	const first = lan.join('192.168.1.1', {pcp: true, refusal: 8});
	const second = lan.join('10.0.0.1', {natPmp: true, externalPort: () => 7000}, {device: 'wlan0'});
	await lan.start();
	await lan.pass(20);
	assert.equal(first.mapped.size, 0);
	assert.deepEqual([...second.mapped], ['tcp 7000 -> 6881', 'udp 7000 -> 6881']);
	assert.equal(lan.mapper.portFor('tracker.example', 'tcp'), 7000);
	first.habits.refusal = 0;
	await lan.pass(300);
	assert.equal(lan.mapper.portFor('tracker.example', 'tcp'), 6881);
	assert.equal(lan.portChanges, 2);
});

test('a gateway that began anew is found out within 5 min and asked for everything again', async () => {
	for (const habits of [{pcp: true}, {natPmp: true}]) {
		const lan = new Lan();
		const gateway = lan.join('192.168.1.1', habits);
		await lan.start();
		await lan.pass(700);
		gateway.restart();
		await lan.pass(301);
		assert.deepEqual([...gateway.mapped], ['tcp 6881 -> 6881', 'udp 6881 -> 6881']);
		assert.match(lan.log.join('\n'), /192\.168\.1\.1 began anew/);
	}
});

test('a gateway that says unasked that it began anew is asked within seconds, and no more often than twice a minute', async () => {
	for (const [habits, question] of [
		[{pcp: true}, 'pcp announce'],
		[{natPmp: true}, 'nat-pmp address'],
	] as const) {
		const lan = new Lan();
		const gateway = lan.join('192.168.1.1', habits);
		await lan.start();
		await lan.pass(100);
		const checks = (): number => gateway.asked.filter(text => text === question).length;
		const before = checks();
		gateway.restart();
		lan.shout!('192.168.1.1');
		await lan.pass(5);
		assert.deepEqual([...gateway.mapped], ['tcp 6881 -> 6881', 'udp 6881 -> 6881']);
		assert.equal(checks(), before + 1);
		for (let second = 0; second < 20; second++) {
			lan.shout!('192.168.1.1');
			await lan.pass(1);
		}
		assert.equal(checks(), before + 1, 'a flood costs nothing');
		await lan.pass(30);
		lan.shout!('192.168.1.1');
		await lan.pass(5);
		assert.equal(checks(), before + 2);
		const maps = gateway.asked.filter(text => text.includes('map')).length;
		lan.shout!('192.168.1.9');
		await lan.pass(40);
		assert.equal(
			gateway.asked.filter(text => text.includes('map')).length,
			maps,
			'what is not lost is not asked for',
		);
		assert.equal(checks(), before + 2, 'who is no gateway of ours is nobody');
		const left = lan.mapper.leave();
		await lan.pass(2);
		await left;
		assert.equal(lan.shout, undefined);
	}
});

test('a gateway that mapped nothing and says that it began anew is asked again at once', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {});
	await lan.start();
	await lan.pass(60);
	assert.equal(lan.view.state, 'failed');
	gateway.habits.pcp = true;
	lan.shout!('192.168.1.1');
	await lan.pass(5);
	assert.deepEqual([...gateway.mapped], ['tcp 6881 -> 6881', 'udp 6881 -> 6881']);
});

test('over IPv6 the firewall is opened by PCP alone, for each of our addresses', async () => {
	const lan = new Lan();
	const gateway = lan.join('fe80::1', {pcp: true}, {family: 6});
	await lan.start();
	assert.deepEqual([...gateway.mapped], ['tcp 6881 -> 6881', 'udp 6881 -> 6881']);
	assert.match(lan.view.text, /^port 6881 open through PCP until \d\d:\d\d, over IPv6 only$/);
	assert.equal(lan.mapper.portFor('2001:db8::1', 'tcp'), 6881);
	assert.equal(lan.mapper.portFor('tracker.example', 'tcp'), undefined);
	assert.deepEqual([...new Set(lan.sent)], ['fe80::1:5351']);
});

test('without a gateway nothing is sent, and that is said', async () => {
	const lan = await new Lan().start();
	await lan.pass(60);
	assert.deepEqual(lan.view, {state: 'none', text: 'no gateway to ask for an open port', port: undefined});
	assert.deepEqual(lan.sent, []);
});

test('after a change of addresses the new gateway is asked, and the old one let go of', async () => {
	const lan = new Lan();
	const old = lan.join('192.168.1.1', {pcp: true});
	await lan.start();
	lan.gateways = [];
	const other = lan.join('10.0.0.1', {natPmp: true});
	lan.mapper.addressesChanged();
	await lan.pass(2);
	assert.deepEqual([...old.mapped], []);
	assert.deepEqual([...other.mapped], ['tcp 6881 -> 6881', 'udp 6881 -> 6881']);
	assert.match(lan.view.text, /NAT-PMP/);
	assert.deepEqual([...lan.sockets.keys()], ['10.0.0.20']);
});

test('after a change that left the gateway where it was it is asked again at once', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {pcp: true});
	await lan.start();
	gateway.mapped.clear();
	lan.mapper.addressesChanged();
	await lan.pass(0);
	assert.equal(gateway.mapped.size, 2);
});

test('a machine that slept asks again', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {pcp: true});
	await lan.start();
	lan.mapper.tick(lan.clock.now());
	gateway.mapped.clear();
	const {wall} = lan.clock;
	lan.clock.wall = () => wall.call(lan.clock) + 3_600_000;
	lan.mapper.tick(lan.clock.now());
	await lan.pass(0);
	assert.equal(gateway.mapped.size, 2);
});

test('answers with another nonce, for another port or from elsewhere are not believed', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {pcp: true});
	const answers: Uint8Array[] = [];
	gateway.habits.bend = bytes => {
		answers.push(bytes.slice());
		bytes[24]! ^= 1;
		return bytes;
	};
	await lan.start();
	assert.equal(lan.view.state, 'asking');
	assert.deepEqual(lan.votes, []);
	const [right] = answers;
	const otherPort = right!.slice();
	otherPort[41]! ^= 1;
	lan.say('192.168.1.20', otherPort, '192.168.1.1', 5351);
	lan.say('192.168.1.20', right!, '192.168.1.2', 5351);
	lan.say('192.168.1.20', right!, '192.168.1.1', 5352);
	lan.say('192.168.1.20', Uint8Array.of(2, 0x81), '192.168.1.1', 5351);
	await lan.pass(0);
	assert.equal(lan.view.state, 'asking');
	lan.say('192.168.1.20', right!, '192.168.1.1', 5351);
	await lan.pass(0);
	assert.equal(lan.view.state, 'open');
});

test('the answer to a search counts from our own network, when it describes its sender', async () => {
	const lan = new Lan();
	lan.join('192.168.1.1', {});
	// Each would answer whoever asks.
	for (const host of ['192.168.1.66', '8.8.8.8', '127.0.0.1'])
		lan.stand(host, {upnp: true}).search = () => undefined;
	const search = (location: string) => Buffer.from(`HTTP/1.1 200 OK\r\nLOCATION: ${location}\r\n\r\n`);
	lan.mapper.start();
	await lan.pass(7.6);
	lan.say('192.168.1.20', search('http://8.8.8.8:5000/b'), '8.8.8.8', 1900);
	lan.say('192.168.1.20', search('http://127.0.0.1:5000/c'), '192.168.1.66', 1900);
	lan.say('192.168.1.20', search('http://router.lan:5000/c'), '192.168.1.66', 1900);
	await lan.pass(10);
	assert.deepEqual(lan.fetched, []);
	assert.equal(lan.view.text, 'no gateway answered');
	// Not while nobody searches.
	lan.say('192.168.1.20', search('http://192.168.1.66:5000/d'), '192.168.1.66', 1900);
	await lan.pass(10);
	assert.deepEqual(lan.fetched, []);
});

test('another device of our network that says it is the gateway is asked when the gateway stays silent', async () => {
	const lan = new Lan();
	lan.join('192.168.1.1', {});
	const other = lan.stand('192.168.1.66', {upnp: true});
	await lan.start();
	await lan.pass(12);
	assert.match(lan.view.text, /^port 6881 open through UPnP/);
	assert.equal(other.mapped.size, 2);
});

test('what is open by UPnP stays so while the gateway is away for a while, and is searched for again', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {upnp: true});
	await lan.start();
	await lan.pass(10);
	gateway.habits.upnp = false;
	await lan.pass(2100);
	assert.match(lan.view.text, /^port 6881 open through UPnP/);
	gateway.habits.upnp = true;
	gateway.asked.length = 0;
	await lan.pass(1000);
	assert.match(lan.view.text, /^port 6881 open through UPnP/);
	assert.ok(gateway.asked.includes('ssdp'), 'it may be elsewhere now');
	assert.equal(gateway.asked.filter(line => line.startsWith('upnp AddPortMapping')).length, 2);
});

test('a gateway that says unasked that it began anew is not believed', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {pcp: true});
	await lan.start();
	await lan.pass(100);
	gateway.asked.length = 0;
	const announcement = new Uint8Array(24);
	announcement.set([2, 0x80]);
	lan.say('192.168.1.20', announcement, '192.168.1.1', 5351);
	await lan.pass(1);
	assert.deepEqual(gateway.asked, []);
});

for (const [what, description] of [
	['is huge', `<root>${' '.repeat(100_001)}</root>`],
	['is no XML', 'not found'],
	['declares entities', '<!DOCTYPE r [<!ENTITY a "aa">]><root/>'],
	['leads to another host', describedBy('http://127.0.0.1/control')],
	['leads to another protocol', describedBy('file:///etc/passwd')],
	['maps nothing', '<root><device/></root>'],
] as const) {
	test(`a gateway whose description ${what} is asked nothing`, async () => {
		const lan = new Lan();
		lan.join('192.168.1.1', {upnp: true, description});
		await lan.start();
		await lan.pass(20);
		assert.equal(lan.view.text, 'no gateway answered');
		assert.deepEqual([...new Set(lan.fetched)], ['http://192.168.1.1:5000/root.xml']);
	});
}

test('where UPnP gives ports only for ever, they are taken for ever and given back', async () => {
	for (const fault of [725, 402, 501]) {
		const lan = new Lan();
		const gateway = lan.join('192.168.1.1', {
			upnp: true,
			fault: fields => (fields.get('NewLeaseDuration') === '0' ? undefined : fault),
		});
		await lan.start();
		await lan.pass(8);
		assert.equal(lan.view.text, 'port 6881 open through UPnP');
		const leaving = lan.mapper.leave();
		await lan.pass(0);
		await leaving;
		assert.equal(gateway.mapped.size, 0);
	}
});

test('a port that another machine has by UPnP is asked for under another number', async () => {
	const lan = new Lan();
	const gateway = lan.join('192.168.1.1', {
		upnp: true,
		fault: fields => (fields.get('NewExternalPort') === '6881' ? 718 : undefined),
	});
	await lan.start();
	await lan.pass(8);
	const {port} = lan.view;
	assert.ok(port !== undefined && port >= 10_000);
	assert.deepEqual([...gateway.mapped], [`tcp ${port} -> 6881`, `udp ${port} -> 6881`]);
});

test("a port that is another machine's, where only the same number is given, is refused", async () => {
	const lan = new Lan();
	lan.join('192.168.1.1', {
		upnp: true,
		fault: fields => (fields.get('NewExternalPort') === '6881' ? 718 : 724),
	});
	await lan.start();
	await lan.pass(8);
	assert.equal(lan.view.text, 'the gateway refuses: the port belongs to another machine (UPnP)');
});

test('a gateway behind another is told of, and its inner address is no vote that counts', async () => {
	const lan = new Lan();
	lan.join('192.168.1.1', {pcp: true, externalAddress: '100.64.0.7'});
	await lan.start();
	assert.match(lan.view.text, /; the gateway is behind another one, at 100\.64\.0\.7$/);
});

test('nothing is said before it is known whether there is a gateway', () => {
	assert.deepEqual(new Lan().mapper.view(), {});
});
