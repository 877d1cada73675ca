import assert from 'node:assert/strict';
import {test} from 'node:test';
import {decodeSearchAnswer, encodeSearch} from '../../../source/protocol/lan/ssdp.ts';
import {addPortMapping, readDescription, readSoapAnswer} from '../../../source/protocol/lan/upnp.ts';
import {parseXml} from '../../../source/protocol/lan/xml.ts';

const ip = 'urn:schemas-upnp-org:service:WANIPConnection:1';
const ppp = 'urn:schemas-upnp-org:service:WANPPPConnection:1';
const url = 'http://192.168.1.1:5000/root.xml';

function description(services: readonly string[], base = ''): string {
	return `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">${base}<device><deviceType>x</deviceType><deviceList><device><serviceList>${services.join('')}</serviceList></device></deviceList></device></root>`;
}

const service = (type: string, path: string) =>
	`<service><serviceType>${type}</serviceType><controlURL>${path}</controlURL></service>`;

test('the services that map ports are found, those of IP lines before those of PPP', () => {
	assert.deepEqual(
		readDescription(
			description([
				service(ppp, '/ppp'),
				service('urn:x:service:Layer3Forwarding:1', '/l3'),
				service(ip, 'ctl'),
			]),
			url,
		),
		[
			{type: ip, controlUrl: 'http://192.168.1.1:5000/ctl'},
			{type: ppp, controlUrl: 'http://192.168.1.1:5000/ppp'},
		],
	);
});

test('a base is honoured, on the same host alone', () => {
	const read = (base: string, path = '/ctl') =>
		readDescription(description([service(ip, path)], `<URLBase>${base}</URLBase>`), url).map(
			({controlUrl}) => controlUrl,
		);
	assert.deepEqual(read('http://192.168.1.1:80'), ['http://192.168.1.1/ctl']);
	assert.deepEqual(read(''), ['http://192.168.1.1:5000/ctl']);
	assert.deepEqual(read('http://192.168.1.2:80'), []);
	assert.deepEqual(read('http://192.168.1.1:80', 'http://127.0.0.1/ctl'), []);
	assert.deepEqual(read('http://192.168.1.1:80', 'https://192.168.1.1/ctl'), []);
	assert.deepEqual(read('http://192.168.1.1:80', 'http://user@192.168.1.1/ctl'), []);
	assert.deepEqual(read('no url', '/ctl'), []);
});

test('what is no description of a device is a ProtocolError', () => {
	assert.throws(() => readDescription('<html/>', url), {name: 'ProtocolError'});
	assert.throws(() => readDescription('not found', url), {name: 'ProtocolError'});
});

test('a request for a mapping has its arguments in the order of the standard', () => {
	const {headers, body} = addPortMapping(ip, {
		transport: 'udp',
		externalPort: 7000,
		internalPort: 6881,
		client: '192.168.1.20',
		lifetime: 3600,
	});
	assert.equal(headers['SOAPAction'], `"${ip}#AddPortMapping"`);
	const action = parseXml(body).children[0]!.children[0]!;
	assert.equal(action.name, 'AddPortMapping');
	assert.deepEqual(
		action.children.map(({name, text}) => `${name} ${text}`),
		[
			'NewRemoteHost ',
			'NewExternalPort 7000',
			'NewProtocol UDP',
			'NewInternalPort 6881',
			'NewInternalClient 192.168.1.20',
			'NewEnabled 1',
			'NewPortMappingDescription tortui UDP',
			'NewLeaseDuration 3600',
		],
	);
});

const envelope = (body: string) =>
	`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;

test('answers and faults are told apart', () => {
	const fields = '<NewExternalIPAddress>203.0.113.9</NewExternalIPAddress>';
	const right = envelope(
		`<u:GetExternalIPAddressResponse xmlns:u="${ip}">${fields}</u:GetExternalIPAddressResponse>`,
	);
	const answer = readSoapAnswer('GetExternalIPAddress', right);
	assert(answer.ok);
	assert.equal(answer.fields.get('NewExternalIPAddress'), '203.0.113.9');
	const fault = (code: string) =>
		envelope(
			`<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail><UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>${code}</errorCode><errorDescription>ConflictInMappingEntry</errorDescription></UPnPError></detail></s:Fault>`,
		);
	assert.deepEqual(readSoapAnswer('AddPortMapping', fault('718')), {
		ok: false,
		code: 718,
		why: 'the port belongs to another machine',
	});
	assert.deepEqual(readSoapAnswer('AddPortMapping', fault('evil \u001b')), {
		ok: false,
		code: 0,
		why: 'error 0',
	});
	assert.throws(() => readSoapAnswer('AddPortMapping', right), {name: 'ProtocolError'});
	assert.throws(() => readSoapAnswer('AddPortMapping', '<html/>'), {name: 'ProtocolError'});
});

const bytes = (text: string) => Buffer.from(text, 'latin1');

test('a search says whom it looks for, and where it is sent', () => {
	assert.equal(
		Buffer.from(encodeSearch('urn:x', '239.255.255.250', 1900)).toString(),
		'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: urn:x\r\n\r\n',
	);
});

test('the answer to a search tells where the description lies', () => {
	const answer = `HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: urn:x\r\nLocation:${url}\r\nEXT:\r\n\r\n`;
	assert.deepEqual(decodeSearchAnswer(bytes(answer)), {type: 'urn:x', location: url});
	assert.deepEqual(decodeSearchAnswer(bytes(answer.replaceAll('\r\n', '\n'))), {
		type: 'urn:x',
		location: url,
	});
	for (const useless of [
		answer.replace('200 OK', '404 Not Found'),
		answer.replace('HTTP/1.1 200 OK', 'NOTIFY * HTTP/1.1'),
		answer.replace('Location:', 'Elsewhere:'),
		answer.replace('http://', 'https://'),
		answer.replace('http://', 'file://'),
		answer.replace('http://', 'http://me@'),
		answer.replace('Location:', `X: ${'x'.repeat(5000)}\r\nLocation:`),
		answer.replace('root.xml', 'x'.repeat(600)),
	]) {
		assert.equal(decodeSearchAnswer(bytes(useless)), undefined, useless.slice(0, 80));
	}
});
