import {parseIp} from '../../base/ip-address.js';
import type {ExtensionPeer, HandshakeFields, HandshakePart} from './peer-extension.js';

/** Each side tells the other at which address it sees it: `yourip` of BEP 10. */
export class YourIp implements HandshakePart {
	greeting({address}: ExtensionPeer): HandshakeFields {
		return {yourip: parseIp(address.host)};
	}
}
