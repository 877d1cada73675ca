"""A libtorrent with one torrent on loopback: libtorrent-client.py MODE TORRENT DIR HOST PORT REQUESTS WIRE

MODE `leech` downloads with the settings that libtorrent has by itself; `seed` checks what is in DIR, then seeds;
`trust` is told that all is there; `serve` too, and seeds as fast as it can. REQUESTS is how many it lets wait of a peer.
WIRE is `tcp`, `rc4` (over TCP, and nothing else) or `utp` (alone).
HOST may be several with commas between them: there is a peer at each then, with few threads of its own. To ask
so many what they have sent holds them up: FIRST is the first request then.
Prints READY when it can be dialled, FIRST when data flows, DONE when it has everything; dials each HOST PORT that comes on standard input."""
import os
import sys
import threading
import time

import libtorrent as lt

mode, torrent, folder, hosts, port, requests, wire = sys.argv[1:]
hosts = hosts.split(',')
utp, rc4 = wire == 'utp', wire == 'rc4'
settings = {
    'enable_dht': False, 'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False,
    'enable_outgoing_utp': utp, 'enable_incoming_utp': utp, 'enable_outgoing_tcp': not utp, 'enable_incoming_tcp': not utp,
    'out_enc_policy': int(lt.enc_policy.pe_forced if rc4 else lt.enc_policy.pe_disabled),
    'in_enc_policy': int(lt.enc_policy.pe_forced if rc4 else lt.enc_policy.pe_enabled),
    'allowed_enc_level': int(lt.enc_level.pe_rc4 if rc4 else lt.enc_level.pe_plaintext), 'prefer_rc4': rc4,
    'allow_multiple_connections_per_ip': True, 'min_reconnect_time': 1, 'max_failcount': 100,
    'max_allowed_in_request_queue': int(requests),
    'alert_mask': lt.alert.category_t.status_notification | lt.alert.category_t.error_notification,
}
if mode == 'serve':
    settings = {**lt.high_performance_seed(), **settings, 'aio_threads': 4, 'send_buffer_watermark': 4 << 20}
if len(hosts) > 1:
    settings = {**settings, 'aio_threads': 1, 'hashing_threads': 1}


def start(host):
    session = lt.session({**settings, 'listen_interfaces': f'{host}:{port}'})
    params = lt.add_torrent_params()
    params.ti, params.save_path = lt.torrent_info(torrent), folder
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    if mode in ('serve', 'trust'):
        # As if it came back: in its seed mode it would hash each piece when it is first asked for.
        params.flags |= lt.torrent_flags.no_verify_files
        params.have_pieces = [True] * params.ti.num_pieces()
    return session, session.add_torrent(params)


peers = [start(host) for host in hosts]
session, handle = peers[0]


def flows():
    status = handle.status()
    return status.total_payload_upload or status.total_payload_download


def is_asked():
    alerts = [alert for session, _ in peers for alert in session.pop_alerts()]
    return any(alert.what() == 'incoming_request' for alert in alerts)


def hear(categories):
    for session, _ in peers:
        session.apply_settings({'alert_mask': settings['alert_mask'] | categories})


def await_data():
    if len(peers) == 1:
        while not flows():
            time.sleep(0.02)
        return
    read, write = os.pipe()
    for session, _ in peers:
        session.set_alert_fd(write)
    hear(lt.alert.category_t.incoming_request_notification)
    while not is_asked():
        os.read(read, len(peers))
    hear(0)


def dial():
    for line in sys.stdin:
        address, number = line.split()
        handle.connect_peer((address, int(number)))
    # Whoever measures has ended, however that came.
    os._exit(0)


threading.Thread(target=dial, daemon=True).start()
print('READY', flush=True)
if mode != 'seed':
    await_data()
print('FIRST', flush=True)
while True:
    session.wait_for_alert(1000)
    for alert in session.pop_alerts():
        if isinstance(alert, lt.torrent_finished_alert) and mode != 'serve':
            print('DONE', flush=True)
        elif 'error' in alert.what():
            print(alert.message(), file=sys.stderr, flush=True)
