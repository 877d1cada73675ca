"""A libtorrent peer, with one torrent: on loopback, unless `ip` is another of the machine's addresses.

  libtorrent-peer.py make PATH OUT.torrent v1|v2|hybrid PIECE_LENGTH
  libtorrent-peer.py peer TORRENT|MAGNET DIR PORT [HOST:PORT of a peer to dial] [ip=ADDRESS] [lsd=1] [dht=HOST:PORT] [limit=BYTES]
    [transport=tcp|utp|both]
  libtorrent-peer.py judge TORRENT ...
  libtorrent-peer.py node PORT [ip=ADDRESS] [dht=HOST:PORT]

`node` is a DHT node alone; `dht` names one to ask first, or is `none`. `peer` checks what is in DIR, downloads what is missing and seeds the rest. Prints `READY` when it can be dialled,
`SEED` when it is connected to one, `COMPLETE` when it has everything; `limit` is what it may send, and receive, a second.
Ends with its standard input or a signal."""
import os
import sys
import time

import libtorrent as lt


def make(path, out, kind, piece_length):
    files = lt.file_storage()
    lt.add_files(files, path)
    flags = {'v1': lt.create_torrent.v1_only, 'v2': lt.create_torrent.v2_only, 'hybrid': 0}[kind]
    torrent = lt.create_torrent(files, int(piece_length), int(flags))
    lt.set_piece_hashes(torrent, os.path.dirname(os.path.abspath(path)))
    with open(out, 'wb') as file:
        file.write(lt.bencode(torrent.generate()))


def judge(*torrents):
    for torrent in torrents:
        try:
            lt.torrent_info(torrent)
            print('loads', flush=True)
        except RuntimeError as error:
            print('refuses', error, flush=True)


def open_session(port, ip='127.0.0.1', lsd=None, dht=None, enc=None, transport='tcp'):
    """`ip`: an address, of IPv6 in brackets. `enc`: `off`, `enabled` or `forced`, and with what: `forced-rc4`, `forced-plain`; both when left out. `enabled-prefer`: RC4 rather. `transport`: what it speaks to peers over."""
    utp, tcp = transport != 'tcp', transport != 'utp'
    settings = {
        'listen_interfaces': f'{ip}:{port}',
        'enable_dht': dht is not None, 'enable_lsd': lsd is not None, 'enable_upnp': False, 'enable_natpmp': False,
        'enable_outgoing_utp': utp, 'enable_incoming_utp': utp,
        'enable_outgoing_tcp': tcp, 'enable_incoming_tcp': tcp,
        'allow_multiple_connections_per_ip': True, 'min_reconnect_time': 1, 'max_failcount': 100,
        'dht_bootstrap_nodes': '', 'dht_restrict_routing_ips': False, 'dht_restrict_search_ips': False,
    }
    if 'validate_https_trackers' in lt.default_settings():
        settings['validate_https_trackers'] = False
    if enc:
        policy, _, level = enc.partition('-')
        policies = {'off': lt.enc_policy.pe_disabled, 'enabled': lt.enc_policy.pe_enabled, 'forced': lt.enc_policy.pe_forced}
        levels = {'rc4': lt.enc_level.pe_rc4, 'plain': lt.enc_level.pe_plaintext}
        settings['out_enc_policy'] = settings['in_enc_policy'] = int(policies[policy])
        settings['allowed_enc_level'] = int(levels.get(level, lt.enc_level.pe_both))
        settings['prefer_rc4'] = level in ('rc4', 'prefer')
    for name in ('dht_ignore_dark_internet', 'dht_prefer_verified_node_ids', 'dht_enforce_node_id'):
        if name in lt.default_settings():
            settings[name] = False
    session = lt.session(settings)
    if dht and dht != 'none':
        host, _, number = dht.rpartition(':')
        session.add_dht_node((host.strip('[]'), int(number)))
    return session


def node(port, **options):
    session = open_session(port, dht=options.pop('dht', 'none'), **options)
    print('READY', flush=True)
    while session:
        time.sleep(1)


def peer(torrent, folder, port, other=None, limit=None, **options):
    session = open_session(port, **options)
    if torrent.startswith('magnet:'):
        params = lt.parse_magnet_uri(torrent)
    else:
        params = lt.add_torrent_params()
        params.ti = lt.torrent_info(torrent)
    params.save_path = folder
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    handle = session.add_torrent(params)
    if limit:
        # Limits of the session do not count among neighbours.
        handle.set_upload_limit(int(limit))
        handle.set_download_limit(int(limit))
    ready = complete = seed = False
    rounds = 0
    while True:
        if 'dht' in options and rounds % 30 == 5:
            handle.force_dht_announce()
        rounds += 1
        status = handle.status()
        checking = status.state in (status.checking_files, status.checking_resume_data)
        if not ready and not checking:
            ready = True
            print('READY', flush=True)
        if other and ready and status.num_peers == 0:
            host, _, number = other.rpartition(':')
            handle.connect_peer((host.strip('[]'), int(number)))
        if not seed and status.num_seeds > 0:
            seed = True
            print('SEED', flush=True)
        if not complete and ready and status.has_metadata and status.is_seeding:
            complete = True
            print('COMPLETE', flush=True)
        time.sleep(0.1)


words = [word for word in sys.argv[2:] if not word.startswith(('ip=', 'lsd=', 'dht=', 'limit=', 'enc=', 'transport='))]
named = dict(word.split('=', 1) for word in sys.argv[2:] if word not in words)
{'make': make, 'judge': judge, 'peer': peer, 'node': node}[sys.argv[1]](*words, **named)
