# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What msgr-xmpp puts on the wire, and what an account takes of memory. Prints figures, no verdicts;
# docs/scaling.md has them:
#
#     tests/integration/run --net -b build tests/bench/xmpp-wire.py
#
# Bytes are those of TCP's payload, encrypted, both ways, between a machine and its server. Stanzas
# are counted in the server's log.

import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(TOP + '/tests/xmpp')

from msgrtest import names  # noqa: E402
from msgrtest.tap import test  # noqa: E402
from msgrtest.world import eventually  # noqa: E402
from xmpptest.bench import stage  # noqa: E402
from xmpptest.desk import Desk  # noqa: E402
from xmpptest.pair import Pair  # noqa: E402

STANZA = re.compile(r'(Received|Sending)\[c2s\]: <(iq|message|presence)\b')
ROUNDS = 4  # a contact takes ten invitations a minute


def say(text, *values):
    print('# ' + text % values, flush=True)


class Meter:
    """What has passed since the last reading, of one site."""

    def __init__(self, site):
        self.site = site
        self.read()

    def read(self):
        proxy, log = self.site.proxy, self.site.server.log()
        now = (proxy.total(), len(STANZA.findall(log)))
        found = [a - b for a, b in zip(now, getattr(self, 'last', now))]
        self.last = now
        return found


def talkative(world, *hosts):
    """Servers that log every stanza."""
    s = stage(world)
    for host in hosts:
        s.site(host).reconfigure(level='debug')
    return s


@test('a session on the wire')
def session(world):
    talkative(world, 'a.test', 'b.test')
    pair = Pair(world)
    meters = [Meter(pair.stage.site(host)) for host in ('a.test', 'b.test')]
    # what the bench itself sends to know that nothing is on its way any more
    pair.settle()
    for meter in meters:
        meter.read()
    pair.settle()
    idle = [meter.read() for meter in meters]
    for name, data in (('without application data', ''), ('with 512 bytes each way', 'x' * 512)):
        totals = [[0, 0], [0, 0]]
        for _round in range(ROUNDS):
            a, b = play(pair, data)
            pair.settle()
            for total, meter, extra in zip(totals, meters, idle):
                found = meter.read()
                total[0] += found[0] - extra[0]
                total[1] += found[1] - extra[1]
            assert (a.get('State'), b.get('State')) == (names.TERMINATED, names.TERMINATED)
        for who, total in zip(('inviter', 'invitee'), totals):
            say('session %s, at the %s: %.0f bytes, %.1f stanzas', name, who,
                total[0] / ROUNDS, total[1] / ROUNDS)


def play(pair, data):
    """Invite, accept, attach, one text each way, cancel."""
    a = pair.alice.session(pair.alice.manager.CreateSession())
    a.set('Application', 's', '{11111111-1111-1111-1111-111111111111}')
    a.Invite(pair.contact, data)
    b = pair.bob.session(pair.bob.wait('OnInvitation').args[0])
    b.Accept(data)
    pair.bob.wait('BeforeAppLaunch', b.path)
    b.SuppressDefault('BeforeAppLaunch')
    for side in (a, b):
        eventually(lambda s=side: s.get('State') == names.CONNECTED, 'connected')
    a.SendContextData('where are you?')
    pair.bob.wait('OnContextData', b.path)
    b.SendContextData('here')
    pair.alice.wait('OnContextData', a.path)
    a.Cancel(0, '')
    pair.bob.wait('OnTermination', b.path)
    pair.alice.mark = len(pair.alice.events)
    pair.bob.mark = len(pair.bob.events)
    return a, b


@test('a sign-in on the wire, and the memory of an account')
def sign_in(world):
    s = talkative(world, 'a.test')
    for count in (0, 10, 100, 500):
        account = s.account()
        site = account.site
        contacts = {'contact-%d@a.test' % n: 'both' for n in range(count)}
        site.server.set_roster(account.user, contacts)
        meter = Meter(site)
        desk = Desk(world, account).sign_in()
        eventually(lambda d=desk, c=count: len(d.contacts()) == c, 'the contacts are there')
        found = meter.read()
        rss, own = desk.connector.memory()
        say('sign-in with %d contacts: %d bytes, %d stanzas; msgr-xmpp: %d kB resident, of these '
            '%d kB its own; msgrd: %d kB', count, found[0], found[1], rss, own,
            memory(world.daemon.pid))
        desk.connector.close()


def memory(pid):
    with open('/proc/%d/status' % pid, encoding='ascii') as file:
        return int([line for line in file if line.startswith('VmRSS')][0].split()[1])


@test('an idle account on the wire')
def idle(world):
    s = talkative(world, 'a.test')
    desk = Desk(world, s.account(), config='PingInterval=1\n').sign_in()
    meter = Meter(desk.account.site)
    proxy = desk.account.site.proxy
    start = proxy.total()
    eventually(lambda: proxy.total() > start + 600, 'pings go')
    found = meter.read()
    pings = found[1] / 2
    say('a ping and its answer: %.0f bytes; at one every 150 s: %.1f kB an hour',
        found[0] / pings, found[0] / pings * 24 / 1000)


@test('a change of status on the wire')
def status(world):
    talkative(world, 'a.test', 'b.test')
    pair = Pair(world)
    meters = [Meter(pair.stage.site(host)) for host in ('a.test', 'b.test')]
    for _round in range(ROUNDS):
        pair.machines.cross(pair.machines.a, pair.machines.b)
    for who, meter in zip(('whose it is', 'each contact that is there'), meters):
        found = meter.read()
        say('a change of status, at %s: %.0f bytes, %.1f stanzas', who, found[0] / ROUNDS,
            found[1] / ROUNDS)
