# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A network that there is nowhere else, and its connectors, written against the documentation of
# org.msgr.Connector1 and org.msgr.ConnectorManager1 alone. What one connector is given to send, the
# other delivers at once, and its answer is the acknowledgement; a test can hold it up, lose it, or
# make it fail.

import threading

from . import names
from .agent import interface
from .apart import Apart
from .client import BusError, Client, V, plain
from .keys import CHESS
from .scene import GUID, applications, register
from .world import eventually

PATH = '/org/example/Connector'


def variants(details):
    """a{sv} as it came, to be sent on as it is."""
    return {key: V(inner['v'][0], plain(inner['v'][1])) for key, inner in details['d']}


class Network:
    """Who is on it, who knows whom, and what is on its way."""

    def __init__(self):
        self.connectors = {}
        self.addresses = {}
        self.friends = {}
        self.lock = threading.Condition()
        self.held = False
        self.log = []  # (sender, method, arguments)

    def befriend(self, one, other):
        self.friends.setdefault(one, set()).add(other)
        self.friends.setdefault(other, set()).add(one)

    def hold(self, held=True):
        """From now on messages wait on their way; or they don't any more."""
        with self.lock:
            self.held = held
            self.lock.notify_all()

    def pass_on(self):
        with self.lock:
            while self.held:
                self.lock.wait()

    def status_of(self, name):
        connector = self.connectors.get(name)
        if connector is None or not connector.online:
            return names.STATUS_OFFLINE
        return connector.status if connector.status != names.STATUS_INVISIBLE else \
            names.STATUS_OFFLINE

    def tell(self, name):
        """Friends see a status."""
        for friend in self.friends.get(name, ()):
            connector = self.connectors.get(friend)
            if connector is not None and connector.online:
                connector.manager.UpdateContacts(
                    connector.service, [(name, {'Status': V('u', self.status_of(name))})])

    def sent(self, method):
        """How often this has been sent."""
        with self.lock:
            return len([entry for entry in self.log if entry[1] == method])


class Connector:
    """One account's."""

    def __init__(self, world, short, name, network, register=True, service=None):
        self.world = world
        self.short = short
        self.name = name
        self.network = network
        self.service = service or 'test:' + name
        self.status = names.STATUS_ONLINE
        self.online = False
        self.wants = True
        self.fails = {}  # method -> name of the error that it answers
        self.reason = {}  # what it tells with ReportSignedOut
        self.silent = set()  # methods that it never answers
        self.applications = None
        self.closing = False
        self.working = False
        self.client = world.client(short)
        self.manager = self.client.connectors
        self.client.export(PATH, interface(names.CONNECTOR1))
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        world.own(self)
        network.connectors[name] = self
        if register:
            self.register()

    def register(self, **more):
        details = {'Id': V('s', self.service), 'Name': V('s', 'Test network'),
                   'SigninName': V('s', self.name)}
        self.manager.RegisterConnector(PATH, dict(details, **more))

    # what the service asks for

    def run(self):
        while True:
            with self.client.worker.condition:
                while not self.closing and not self.client.calls:
                    self.client.worker.condition.wait(1)
                if self.closing:
                    return
                call = self.client.calls[0]
                self.working = True
                self.client.taken += 1
            try:
                self.handle(call)
            except (AssertionError, BusError):
                if not self.closing:
                    raise
            self.working = False

    def handle(self, call):
        if call.member in self.silent:
            return
        if call.member in self.fails:
            call.fail(self.fails[call.member])
            return
        try:
            result = getattr(self, 'do_' + call.member)(call)
        except BusError as error:
            call.fail(error.name, error.message)
            return
        call.answer(*(result or ('',)))

    def peer(self, name):
        connector = self.network.connectors.get(name)
        if connector is None or not connector.online:
            raise BusError(names.error_name('NotLoggedOn'), 'nobody is there', name)
        return connector

    def cross(self, method, to, *args):
        """What was sent arrives on the other side; its answer is ours."""
        with self.network.lock:
            self.network.log.append((self.name, method, args))
        self.network.pass_on()
        peer = self.peer(to)
        getattr(peer.manager, method)(peer.service, args[0], self.name, *args[1:])

    def do_Signin(self, call):
        self.wants = True
        if 'ReportSignedIn' in self.fails:
            self.manager.ReportSignedOut(self.service, self.fails['ReportSignedIn'], self.reason)
        elif not self.online:
            self.sign_in()

    def sign_in(self):
        self.manager.ReportSignedIn(self.service, {'LocalAddress': V('s', self.address())})
        self.online = True
        self.send_roster()
        self.network.tell(self.name)

    def sign_out(self, hr=0):
        self.online = False
        self.manager.ReportSignedOut(self.service, hr, self.reason if hr else {})
        self.network.tell(self.name)

    def address(self):
        return self.network.addresses.get(self.name, '127.0.0.1')

    def roster(self):
        return [(friend, {'Status': V('u', self.network.status_of(friend))})
                for friend in sorted(self.network.friends.get(self.name, ()))]

    def send_roster(self):
        self.manager.ReplaceContacts(self.service, self.roster())

    def do_Signout(self, call):
        self.wants = False
        self.sign_out()

    def do_SetStatus(self, call):
        self.status = call.args[0]
        if self.online:
            self.network.tell(self.name)

    def do_SetFriendlyName(self, call):
        self.friendly_name = call.args[0]

    def do_SetApplications(self, call):
        self.applications = call.args[0]

    def do_AddContact(self, call):
        name = call.args[0]
        if name not in self.network.connectors:
            raise BusError(names.error_name('NotFound'), 'nobody has this name', name)
        self.network.befriend(self.name, name)
        return 's', name

    def do_RemoveContact(self, call):
        self.network.friends.get(self.name, set()).discard(call.args[0])

    def do_SetBlocked(self, call):
        pass

    def do_AnswerContactRequest(self, call):
        self.answers = getattr(self, 'answers', []) + [tuple(call.args)]

    def do_SendInvitation(self, call):
        session, to, _ = call.args
        self.cross('DeliverInvitation', to, session, variants(call.typed[2]))

    def do_SendAnswer(self, call):
        session, to, accepted, app_data = call.args
        self.cross('DeliverAnswer', to, session, accepted, app_data)

    def do_SendAppNotPresent(self, call):
        self.cross('DeliverAppNotPresent', call.args[1], call.args[0])

    def do_SendAttached(self, call):
        session, to, address = call.args
        self.cross('DeliverAttached', to, session, address)

    def do_SendContextData(self, call):
        session, to, data = call.args
        self.cross('DeliverContextData', to, session, data)

    def do_SendEnd(self, call):
        session, to, cancelled, hr, app_data = call.args
        try:
            self.cross('DeliverEnd', to, session, cancelled, hr, app_data)
        except BusError as error:
            if error.short != 'NotFound':
                raise

    # its life

    def successor(self):
        """The same connector, started again."""
        return Connector(self.world, self.short, self.name, self.network, service=self.service)

    def busy(self):
        """Whether it has something to do; the service may have more as soon as it hasn't."""
        if self.closing:
            return False
        self.client.barrier()
        return self.working or self.client.calls != []

    def die(self):
        """It leaves the bus without a word."""
        self.closing = True
        self.online = False
        self.client.close()
        self.network.tell(self.name)

    def close(self):
        self.closing = True
        self.network.hold(False)
        with self.client.worker.condition:
            self.client.worker.condition.notify_all()
        self.thread.join(10)


