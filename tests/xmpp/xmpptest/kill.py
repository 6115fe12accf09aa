# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A session from invitation to end between two machines, played through whatever happens: when the
# trap springs, something is killed, and started again; what is asked for goes on, and in the end
# both sides have to agree.

import threading

from msgrtest import keys, names
from msgrtest.client import BusError
from msgrtest.names import ACCEPTED, CANCELLED, CONNECTED, INVITATION
from msgrtest.scene import GUID
from msgrtest.world import eventually

from .proxy import Trap

PATIENCE = 120  # an end that was lost is sent again after 30 seconds
UNREACHABLE = -1  # what a property is read as while the service is not there
TEXTS = 2  # context data that each side sends


class ConnectorOf:
    """The connector of a desk, as something that is killed."""

    def __init__(self, desk):
        self.desk = desk

    def kill_now(self):
        self.desk.connector.process.process.kill()

    def revive(self, play):
        self.desk.connector.kill()
        self.desk.connector.start()


class ServiceOf:
    """The service of a machine, likewise. Its clients have to unlock again."""

    def __init__(self, desk):
        self.desk = desk
        self.world = desk.world

    def kill_now(self):
        self.world.daemon.process.kill()

    def revive(self, play):
        self.world.daemon.kill()
        self.world.start(standard=False)
        self.desk.client = self.world.unlocked(self.desk.client.user, keys.FRIENDS, 'Private')
        play.side_of(self.desk).unlock(self.world)


class Side:
    def __init__(self, name, desk, client):
        self.name = name
        self.desk = desk
        self.client = client
        self.path = None
        self.before = []  # what its clients before this one have heard
        self.acknowledged = []  # context data that its service has taken

    def unlock(self, world):
        self.before = self.events()
        self.client = world.unlocked(self.client.user, keys.CHESS)

    def events(self):
        return self.before + [event for event in self.client.ours() if event.path == self.path]

    def missing_of(self, sender):
        """Context data that the sender's service has taken and that has not come here. What came
        while this side's service had no client is the property's, and all that was before it."""
        found = {event.args[0] for event in self.events() if event.member == 'OnContextData'}
        texts = sender.acknowledged
        last = self.read('ContextData')
        if self.before and last in texts:
            found.update(texts[:texts.index(last) + 1])
        return set(texts) - found

    def refused(self):
        """How many of its context data it was told to be lost."""
        return len([event for event in self.events() if event.member == 'OnSendError' and
                    event.args[0] == names.HRESULTS['ContextDataSendFailure']])

    def call(self, method, *args):
        """Whether it succeeded."""
        return not self.client.session(self.path).start(method, *args).reply().error

    def read(self, name):
        """A property; None if there is no such session (any more)."""
        if self.path is None:
            return None
        try:
            return self.client.session(self.path).get(name)
        except BusError as error:
            return None if error.short == 'UnknownObject' else UNREACHABLE

    def state(self):
        return self.read('State')

    def has_ended(self):
        state = self.state()
        return state is not None and state >= CANCELLED


