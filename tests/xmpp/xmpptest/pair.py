# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The scenes of msgrtest.scene.Scene across two servers: alice's account and her machine at one,
# bob's at the other.

import itertools

from msgrtest import keys, names
from msgrtest.apart import Apart
from msgrtest.scene import GUID, applications, register
from msgrtest.world import eventually

from .bench import stage
from .desk import Desk

# What one looks like to the other while nothing happens, by turns.
STATUSES = (names.STATUS_ONLINE, 0xa, 0x22)


class Machines:
    """Two of them, whose users are contacts. Made once a test."""

    def __init__(self, world, hosts, config, options):
        self.stage = stage(world)
        self.there = world.neighbour()
        if world.daemon is None:
            world.start(config)
        self.there.start(config)
        accounts = [self.stage.account(name, host) for name, host in zip(('alice', 'bob'), hosts)]
        self.stage.befriend(*accounts)
        self.a = Desk(world, accounts[0], 'alice', keys.FRIENDS, **options)
        self.b = Desk(self.there, accounts[1], 'bob', keys.FRIENDS, **options)
        self.rounds = itertools.count(1)
        for desk in (self.a, self.b):
            desk.sign_in()
        for desk, other in ((self.a, self.b), (self.b, self.a)):
            eventually(lambda d=desk, o=other: d.contact(o.account.jid).get('Status') ==
                       names.STATUS_ONLINE, '%s is there' % other.account.jid)

    def cross(self, desk, other):
        """Whatever the one had to say to the other before has arrived when this returns: a status
        goes the same way, and nothing overtakes there."""
        status = STATUSES[next(self.rounds) % len(STATUSES)]
        desk.set_status(status)
        eventually(lambda: other.contact(desk.account.jid).get('Status') == status,
                   'the status of %s arrives' % desk.account.jid)

    def settle(self):
        """Nothing is on its way any more: what arrives may be answered, and that again."""
        for _round in range(2):
            self.cross(self.a, self.b)
            self.cross(self.b, self.a)


class Pair(Apart):
    """An inviter and an invitee, each by one client of the application."""

    def __init__(self, world, key=keys.CHESS, bob_key=None, hosts=('a.test', 'b.test'), config=None,
                 **options):
        if not hasattr(world, 'machines'):
            world.machines = Machines(world, hosts, config, options)
        self.world = world
        self.machines = world.machines
        self.stage = self.machines.stage
        self.there = self.machines.there
        self.alice = world.unlocked('alice', key)
        self.bob = self.there.unlocked('bob', bob_key or key)
        for client in (self.alice, self.bob):
            if GUID not in applications(client):
                register(client)
        self.contact = self.alice.messenger.GetContact(self.machines.b.account.jid,
                                                       self.machines.a.service)
        self.a = self.b = None
        self.forget()

    def settle(self):
        self.machines.settle()
