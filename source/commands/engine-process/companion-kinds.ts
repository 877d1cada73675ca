import {webCompanion} from '../web/web-companion.js';
import type {CompanionKind} from './companion.js';
import {hooksCompanion} from './hooks-companion.js';
import {rpcCompanion} from './rpc-companion.js';

/** Everything that may live beside an engine, in the order in which it is opened. */
export const companionKinds: readonly CompanionKind[] = [hooksCompanion, rpcCompanion, webCompanion];