def pair(world, other=None, connect=True):
    """alice@a.test on this machine, bob@b.test on the other one, or on this one, too."""
    network = Network()
    network.befriend('alice@a.test', 'bob@b.test')
    connectors = [Connector(world, 'alice', 'alice@a.test', network, connect),
                  Connector(other or world, 'bob', 'bob@b.test', network, connect)]
    return network, *connectors


class Across(Apart):
    """The scenes of msgrtest.scene.Scene, with the inviter on one machine and the invitee on the
    other."""

    def __init__(self, world, key=CHESS, bob_key=None):
        self.world = world
        if world.network is None:
            self.join(world)
        self.other = world.elsewhere.get('bob', world)
        self.alice = world.unlocked('alice', key)
        self.bob = self.other.unlocked('bob', bob_key or key)
        self.network = world.network
        self.a_connector, self.b_connector = (
            self.network.connectors[name] for name in ('alice@a.test', 'bob@b.test'))
        for client in (self.alice, self.bob):
            if GUID not in applications(client):
                register(client, GUID)
        self.contact = self.contact_of(self.alice, 'bob@b.test', self.a_connector)
        self.a = self.b = None
        Client.settle = staticmethod(self.settle)
        world.own(self)
        for client, name, connector in ((self.alice, 'bob@b.test', self.a_connector),
                                        (self.bob, 'alice@a.test', self.b_connector)):
            contact = client.contact(self.contact_of(client, name, connector))
            eventually(lambda c=contact: c.get('Status') == names.STATUS_ONLINE, name + ' is there')
        self.forget()

    @classmethod
    def at_home(cls, world, **keys):
        """Both on this machine, and all the same by way of the network."""
        world.network = pair(world)[0]
        return cls(world, **keys)

    @staticmethod
    def join(world):
        """Starts the other machine, where bob is from now on, and the network."""
        other = world.elsewhere['bob'] = world.neighbour()
        other.start(world.changes)
        world.network = pair(world, other)[0]

    @staticmethod
    def close():
        Client.settle = staticmethod(lambda: None)

    @staticmethod
    def contact_of(client, name, connector):
        return client.messenger.GetContact(name, connector.service)

    def settle(self):
        """Nothing is on its way any more, and both have heard what there is to hear."""
        quiet = 0
        while quiet < 3:
            busy = [connector.busy() for connector in (self.a_connector, self.b_connector)]
            quiet = 0 if any(busy) else quiet + 1
        self.alice.barrier()
        self.bob.barrier()

    def wait_states(self, state):
        eventually(lambda: self.states() == (state, state),
                   'both are ' + names.STATE_NAMES[state])
