# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Many accounts at one server that dies: how they come back. Every account is a msgr-xmpp process
# of its own, all of them on one machine, with one msgrd:
#
#     STORM_ACCOUNTS=200 tests/integration/run --net -b build tests/bench/xmpp-storm.py

import collections
import os
import random
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(TOP + '/tests/xmpp')

from msgrtest.tap import test  # noqa: E402
from msgrtest.world import eventually  # noqa: E402
from xmpptest.bench import stage  # noqa: E402
from xmpptest.crowd import FIRST_LIMIT, IN, LAST_LIMIT, OUT, STAY, TRY, Crowd  # noqa: E402

ACCOUNTS = int(os.environ.get('STORM_ACCOUNTS', 200))
OUTAGE = 20  # seconds for which the server is away
PATIENCE = 400
SAMPLES = 20000  # accounts by which the rule is played


def say(text, *values):
    print('# ' + text % values, flush=True)


def histogram(moments, since, width):
    """How many fell into each interval of that many seconds."""
    counts = collections.Counter(int((moment - since) / width) for moment in moments)
    return [counts.get(n, 0) for n in range(max(counts, default=-1) + 1)]


def describe(name, moments, since):
    tenths = histogram(moments, since, 0.1)
    say('%s: %d; at most %d in a tenth of a second; by the second: %s', name, len(moments),
        max(tenths, default=0), ' '.join('%d' % n for n in histogram(moments, since, 1)))


def rule():
    """The moments at which an account tries, if the rule alone decides: until one is after the
    outage."""
    now, limit = 0, FIRST_LIMIT / 1000
    while now < OUTAGE:
        now += random.uniform(0, limit)
        limit = min(limit * 2, LAST_LIMIT / 1000)
        yield now


def predict():
    """What describe() says, of the rule, for as many accounts."""
    played = [list(rule()) for _sample in range(SAMPLES)]
    share = ACCOUNTS / SAMPLES
    during = [moment for moments in played for moment in moments[:-1]]
    last = [moments[-1] for moments in played]
    for name, moments, since in (('while it was away', during, 0), ('since then', last, OUTAGE)):
        say('the rule, %s: %.0f; by the second: %s', name, len(moments) * share,
            ' '.join('%.1f' % (n * share) for n in histogram(moments, since, 1)[:60]))
    say('the rule: half are back %.0f s after the server, nine of ten %.0f s, the last %.0f s',
        *(sorted(last)[int(SAMPLES * part)] - OUTAGE for part in (0.5, 0.9, 1 - 1 / ACCOUNTS)))


def came_back(crowd):
    """The time of the day at which each was online again."""
    return sorted([moment for kind, moment, _rest in member.story() if kind == IN][0]
                  for member in crowd.members)


def tell_failures(crowd):
    reasons = collections.Counter(rest for member in crowd.members
                                  for kind, _moment, rest in member.story() if kind == OUT)
    say('attempts %d, signed in %d, processes that ended %d, accounts that gave up %d',
        crowd.total(TRY), crowd.total(IN), crowd.ended(), crowd.total(STAY))
    for reason, count in reasons.most_common():
        say('%d times: %s', count, reason)


@test('%d accounts sign in, lose their server, and come back' % ACCOUNTS)
def storm(world):
    s = stage(world)
    site = s.site('a.test')
    world.start()
    begin = time.monotonic()
    crowd = Crowd(world, s, ACCOUNTS)
    crowd.wait_online(ACCOUNTS, PATIENCE)
    say('%d accounts are online after %.1f s, with %d connections made', ACCOUNTS,
        time.monotonic() - begin, len(site.proxy.attempts))
    tell_failures(crowd)
    found = crowd.memory()
    say('msgr-xmpp: %d kB resident in the mean, of these %d kB its own', sum(
        rss for rss, _own in found) / ACCOUNTS, sum(own for _rss, own in found) / ACCOUNTS)
    say('the server: %d kB, %.0f an account', site.server.memory(),
        site.server.memory() / ACCOUNTS)
    crowd.forget()
    site.proxy.attempts.clear()
    killed = time.monotonic()
    site.server.kill()
    crowd.wait_online(0, PATIENCE)
    say('all have noticed after %.1f s', time.monotonic() - killed)
    eventually(lambda: time.monotonic() > killed + OUTAGE, 'the server is away for a while',
               OUTAGE * 2)
    site.server.start()
    back = time.monotonic()
    crowd.wait_online(ACCOUNTS, PATIENCE)
    moments = sorted(site.proxy.attempts)
    describe('attempts while it was away', [m for m in moments if m < back], killed)
    describe('attempts since then', [m for m in moments if m >= back], back)
    online = came_back(crowd)
    first = online[0]
    describe('back online, counted from the first', online, first)
    predict()
    tell_failures(crowd)
    crowd.check_rule()
    assert crowd.total(IN) == ACCOUNTS and crowd.total(STAY) == 0 == crowd.ended()
