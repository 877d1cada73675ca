import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../source/base/errors.js';
import {decodeNatPmp, encodeNatPmpMap, looksLikeNatPmp} from '../../source/protocol/lan/nat-pmp.js';
import {decodePcp, encodePcpAnnounce, encodePcpMap, looksLikePcp} from '../../source/protocol/lan/pcp.js';
import {decodeSearchAnswer} from '../../source/protocol/lan/ssdp.js';
import {addPortMapping, readDescription, readSoapAnswer} from '../../source/protocol/lan/upnp.js';
import {parseXml} from '../../source/protocol/lan/xml.js';
import {describedBy} from '../helpers/fake-gateway.ts';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(1);
const rounds = fuzzRounds(20_000);
const wish = {internalPort: 6881, externalPort: 7000, lifetime: 3600, transport: 'tcp'} as const;
const client = Uint8Array.of(192, 168, 1, 20);
const nonce = new Uint8Array(12).fill(7);

/** As a gateway answers. */
function answered(bytes: Uint8Array): Uint8Array {
	const answer = bytes.slice();
	answer[1]! |= 0x80;
	return answer;
}

const url = 'http://192.168.1.1:5000/root.xml';
const soap = (text: string) =>
	Buffer.from(`<?xml version="1.0"?><s:Envelope xmlns:s="a"><s:Body>${text}</s:Body></s:Envelope>`);

const datagrams = [
	answered(encodePcpMap({...wish, client, nonce})),
	answered(encodePcpAnnounce(client)),
	answered(Uint8Array.of(...encodeNatPmpMap(wish), 0, 0, 0, 0)),
	Uint8Array.of(0, 0x80, 0, 0, 0, 0, 0, 9, 203, 0, 113, 9),
	Buffer.from(`HTTP/1.1 200 OK\r\nST: urn:x\r\nLOCATION: ${url}\r\nEXT:\r\n\r\n`),
];
const texts = [
	Buffer.from(describedBy('/control')),
	Buffer.from(
		describedBy('http://192.168.1.1/control').replace('<device>', `<URLBase>${url}</URLBase><device>`),
	),
	Buffer.from(addPortMapping('urn:x', {...wish, client: '192.168.1.20'}).body),
	soap('<u:AddPortMappingResponse xmlns:u="b"/>'),
	soap('<s:Fault><detail><UPnPError><errorCode>718</errorCode></UPnPError></detail></s:Fault>'),
	Buffer.from('<!-- a --><a b="c" d=\'e\'><![CDATA[x]]>&amp;<b/></a>'),
];

function decodes(decode: () => unknown, what: string): void {
	try {
		decode();
	} catch (error) {
		assert.ok(error instanceof ProtocolError, `${what}: ${String(error)}`);
	}
}

test(`any datagram gives a gateway's answer or a ProtocolError (seed ${seed}, ${rounds} inputs)`, () => {
	const random = seeded(seed);
	for (let round = 0; round < rounds; round++) {
		const bytes = mutate(datagrams[Math.floor(random() * datagrams.length)]!, random);
		looksLikePcp(bytes);
		looksLikeNatPmp(bytes);
		decodes(() => decodePcp(bytes), `round ${round}`);
		decodes(() => decodeNatPmp(bytes), `round ${round}`);
		const found = decodeSearchAnswer(bytes);
		assert.ok(found === undefined || (found.location.length <= 512 && /^http:/i.test(found.location)));
	}
});

test(`any text gives what a gateway says or a ProtocolError (seed ${seed}, ${rounds} inputs)`, () => {
	const random = seeded(seed);
	for (let round = 0; round < rounds; round++) {
		const text = Buffer.from(mutate(texts[Math.floor(random() * texts.length)]!, random)).toString();
		decodes(() => parseXml(text), `round ${round}`);
		decodes(() => readSoapAnswer('AddPortMapping', text), `round ${round}`);
		decodes(() => {
			for (const {controlUrl} of readDescription(text, url))
				assert.equal(new URL(controlUrl).hostname, '192.168.1.1');
		}, `round ${round}`);
	}
});
