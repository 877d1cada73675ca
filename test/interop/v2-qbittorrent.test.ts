import {clear, meets, utp} from './v2-cells.ts';

meets('qbittorrent-nox', clear);
// It is a libtorrent inside, which adds a torrent once more when it knows what a link holds: a hybrid by both its hashes.
meets('qbittorrent-nox', {...utp, kinds: ['hybrid']});
