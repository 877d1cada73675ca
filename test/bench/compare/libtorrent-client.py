"""A libtorrent with one torrent on loopback: libtorrent-client.py MODE TORRENT DIR HOST PORT REQUESTS WIRE

MODE `leech` downloads with the settings that libtorrent has by itself; `seed` checks what is in DIR, then seeds;
`serve` is told that all is there and seeds as fast as it can. REQUESTS is how many it lets wait of a peer.
WIRE is `tcp`, `rc4` (over TCP, and nothing else) or `utp` (alone).
Prints READY when it can be dialled, FIRST when data flows, DONE when it has everything; dials each HOST PORT that comes on standard input."""
import sys
import threading
import time

import libtorrent as lt

mode, torrent, folder, host, port, requests, wire = sys.argv[1:]
utp, rc4 = wire == 'utp', wire == 'rc4'
settings = {
    'listen_interfaces': f'{host}:{port}',
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
session = lt.session(settings)
params = lt.add_torrent_params()
params.ti, params.save_path = lt.torrent_info(torrent), folder
params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
if mode == 'serve':
    # As if it came back: in its seed mode it would hash each piece when it is first asked for.
    params.flags |= lt.torrent_flags.no_verify_files
    params.have_pieces = [True] * params.ti.num_pieces()
handle = session.add_torrent(params)


def dial():
    for line in sys.stdin:
        address, number = line.split()
        handle.connect_peer((address, int(number)))


threading.Thread(target=dial, daemon=True).start()
print('READY', flush=True)
while mode != 'seed' and not (handle.status().total_payload_upload or handle.status().total_payload_download):
    time.sleep(0.02)
print('FIRST', flush=True)
while True:
    session.wait_for_alert(1000)
    for alert in session.pop_alerts():
        if isinstance(alert, lt.torrent_finished_alert) and mode != 'serve':
            print('DONE', flush=True)
        elif 'error' in alert.what():
            print(alert.message(), file=sys.stderr, flush=True)
