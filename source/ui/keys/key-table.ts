import type {ScreenKey} from './define-key.js';
import {feedKeys} from './feed-keys.js';
import {fileKeys} from './file-keys.js';
import {listKeys, troubleKeys} from './list-keys.js';
import {movingKeys} from './moving-keys.js';
import {networkKeys} from './network-keys.js';
import {pieceKeys} from './piece-keys.js';
import {leavingKeys, screenKeys} from './screen-keys.js';
import {sessionKeys} from './session-keys.js';
import {swarmKeys} from './swarm-keys.js';
import {swarmsKeys} from './swarms-keys.js';
import {torrentKeys} from './torrent-keys.js';

/** The key table. */
export const keyTable: readonly ScreenKey[] = [
	...torrentKeys,
	...sessionKeys,
	...fileKeys,
	...networkKeys,
	...feedKeys,
	...swarmKeys,
	...swarmsKeys,
	...pieceKeys,
	...troubleKeys,
	...movingKeys,
	...listKeys,
	...screenKeys,
	...leavingKeys,
];
