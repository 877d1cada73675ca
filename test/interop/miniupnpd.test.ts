import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import {until} from '../helpers/deadline.ts';
import {gatewayNetwork, noGateway} from '../helpers/gateway-network.ts';
import {startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const limit = 60_000;

interface Case {
	readonly name: string;
	readonly pcp: boolean;
	readonly upnp: boolean;
	/** What else the gateway's firewall does. */
	readonly rule?: string;
}

const cases: readonly Case[] = [
	{name: 'PCP', pcp: true, upnp: false},
	// The first byte of PCP is its version, 2.
	{
		name: 'NAT-PMP',
		pcp: true,
		upnp: false,
		rule: 'nft add rule inet filter input udp dport 5351 @th,64,8 2 drop',
	},
	{name: 'UPnP', pcp: false, upnp: true},
];

async function check(t: TestContext, {name, pcp, upnp, rule}: Case): Promise<void> {
	const space = new Workspace(t);
	const {inside, gateway, outside, mapped} = await gatewayNetwork(space, {pcp, upnp});
	if (rule !== undefined) gateway.run(rule);
	const log = space.path('log');
	const engine = startTortui(
		space,
		[
			'engine',
			'--state-dir',
			space.folder('state'),
			'--port',
			'6881',
			'--port-map',
			'--no-dht',
			'--verbose',
			'--log',
			log,
		],
		{},
		inside.through,
	);
	await until('both ports to be mapped', limit, () => mapped().length === 2 || undefined);
	assert.deepEqual(mapped(), ['tcp 6881 to 192.168.77.20:6881', 'udp 6881 to 192.168.77.20:6881']);
	const said = () => readFileSync(log, 'utf8');
	await until('it to say so', limit, () => said().includes(`port 6881 open through ${name} until`));
	await until('its address', limit, () => said().includes('others see this machine at 11.22.33.44'));
	// Somebody in the internet comes through the gateway.
	const dial = `import socket; socket.create_connection(('11.22.33.44', 6881), 10); print('in')`;
	assert.match(outside.run(`/usr/bin/python3 -c "${dial}"`), /in/);
	assert.throws(() => outside.run(`/usr/bin/python3 -c "${dial.replace('6881', '6882')}"`));
	await engine.stop();
	assert.deepEqual(mapped(), []);
}

test('miniupnpd that begins anew and has forgotten the port is asked for it within seconds, as it says so', {
	skip: noGateway(),
}, async t => {
	const space = new Workspace(t);
	const {inside, mapped, restart} = await gatewayNetwork(space, {pcp: true, upnp: false});
	const words = ['--state-dir', space.folder('state'), '--port', '6881', '--port-map', '--no-dht'];
	const engine = startTortui(space, ['engine', ...words], {}, inside.through);
	await until('both ports to be mapped', limit, () => mapped().length === 2 || undefined);
	await restart();
	// Unheard, five minutes would pass.
	await until('both ports to be mapped again', limit, () => mapped().length === 2 || undefined);
	await engine.stop();
});

for (const each of cases) {
	test(
		`miniupnpd opens the port by ${each.name}, and closes it when the engine ends`,
		{skip: noGateway()},
		t => check(t, each),
	);
}
