"""A libtorrent peer on loopback, with one torrent.

  libtorrent-peer.py make PATH OUT.torrent v1|hybrid PIECE_LENGTH
  libtorrent-peer.py peer TORRENT DIR PORT [HOST:PORT of a peer to dial]

`peer` checks what is in DIR, downloads what is missing and seeds the rest. Prints `READY` when it can be dialled,
`COMPLETE` when it has everything; ends with its standard input or a signal."""
import os
import sys
import time

import libtorrent as lt


def make(path, out, kind, piece_length):
    files = lt.file_storage()
    lt.add_files(files, path)
    flags = {'v1': lt.create_torrent.v1_only, 'hybrid': 0}[kind]
    torrent = lt.create_torrent(files, int(piece_length), int(flags))
    lt.set_piece_hashes(torrent, os.path.dirname(os.path.abspath(path)))
    with open(out, 'wb') as file:
        file.write(lt.bencode(torrent.generate()))


def peer(torrent, folder, port, other=None):
    session = lt.session({
        'listen_interfaces': f'127.0.0.1:{port}',
        'enable_dht': False, 'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False,
        'enable_outgoing_utp': False, 'enable_incoming_utp': False,
        'allow_multiple_connections_per_ip': True, 'min_reconnect_time': 1, 'max_failcount': 100,
    })
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(torrent)
    params.save_path = folder
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    handle = session.add_torrent(params)
    ready = complete = False
    while True:
        status = handle.status()
        checking = status.state in (status.checking_files, status.checking_resume_data)
        if not ready and not checking:
            ready = True
            print('READY', flush=True)
        if other and ready and status.num_peers == 0:
            host, _, number = other.rpartition(':')
            handle.connect_peer((host, int(number)))
        if not complete and ready and status.is_seeding:
            complete = True
            print('COMPLETE', flush=True)
        time.sleep(0.1)


{'make': make, 'peer': peer}[sys.argv[1]](*sys.argv[2:])
