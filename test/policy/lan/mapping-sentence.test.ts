import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type MappedGateway, mappingSummary} from '../../../source/policy/lan/mapping-sentence.ts';
import type {MappingState} from '../../../source/policy/lan/port-mapping.ts';

const gateway = (state: MappingState, more: Partial<MappedGateway> = {}): MappedGateway => ({
	family: 4,
	host: '192.168.1.1',
	state,
	outside: '203.0.113.9',
	...more,
});
const open = (tcp: number | undefined, udp: number | undefined, until = 1): MappingState => ({
	name: 'open',
	protocol: 'pcp',
	ports: {
		...(tcp !== undefined && {tcp: {externalPort: tcp, until}}),
		...(udp !== undefined && {udp: {externalPort: udp, until}}),
	},
	isPartial: false,
});
const failed = (why?: string): MappingState => ({name: 'failed', why, until: 1});
const says = (...gateways: MappedGateway[]) => mappingSummary(gateways, 6881, () => '14:20').text;

test('it is said in words how it stands', () => {
	assert.equal(says(), 'no gateway to ask for an open port');
	assert.equal(says(gateway({name: 'asking'})), 'asking 192.168.1.1 to open port 6881');
	assert.equal(says(gateway(open(6881, 6881))), 'port 6881 open through PCP until 14:20');
	assert.equal(says(gateway(open(6881, 6881, Infinity))), 'port 6881 open through PCP');
	assert.equal(says(gateway(open(7001, 7001))), 'port 7001 open through PCP until 14:20, 6881 here');
	assert.equal(says(gateway(open(6881, undefined))), 'port 6881 open for TCP only through PCP until 14:20');
	assert.equal(says(gateway(open(undefined, 6881))), 'port 6881 open for UDP only through PCP until 14:20');
	const early = {...open(6881, undefined), isPartial: true} as MappingState;
	assert.equal(says(gateway(early)), 'port 6881 open through PCP until 14:20');
	assert.equal(says(gateway(open(6881, 7000))), 'port 6881 (UDP 7000) open through PCP until 14:20');
	assert.equal(says(gateway(failed())), 'no gateway answered');
	assert.equal(says(gateway(failed()), gateway(failed('no (PCP)'))), 'the gateway refuses: no (PCP)');
});

test('the gateway that opens the port is spoken of, and both families', () => {
	const ipv6 = gateway(open(6881, 6881), {family: 6});
	assert.equal(
		says(gateway(failed('no')), gateway(open(6881, 6881))),
		'port 6881 open through PCP until 14:20',
	);
	assert.equal(
		says(gateway(open(6881, 6881)), ipv6),
		'port 6881 open through PCP until 14:20, and over IPv6',
	);
	assert.equal(says(gateway(failed()), ipv6), 'port 6881 open through PCP until 14:20, over IPv6 only');
});

test('a gateway that is itself behind another is no way in, and that is said', () => {
	assert.equal(
		says(gateway(open(6881, 6881), {outside: '100.64.3.4'})),
		'port 6881 open through PCP until 14:20; the gateway is behind another one, at 100.64.3.4',
	);
	assert.equal(
		says(gateway(open(6881, 6881), {outside: undefined})),
		'port 6881 open through PCP until 14:20',
	);
});
