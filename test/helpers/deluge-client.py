"""Speaks to a Deluge daemon: calls as JSON on standard input, [[method, arguments ...] ...], answers as a list of JSON."""
import json
import sys

from deluge.ui.client import client
from twisted.internet import defer, reactor


@defer.inlineCallbacks
def main():
    port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    answers = []
    try:
        yield client.connect('127.0.0.1', port, user, password)
        for name, *arguments in json.loads(sys.stdin.read()):
            method = client
            for part in name.split('.'):
                method = getattr(method, part)
            answers.append((yield method(*arguments)))
        print(json.dumps(answers, default=str), flush=True)
    except Exception as error:
        print(repr(error), file=sys.stderr, flush=True)
    reactor.stop()


reactor.callWhenRunning(main)
reactor.run()
