import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	type DefaultRoute,
	findGateways,
	gatewaysOf,
	isInNetwork,
	readIpv4Routes,
	readIpv6Routes,
	readRouteAnswer,
} from '../../../source/io/lan/default-gateway.ts';

const ipv4Table = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wlan0	00000000	0102A8C0	0003	0	0	600	00000000	0	0	0
eth0	00000000	0101A8C0	0003	0	0	100	00000000	0	0	0
eth0	0001A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
tun0	00000000	00000000	0001	0	0	50	00000000	0	0	0
tun0	00000000	0100080A	0003	0	0	50	00000080	0	0	0
bad	00000000	xyz	0003	0	0	0	00000000
down0	00000000	0103A8C0	0002	0	0	0	00000000	0	0	0
`;

test('the default routes of IPv4 that lead through a gateway are read, halves and devices left out', () => {
	assert.deepEqual(readIpv4Routes(ipv4Table, true), [
		{family: 4, gateway: '192.168.2.1', device: 'wlan0', metric: 600},
		{family: 4, gateway: '192.168.1.1', device: 'eth0', metric: 100},
	]);
	assert.equal(readIpv4Routes(ipv4Table, false)[0]?.gateway, '1.2.168.192');
	assert.deepEqual(readIpv4Routes(''), []);
});

test('those of IPv6 as well', () => {
	const zero = '0'.repeat(32);
	const table = [
		`${zero} 00 ${zero} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0`,
		`${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo`,
		`20010db8000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth0`,
		'nonsense',
	].join('\n');
	assert.deepEqual(readIpv6Routes(table), [{family: 6, gateway: 'fe80::1', device: 'eth0', metric: 0x400}]);
});

test('what route says on macOS and the BSDs is read', () => {
	const text = `   route to: default\ndestination: default\n       mask: default\n    gateway: 192.168.1.1\n  interface: en0\n      flags: <UP,GATEWAY,DONE>\n`;
	assert.deepEqual(readRouteAnswer(text), [{family: 4, gateway: '192.168.1.1', device: 'en0', metric: 0}]);
	assert.deepEqual(readRouteAnswer(text.replace('192.168.1.1', 'fe80::1%en0'))[0]?.gateway, 'fe80::1');
	assert.deepEqual(readRouteAnswer('route: writing to routing socket: not in table'), []);
	assert.deepEqual(readRouteAnswer(text.replace('192.168.1.1', 'link#4')), []);
});

const address = (cidr: string) => {
	const family = cidr.includes(':') ? 'IPv6' : 'IPv4';
	return {
		address: cidr.split('/')[0]!,
		netmask: '',
		family,
		mac: '',
		internal: false,
		cidr,
		scopeid: 0,
	} as never;
};
const route = (gateway: string, device = 'eth0', metric = 0): DefaultRoute => ({
	family: gateway.includes(':') ? 6 : 4,
	gateway,
	device,
	metric,
});

test('the gateway that is used first comes first, with our address in its network', () => {
	assert.deepEqual(
		gatewaysOf([route('192.168.2.1', 'wlan0', 600), route('192.168.1.1', 'eth0', 100)], {
			eth0: [address('10.9.0.2/16'), address('192.168.1.20/24')],
			wlan0: [address('192.168.2.7/24')],
		}).map(({host, ours, prefix}) => `${host} ${ours}/${prefix}`),
		['192.168.1.1 192.168.1.20/24', '192.168.2.1 192.168.2.7/24'],
	);
});

test('public gateways, public addresses of ours and devices without one are left out', () => {
	const eth0 = [address('192.168.1.20/24')];
	assert.deepEqual(gatewaysOf([route('203.0.113.1')], {eth0}), []);
	assert.deepEqual(gatewaysOf([route('192.168.1.1')], {eth0: [address('203.0.113.5/24')]}), []);
	assert.deepEqual(gatewaysOf([route('192.168.1.1', 'eth1')], {eth0}), []);
	assert.deepEqual(gatewaysOf([route('192.168.1.1')], {}), []);
});

test('over IPv6 each public address of ours is a way in of its own, inner ones are none', () => {
	const eth0 = [
		address('fe80::5/64'),
		address('fd00::5/64'),
		address('2001:db8::5/64'),
		address('2001:db8::6/64'),
	];
	assert.deepEqual(
		gatewaysOf([route('fe80::1')], {eth0}).map(({host, device, ours}) => `${host}%${device} ${ours}`),
		['fe80::1%eth0 2001:db8::5', 'fe80::1%eth0 2001:db8::6'],
	);
});

test('networks are compared bit by bit', () => {
	assert.equal(isInNetwork('192.168.1.1', '192.168.1.200', 24), true);
	assert.equal(isInNetwork('192.168.1.1', '192.168.1.200', 25), false);
	assert.equal(isInNetwork('10.0.0.1', '10.0.3.255', 22), true);
	assert.equal(isInNetwork('10.0.0.1', '10.0.4.0', 22), false);
	assert.equal(isInNetwork('10.0.0.1', '::1', 0), false);
	assert.equal(isInNetwork('nobody', '10.0.0.1', 0), false);
});

test('the gateways of this machine can be asked for', async () => {
	for (const {host, ours} of await findGateways()) assert.notEqual(host, ours);
});
