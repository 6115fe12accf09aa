# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Accounts that lose their server together do not come back together. tests/bench/xmpp-storm.py is
# the same with many more, and prints figures.

from msgrtest.tap import test
from msgrtest.world import eventually
from xmpptest.bench import stage
from xmpptest.crowd import FIRST_LIMIT, STAY, TRY, WAIT, Crowd
from xmpptest.network import ip

ACCOUNTS = 12
PATIENCE = 120
FAILURES = 3  # that everybody has before the server is back: then waits are 8 s at most


def crowd_of(world, s):
    world.start()
    crowd = Crowd(world, s, ACCOUNTS)
    crowd.wait_online(ACCOUNTS, PATIENCE)
    crowd.forget()
    return crowd


def differ(numbers):
    """Twelve random numbers out of 2000 are hardly ever less than nine different ones."""
    assert len(set(numbers)) >= ACCOUNTS * 3 / 4, numbers


@test('%d accounts whose server is killed come back, each at a time of its own' % ACCOUNTS)
def storm(world):
    s = stage(world)
    site = s.site('a.test')
    crowd = crowd_of(world, s)
    site.server.kill()
    crowd.wait_online(0, PATIENCE)
    eventually(lambda: all(member.count(WAIT) >= FAILURES for member in crowd.members),
               'everybody has failed several times', PATIENCE)
    site.server.start()
    crowd.wait_online(ACCOUNTS, PATIENCE * 3)
    crowd.check_rule()
    differ([member.waits()[0] for member in crowd.members])
    assert crowd.total(STAY) == 0 == crowd.ended()


@test('accounts that wait do not all try at once when the network changes')
def network_changes(world):
    s = stage(world)
    site = s.site('a.test')
    crowd = crowd_of(world, s)
    site.proxy.refuse()
    site.proxy.cut()
    eventually(lambda: all(member.count(WAIT) >= FAILURES for member in crowd.members),
               'everybody has failed several times', PATIENCE)
    ip('address', 'add', '10.98.7.1/24', 'dev', 'near0')
    try:
        eventually(lambda: all(drawn_again(member) for member in crowd.members),
                   'everybody has drawn a new wait', PATIENCE)
    finally:
        ip('address', 'delete', '10.98.7.1/24', 'dev', 'near0')
    waits = [drawn_again(member)[0] for member in crowd.members]
    assert max(waits) <= FIRST_LIMIT, waits
    differ(waits)
    site.proxy.listen()
    crowd.wait_online(ACCOUNTS, PATIENCE)


def drawn_again(member):
    """The waits that it has drawn while it was waiting, with no attempt between them."""
    story = [entry for entry in member.story() if entry[0] in (TRY, WAIT)]
    return [int(rest) for (before, _t, _r), (kind, _time, rest) in zip(story, story[1:])
            if before == kind == WAIT]
