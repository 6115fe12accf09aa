# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Many accounts at one server that dies: how they come back. Every account is a msgr-xmpp process
# of its own, all of them on one machine, with one msgrd:
#
#     STORM_ACCOUNTS=200 tests/integration/run --net -b build tests/bench/xmpp-storm.py

import collections
import os
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(TOP + '/tests/xmpp')

from msgrtest import keys, names  # noqa: E402
from msgrtest.tap import test  # noqa: E402
from msgrtest.world import eventually  # noqa: E402
from xmpptest.bench import stage  # noqa: E402
from xmpptest.machine import Connector  # noqa: E402

ACCOUNTS = int(os.environ.get('STORM_ACCOUNTS', 200))
ACCOUNTS_PER_USER = 8  # as many as a user may have
OUTAGE = 20  # seconds for which the server is away
PATIENCE = 400


def say(text, *values):
    print('# ' + text % values, flush=True)


class Crowd:
    def __init__(self, world, s):
        self.world = world
        self.clients = []
        self.connectors = []
        for number in range(ACCOUNTS):
            user = 'crowd-%d' % (number // ACCOUNTS_PER_USER)
            if number % ACCOUNTS_PER_USER == 0:
                self.clients.append(world.unlocked(user, keys.FRIENDS, 'Private'))
            connector = world.own(Connector(world, user, s.account('crowd')))
            self.connectors.append(connector)
            connector.start()

    def online(self):
        return sum(1 for client in self.clients for entry in client.messenger.ListServices()
                   if entry[0] != 'local' and entry[4] != names.STATUS_OFFLINE)

    def wait_online(self, count):
        eventually(lambda: self.online() == count, '%d accounts are online' % count, PATIENCE)

    def memory(self):
        return [connector.memory() for connector in self.connectors]


def histogram(attempts, since, width):
    """How many fell into each interval of that many seconds."""
    return collections.Counter(int((moment - since) / width) for moment in attempts)


def describe(name, attempts, since):
    if not attempts:
        say('%s: none', name)
        return
    seconds = histogram(attempts, since, 1)
    tenths = histogram(attempts, since, 0.1)
    say('%s: %d; most in one second: %d, in a tenth: %d; by the second: %s', name, len(attempts),
        max(seconds.values()), max(tenths.values()),
        ' '.join('%d' % seconds.get(n, 0) for n in range(max(seconds) + 1)))


@test('%d accounts sign in, lose their server, and come back' % ACCOUNTS)
def storm(world):
    s = stage(world)
    site = s.site('a.test')
    world.start()
    begin = time.monotonic()
    crowd = Crowd(world, s)
    crowd.wait_online(ACCOUNTS)
    say('%d accounts are online after %.1f s, with %d connections made', ACCOUNTS,
        time.monotonic() - begin, len(site.proxy.attempts))
    found = crowd.memory()
    say('msgr-xmpp: %d kB resident in the mean, of these %d kB its own', sum(
        rss for rss, _own in found) / ACCOUNTS, sum(own for _rss, own in found) / ACCOUNTS)
    say('the server: %d kB, %.0f an account', site.server.memory(),
        site.server.memory() / ACCOUNTS)
    site.proxy.attempts.clear()
    killed = time.monotonic()
    site.server.kill()
    crowd.wait_online(0)
    say('all have noticed after %.1f s', time.monotonic() - killed)
    eventually(lambda: time.monotonic() > killed + OUTAGE, 'the server is away for a while',
               OUTAGE * 2)
    during = list(site.proxy.attempts)
    describe('attempts while it was away', during, killed)
    site.server.start()
    back = time.monotonic()
    crowd.wait_online(ACCOUNTS)
    after = site.proxy.attempts[len(during):]
    say('all are back %.1f s after the server', time.monotonic() - back)
    describe('attempts since then', after, back)
    assert len(after) >= ACCOUNTS
    last = histogram(during, killed, 1)
    assert max(last.values(), default=0) <= ACCOUNTS, 'some try more than once a second'
