/** Who names a peer to us. `incoming` names itself, by coming; `resume` are those an earlier run of the engine knew. */
export type PeerSourceName = 'tracker' | 'dht' | 'pex' | 'lsd' | 'manual' | 'incoming' | 'resume';
