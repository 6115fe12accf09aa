# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Many accounts of one server, each a msgr-xmpp process of its own, and what each of them says that
# it did: when it tried to connect, how that ended, and how long it meant to wait then.

import re

from msgrtest import keys, names
from msgrtest.world import eventually

from .machine import Connector

ACCOUNTS_PER_USER = 8  # as many as a user may have
FIRST_LIMIT = 2000  # milliseconds
LAST_LIMIT = 300000
TRY, WAIT, IN, OUT, STAY = 'try', 'wait', 'in', 'out', 'stay'

LINE = re.compile(r'(\d\d):(\d\d):(\d\d\.\d{3}): (.*)')
SIGNS = ((TRY, re.compile(r'connecting to ')),
         (WAIT, re.compile(r'the next attempt to connect is in (\d+) ms')),
         (IN, re.compile(r'signed in as ')),
         (OUT, re.compile(r'signed out: (.*)')),
         (STAY, re.compile(r'signed out, and will stay so[^:]*: (.*)')))


def read(line):
    """(kind, time of the day in seconds, what follows) of a line of the log; or None."""
    found = LINE.search(line)
    if not found:
        return None
    hours, minutes, seconds, text = found.groups()
    for kind, sign in SIGNS:
        match = sign.match(text)
        if match:
            rest = match.group(1) if match.groups() else ''
            return kind, int(hours) * 3600 + int(minutes) * 60 + float(seconds), rest
    return None


class Member:
    def __init__(self, connector):
        self.connector = connector
        self.mark = 0

    def story(self):
        """What it did since forget()."""
        with self.connector.process.condition:
            lines = list(self.connector.process.lines[self.mark:])
        return [entry for entry in map(read, lines) if entry]

    def forget(self):
        self.mark = len(self.connector.process.lines)

    def is_online(self):
        kinds = [entry[0] for entry in self.story() if entry[0] in (IN, OUT, STAY)]
        return bool(kinds) and kinds[-1] == IN

    def waits(self):
        """Milliseconds."""
        return [int(rest) for kind, _time, rest in self.story() if kind == WAIT]

    def count(self, kind):
        return len([entry for entry in self.story() if entry[0] == kind])


class Crowd:
    def __init__(self, world, stage, count, config=''):
        self.world = world
        self.clients = []
        self.members = []
        for number in range(count):
            user = 'crowd-%d' % (number // ACCOUNTS_PER_USER)
            if number % ACCOUNTS_PER_USER == 0:
                self.clients.append(world.unlocked(user, keys.FRIENDS, 'Private'))
            connector = Connector(world, user, stage.account('crowd'), config=config)
            self.members.append(Member(connector.start()))

    def forget(self):
        for member in self.members:
            member.forget()

    def online(self):
        return sum(1 for member in self.members if member.is_online())

    def services_online(self):
        """As the service tells."""
        return sum(1 for client in self.clients for entry in client.messenger.ListServices()
                   if entry[0] != 'local' and entry[4] != names.STATUS_OFFLINE)

    def wait_online(self, count, patience):
        eventually(lambda: self.online() == count, '%d accounts are online' % count, patience)
        eventually(lambda: self.services_online() == count, 'the service knows it', patience)

    def ended(self):
        """How many processes are not there any more."""
        return sum(1 for member in self.members if not member.connector.process.running())

    def total(self, kind):
        return sum(member.count(kind) for member in self.members)

    def memory(self):
        return [member.connector.memory() for member in self.members]

    def check_rule(self):
        """Of everybody since forget(), when all were online: one attempt at a time, none without a
        wait before it that was told, and no wait beyond its limit."""
        for member in self.members:
            story = [entry for entry in member.story() if entry[0] in (TRY, WAIT)]
            kinds = [kind for kind, _time, _rest in story]
            assert kinds == [WAIT, TRY] * (len(kinds) // 2), story
            for (_w, since, wait), (_t, until, _r) in zip(story[::2], story[1::2]):
                assert until - since >= int(wait) / 1000 - 0.01, story
            for number, wait in enumerate(member.waits()):
                assert wait <= min(FIRST_LIMIT << number, LAST_LIMIT), story