class Play:
    def __init__(self, pair, victim, proxy):
        self.pair = pair
        self.victim = victim
        self.proxy = proxy
        self.sprung = threading.Event()
        self.kills = 0
        self.a = Side('inviter', pair.machines.a, pair.alice)
        self.b = Side('invitee', pair.machines.b, pair.bob)
        self.was_connected = False

    def side_of(self, desk):
        return self.a if desk is self.a.desk else self.b

    def arm(self, count, rest_passes):
        self.proxy.trap = Trap(count, self.spring, rest_passes)

    def spring(self):
        self.victim.kill_now()
        self.sprung.set()

    def tend(self):
        """What was killed is started again."""
        if self.sprung.is_set():
            self.sprung.clear()
            self.kills += 1
            self.victim.revive(self)

    def until(self, predicate, what):
        def look():
            self.tend()
            return predicate()

        try:
            eventually(look, what, PATIENCE)
        except AssertionError as error:
            raise AssertionError('%s; states %r, results %r' % (
                error, (self.a.state(), self.b.state()), self.results())) from error

    # the session

    def prepare(self):
        self.a.path = self.a.client.manager.CreateSession()
        session = self.a.client.session(self.a.path)
        session.set('Application', 's', GUID)
        self.id = session.get('SessionId')
        for side in (self.a, self.b):
            side.client.forget()

    def find(self):
        """Whether the invitee has the session."""
        try:
            for path, fields in self.b.client.manager.ListSessions():
                if fields['SessionId'] == self.id:
                    self.b.path = path
        except BusError:
            pass
        return self.b.path is not None

    def over(self):
        return self.a.has_ended() or self.b.has_ended()

    def invite(self):
        self.a.call('Invite', self.pair.contact, 'hello')
        self.until(lambda: self.find() or self.a.state() not in (INVITATION, UNREACHABLE),
                   'the invitation arrives')
        return self.b.path is not None

    def accept(self):
        def accepted():
            if self.b.state() == INVITATION:
                self.b.call('Accept', 'yes')
            return self.over() or self.a.state() in (ACCEPTED, CONNECTED)

        self.until(accepted, 'it is accepted')

    def connect(self):
        def connected():
            if self.b.state() == ACCEPTED:
                self.b.call('SuppressDefault', 'BeforeAppLaunch')
            return self.over() or self.a.state() == self.b.state() == CONNECTED

        self.until(connected, 'it is connected')
        self.was_connected = not self.over()

    def talk(self):
        for number in range(TEXTS):
            for side in (self.a, self.b):
                text = '%s says %d ♞' % (side.name, number)
                if side.call('SendContextData', text):
                    side.acknowledged.append(text)
                self.tend()
        self.until(lambda: self.over() or self.heard_everything(), 'what was said arrives')

    def heard_everything(self):
        """Whatever the service has taken arrives, or it is told that it doesn't."""
        return all(len(other.missing_of(side)) <= side.refused()
                   for side, other in ((self.a, self.b), (self.b, self.a)))

    def end(self, side):
        def both_ended():
            if side.state() in (ACCEPTED, CONNECTED):
                side.call('Cancel', 0, '')
            elif self.a.state() in (names.READY, INVITATION):
                self.a.call('Cancel', 0, '')
            self.find()
            return all(s.state() is None or s.has_ended() for s in (self.a, self.b)) and \
                UNREACHABLE not in self.results()

        self.until(both_ended, 'both have ended')
        return self.results()

    def results(self):
        return self.a.read('Result'), self.b.read('Result')

    def run(self, side):
        """Returns both results, None for what was never there; side: who ends it."""
        side = getattr(self, side)
        if self.invite():
            self.accept()
            if not self.over():
                self.connect()
            if self.was_connected:
                self.talk()
        results = self.end(side)
        self.proxy.trap = None
        if not self.kills and not self.sprung.is_set():
            self.spring()  # there was less to carry than was thought
        self.tend()
        return results

    # what is there afterwards

    def contacts(self):
        """Who is in the lists, and how: all but the status, which is what there is to wait for."""
        def plain(desk):
            return {name: {key: value for key, value in fields.items() if key != 'Status'}
                    for name, fields in desk.contacts().items()}

        return plain(self.a.desk), plain(self.b.desk)

    def calm_down(self):
        """Both are signed in, and see each other."""
        def see_each_other():
            return all(desk.status != names.STATUS_OFFLINE and
                       desk.contact(other.account.jid).get('Status') != names.STATUS_OFFLINE
                       for desk, other in ((self.a.desk, self.b.desk), (self.b.desk, self.a.desk)))

        self.until(see_each_other, 'both are signed in and see each other')
        self.pair.alice, self.pair.bob = self.a.client, self.b.client

    def live(self):
        """What has not ended, of both."""
        return [fields for side in (self.a, self.b)
                for _path, fields in side.client.manager.ListSessions()
                if fields['State'] in (INVITATION, ACCEPTED, CONNECTED)]
