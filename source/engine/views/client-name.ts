import {safeText} from '../../base/safe-text.js';
import type {ExtensionState} from '../extensions/extension-state.js';

/** Two letters in a peer id of the usual form, `-XX1234-`. BEP 20. */
const known: Readonly<Record<string, string>> = {
	AZ: 'Vuze',
	BC: 'BitComet',
	BI: 'BiglyBT',
	BT: 'BitTorrent',
	DE: 'Deluge',
	FD: 'Free Download Manager',
	FX: 'Freebox',
	GT: 'anacrolix torrent',
	KT: 'KTorrent',
	LT: 'libtorrent',
	PI: 'PicoTorrent',
	qB: 'qBittorrent',
	rq: 'rqbit',
	TL: 'Tribler',
	TR: 'Transmission',
	TX: 'Tixati',
	TY: 'tortui',
	UM: 'µTorrent Mac',
	UT: 'µTorrent',
	WW: 'WebTorrent',
	XL: 'Xunlei',
	lt: 'rtorrent',
};

/** The name of a peer's program, safe for a terminal: as it says itself, else from its peer id. */
export function clientName(peer: {
	readonly extensions: Pick<ExtensionState, 'client'>;
	readonly peerId: Uint8Array | undefined;
}): string {
	const said = safeText(peer.extensions.client ?? '', 40);
	// What nothing is seen of is no name.
	if (said !== '') return said;
	if (peer.peerId === undefined) return '';
	return nameFromPeerId(peer.peerId);
}

/** `-TR4030-…` is Transmission 4.0.3; the empty string where the form is not known. */
function nameFromPeerId(peerId: Uint8Array): string {
	const head = String.fromCharCode(...peerId.subarray(0, 8));
	const match = /^-([A-Za-z]{2})([0-9A-Za-z]{4})-$/.exec(head);
	if (match !== null) {
		const version = [...match[2]!].map(digit => Number.parseInt(digit, 36));
		while (version.length > 2 && version.at(-1) === 0) version.pop();
		return `${known[match[1]!] ?? match[1]} ${version.join('.')}`;
	}
	const aria = /^A2-(\d+)-(\d+)-(\d+)/.exec(String.fromCharCode(...peerId.subarray(0, 12)));
	return aria === null ? '' : `aria2 ${aria[1]}.${aria[2]}.${aria[3]}`;
}
