/** What the parts cost by themselves, beside the benchmark against other clients. `npm run bench`. */
import {benchAttached} from './attached.bench.ts';
import {benchCatalogue} from './catalogue.bench.ts';
import {benchCreate} from './create.bench.ts';
import {benchDht} from './dht.bench.ts';
import {benchEncryption} from './encryption.bench.ts';
import {benchGrid} from './grid.bench.ts';
import {benchIdle} from './idle.bench.ts';
import {benchMagnet} from './magnet.bench.ts';
import {benchMerkle} from './merkle.bench.ts';
import {benchPicker} from './picker.bench.ts';
import {benchTracker} from './tracker.bench.ts';
import {benchTrackerLoad} from './tracker-load.bench.ts';
import {benchUtp} from './utp.bench.ts';
import {benchViews} from './views.bench.ts';
import {benchWebSeed} from './web-seed.bench.ts';
import {benchWire} from './wire.bench.ts';

// First, while nothing else has left its traces in this process's memory.
await benchIdle();
await benchDht();
benchWire();
benchPicker();
benchGrid();
benchTracker();
benchCatalogue();
await benchTrackerLoad();
await benchViews();
await benchAttached();
await benchMagnet();
await benchUtp();
await benchWebSeed();
await benchEncryption();
benchCreate();
await benchMerkle();
process.exit();
