# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A session between two machines, while what carries it is killed at some byte of the exchange, and
# comes back. KILL_ROUNDS=200 makes more of it; KILL_SEED repeats what has failed.

import collections
import os
import random

from msgrtest.names import CANCELLED_LOCAL, CANCELLED_REMOTE, CONNECTION_FAILURE
from msgrtest.tap import test
from xmpptest.kill import ConnectorOf, Play, ServiceOf
from xmpptest.pair import Pair

ROUNDS = int(os.environ.get('KILL_ROUNDS', 0))
SEED = int(os.environ.get('KILL_SEED', 0)) or random.randrange(1, 2 ** 32)
AT_ONCE = 9  # a contact that invites more often than ten times at once is refused
CONFIG = {'Messenger': {'ClientGrace': 60, 'EndedSessionLinger': 600}}

# One side cancels. The other hears of it, or, if what it still had to say comes first, that the
# session is gone. Or what one still had to say came when the other's connector was not there.
AFTER_CONNECTED = ({CANCELLED_LOCAL, CANCELLED_REMOTE}, {CANCELLED_LOCAL, CONNECTION_FAILURE},
                   {CONNECTION_FAILURE})


def exchange_size(pair, desk):
    """How many bytes pass a machine's proxy in a session in which nothing happens."""
    proxy = desk.account.site.proxy
    before = proxy.total()
    play = Play(pair, None, proxy)
    play.prepare()
    play.kills = 1  # nothing is to be
    assert play.run('a') == (CANCELLED_LOCAL, CANCELLED_REMOTE)
    pair.settle()
    return proxy.total() - before


def play_round(pair, kind, dice, sizes):
    machine = dice.choice('ab')
    desk = getattr(pair.machines, machine)
    play = Play(pair, kind(desk), desk.account.site.proxy)
    pair.settle()
    before = play.contacts()
    play.prepare()
    where = dice.randrange(1, sizes[machine])
    rest_passes = kind is ServiceOf or dice.choice((True, False))
    play.arm(where, rest_passes)
    ending = dice.choice('ab')
    what = 'the %s killed at byte %d%s, ended by %s' % (
        'machine of the ' + getattr(play, machine).name, where,
        ', the rest passes' if rest_passes else '', getattr(play, ending).name)
    try:
        results = play.run(ending)
        if play.was_connected:
            assert set(results) in AFTER_CONNECTED, results
        play.calm_down()
        assert not play.live(), play.live()
        assert play.contacts() == before, (play.contacts(), before)
    except AssertionError as error:
        raise AssertionError('%s: %s' % (what, error)) from error
    return results


def begin_anew(pair):
    """The connectors count no longer how often each has been invited."""
    for desk in (pair.machines.a, pair.machines.b):
        desk.connector.restart()
    Play(pair, None, None).calm_down()


def play_rounds(world, kind, count):
    pair = Pair(world, config=CONFIG)
    sizes = {machine: exchange_size(pair, getattr(pair.machines, machine)) for machine in 'ab'}
    endings = collections.Counter()
    for number in range(ROUNDS or count):
        if number % AT_ONCE == AT_ONCE - 1:
            begin_anew(pair)
        try:
            results = play_round(pair, kind, random.Random('%d/%d' % (SEED, number)), sizes)
        except Exception as error:
            raise AssertionError('round %d, KILL_SEED=%d' % (number, SEED)) from error
        endings[results] += 1
    if ROUNDS:
        for results, times in endings.most_common():
            print('# %d times %s' % (times, ' '.join(
                'none' if result is None else '%08x' % result for result in results)), flush=True)


@test('a connector that is killed at any byte of a session comes back, and both sides agree')
def connector(world):
    play_rounds(world, ConnectorOf, 8)


@test('a service that is killed at any byte of a session comes back, and both sides agree')
def service(world):
    play_rounds(world, ServiceOf, 5)
