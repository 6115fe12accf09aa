# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Clients that do not read: what waits in the bus for them must not make the service dumb for others.

import os
import subprocess
import sys

from msgrtest import names
from msgrtest.keys import Key
from msgrtest.tap import test

SHARER = Key('org.example.Sharer', capabilities=('sessions', 'share', 'messenger'))
HERE = os.path.dirname(os.path.abspath(__file__))
CLIENTS, CALLS = 4, 250  # of a fifth of a megabyte each: more than the bus lets wait for one service


def share_with_much_to_read(w):
    """Alice's clients all count as unlocked, and there is a long list to read."""
    w.start()
    alice = w.client('alice')
    alice.keys.AddKey(SHARER.json)
    alice.unlock(SHARER)
    alice.lock.Share(600)
    for n in range(256):
        alice.manager.RegisterApplication('{%08X-0000-4000-8000-000000000000}' % n,
                                          '\U00020000' * 256, 'https://example.org/' + 'a' * 230,
                                          '/usr/bin/true', 0)
    return alice


def deaf_clients(w):
    script = w.hall.bus.folder + '/deaf_client.py'
    with open(os.path.join(HERE, 'deaf_client.py'), encoding='utf-8') as source:
        with open(script, 'w', encoding='utf-8') as copy:
            copy.write(source.read())
    os.chmod(script, 0o644)
    clients = [subprocess.Popen([sys.executable, script, w.hall.bus.folder + '/bus.sock',
                                 str(CALLS)], stdout=subprocess.PIPE, text=True, cwd='/',
                                **w.users.become(w.user('alice'))) for _ in range(CLIENTS)]
    for client in clients:
        assert client.stdout.readline() == 'sent\n'
    return clients


def end(clients):
    for client in clients:
        client.kill()
        client.wait()
        client.stdout.close()


@test('who does not read gets no more, and everybody else is answered')
def _(w):
    alice = share_with_much_to_read(w)
    bob = w.client('bob')
    assert bob.messenger.get('Version')
    clients = deaf_clients(w)
    try:
        # as many calls of one who reads, if only of the same user: answered, or refused for what the others leave
        for _ in range(3):  # the bus lets nobody wait for more answers at once
            calls = [alice.start(names.MANAGER, names.PROPERTIES, 'Get', 'ss',
                                 [names.MANAGER1, 'Applications']) for _ in range(100)]
            errors = {call.reply(20).error for call in calls}
            assert errors <= {None, 'org.msgr.Error.LimitsExceeded'}, errors
        assert bob.messenger.get('Version')
    finally:
        end(clients)


@test('the service ends well although somebody does not read')
def _(w):
    share_with_much_to_read(w)
    clients = deaf_clients(w)
    try:
        w.daemon.stop()
    finally:
        end(clients)


@test('who reads is answered, however much it is')
def _(w):
    alice = share_with_much_to_read(w)
    for _ in range(CALLS):
        assert len(alice.manager.get('Applications')) == 256
