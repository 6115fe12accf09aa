# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Several users, each with applications, agents and connectors that call what comes to their mind,
# answer as they like or not at all, and leave when it suits them: the service stays, says nothing
# that it should not, and has after a crash what it had acknowledged. MSGR_STORM_SEED chooses another
# storm, MSGR_STORM_ROUNDS a longer one.

import os
import random
import signal

from msgrtest import names
from msgrtest.agent import interface
from msgrtest.client import V
from msgrtest.disk import set_file_limit
from msgrtest.keys import CHESS, DESK, FRIENDS, GO
from msgrtest.scene import GUID, GUID2, NEVER
from msgrtest.tap import test
from msgrtest.world import eventually

SEED = int(os.environ.get('MSGR_STORM_SEED', 1))
ROUNDS = int(os.environ.get('MSGR_STORM_ROUNDS', 60))
USERS = ('alice', 'bob', 'carol')
ACTORS = 15
CALLS_A_ROUND = 40

LOCKABLES = {'sessions': 'SessionManager', 'private': 'Private'}
APPLICATIONS = (GUID, GUID2, NEVER)
SERVICES = ('net', 'net2', 'local', 'other')
PEOPLE = tuple('p%d@n.test' % number for number in range(8))
STATUSES = (0x1, 0x2, 0x6, 0xA, 0x22, 3)
IPS = ('', '127.0.0.1', '::1', 'nowhere')
AGENT, CONNECTOR = '/org/example/Agent', '/org/example/Connector'
CONFIG = {'Messenger': {'DecisionWindow': 50, 'LaunchTimeout': 5, 'ClientGrace': 3600,
                        'EndedSessionLinger': 5}}
RESULTS = (0, 7, *names.SESSION_RESULTS)


class Storm:
    def __init__(self, w, seed):
        self.w = w
        self.random = random.Random(seed)
        self.actors = []
        self.waiting = []
        self.sessions = ['/', names.SESSIONS + '/' + '0' * 32]
        self.contacts = ['/', names.CONTACTS + '/' + '0' * 32]
        self.owners = {}  # path -> whose it is
        self.ids = [(NEVER, PEOPLE[0], None)]  # (SessionId, with whom, the connector)
        self.invited = {user: [] for user in USERS}
        self.alerts = [0, 1 << 63]

    # what they are like

    def one(self, *choices):
        return self.random.choice(choices)

    def arrive(self):
        user = self.one(*USERS)
        client = self.w.client(user)
        for path, iface in ((AGENT, names.AGENT1), (CONNECTOR, names.CONNECTOR1)):
            client.export(path, interface(iface))
        client.key = self.one(None, CHESS, GO, DESK, DESK, FRIENDS)
        client.net = None
        self.actors.append(client)
        self.begin(client)

    def begin(self, client, locked=True):
        """It has come, or the service has."""
        if locked and client.key is not None:
            client.unlock(client.key, *(LOCKABLES[name] for name in
                                        client.key.fields['capabilities'] if name in LOCKABLES))
        if self.random.random() < 0.4:
            client.agents.start('RegisterAgent', AGENT, {}).reply()
        if self.random.random() < 0.6:
            self.connect(client, self.one('net', 'net2'))
        if self.random.random() < 0.8:
            client.manager.start('RegisterApplication', GUID, 'Chess', 'https://x.test/',
                                 '/usr/bin/true', 0).reply()

    def connect(self, client, net):
        client.net = None
        details = {'Id': V('s', net), 'Name': V('s', 'Net'), 'SigninName': V('s', 'me@n.test')}
        if client.connectors.start('RegisterConnector', CONNECTOR, details).reply().error:
            return
        client.net = net
        client.connectors.start('ReportSignedIn', net, {}).reply()
        client.connectors.start('UpdateContacts', net, [
            (person, {'InList': V('b', True), 'Status': V('u', names.STATUS_ONLINE)})
            for person in PEOPLE]).reply()

    def leave(self, client):
        self.actors.remove(client)
        client.close()

    # what they say

    def text(self):
        return self.one('', 'x', 'hello', 'x' * self.one(300, 301, 512, 513, 5000), '\u202e', 'ä\n')

    def value(self, kind):
        r = self.random
        return {
            'a{sv}': lambda: self.options(),
            'a(sa{sv})': lambda: [(self.one(*PEOPLE, ''), self.contact_details())
                                  for _ in range(r.randrange(6))],
            'ai': lambda: [r.randrange(4) for _ in range(r.randrange(4))],
            'b': lambda: self.one(True, False),
            'i': lambda: self.one(0, 1, 2, -1),
            'o': lambda: self.one(AGENT, CONNECTOR, self.one(*self.sessions),
                                  self.one(*self.contacts)),
            's': lambda: self.one(*SERVICES, *PEOPLE, *APPLICATIONS, self.one(*self.ids)[0],
                                  self.text()),
            't': lambda: self.one(*self.alerts),
            'u': lambda: self.one(0, 1, *STATUSES, 0xffffffff),
            'v': lambda: V('s', self.one(*SERVICES)),
        }[kind]()

    def contact_details(self):
        return self.some({'InList': V('b', self.one(True, False)),
                          'Blocked': V('b', self.one(True, False)),
                          'Status': V('u', self.one(*STATUSES)),
                          'FriendlyName': V('s', self.text()),
                          'Applications': V('as', [self.one(*APPLICATIONS)]),
                          'KnowsApps': V('b', False)})

    def some(self, choices):
        return {key: value for key, value in choices.items() if self.random.random() < 0.4}

    def options(self):
        return self.some({
            'Roles': V('as', [self.one('ui', 'launch', 'x')]), 'Priority': V('i', self.one(-1, 5)),
            'Forget': V('b', self.one(True, False)), 'Timeout': V('u', self.one(0, 600, 90000)),
            'LocalAddress': V('s', self.one(*IPS)), 'Detach': V('b', True),
            'ActivationToken': V('s', 'token'), 'AcceptFrom': V('s', self.one(
                'everyone', 'contacts', 'nobody', 'x')), 'StatusTo': V('s', self.one(
                    'everyone', 'nobody')), 'FriendlyName': V('s', self.text()),
            'Message': V('s', self.text()), 'WillRetry': V('b', True), 'SiteId': V('i', 1),
            'Url': V('s', self.one('', 'https://x.test/', 'file:///'))})

    def service(self):
        return {'Id': V('s', self.one(*SERVICES)), 'Name': V('s', 'Net'),
                'SigninName': V('s', self.one('me@n.test', self.text()))}

    def invitation(self):
        return {'Application': V('s', self.one(*APPLICATIONS)), 'ApplicationName': V('s', 'Chess'),
                'ApplicationUrl': V('s', 'https://x.test/'), 'AppData': V('s', self.text()),
                'Timeout': V('u', self.one(0, 600))}

    # what they do: mostly what makes sense

    def sensible(self, c):
        r = self.one
        session = c.session(self.known(c, self.sessions))
        contact = c.contact(self.known(c, self.contacts))
        hr = r(*RESULTS)
        guid, person, network = r(*self.ids[-20:])
        if network not in self.actors:
            network = r(*[a for a in self.actors if a.net is not None], c)
        invited = c.session(r(*self.invited[c.user][-5:], session.path))
        net = network.net or r('net', 'net2')
        return r(
            lambda: c.manager.start('CreateSession'),
            lambda: c.manager.start('RegisterApplication', r(*APPLICATIONS), 'Chess',
                                    'https://x.test/', '/usr/bin/true', 0),
            lambda: c.manager.start('UnRegisterApplication', r(*APPLICATIONS)),
            lambda: c.manager.start('InviteContact', GUID, contact.path, 'x', self.options()),
            lambda: c.manager.start('InviteContact', GUID, '/', '', {}),
            lambda: c.manager.start('ListSessions'),
            lambda: c.manager.start('GetLaunchingSession', 0),
            lambda: session.start('Invite', contact.path, 'x'),
            lambda: invited.start('Accept', self.text()),
            lambda: invited.start('Accept', ''),
            lambda: invited.start('Accept', ''),
            lambda: invited.start('AcceptWith', '', self.options()),
            lambda: invited.start('Decline', ''),
            lambda: session.start('Cancel', hr, ''),
            lambda: session.start('SendContextData', self.text()),
            lambda: session.start('SuppressDefault', r('OnInvitation', 'BeforeAppLaunch')),
            lambda: session.start('Detach'),
            lambda: c.start(session.path, names.PROPERTIES, 'GetAll', 's', [names.SESSION1]),
            lambda: c.start(contact.path, names.PROPERTIES, 'Set', 'ssv', [
                names.CONTACT1, 'Blocked', V('b', r(True, False))]),
            lambda: contact.start('Remove'),
            lambda: c.messenger.start('GetContact', r(person, self.w.name_of(r(*USERS)), 'echo'),
                                      r(net, 'local')),
            lambda: c.messenger.start('ListContacts'),
            lambda: c.messenger.start('DescribeServices', {}),
            lambda: c.messenger.start('ListContactRequests'),
            lambda: c.messenger.start('AnswerContactRequest', person, net, r(True, False)),
            lambda: c.messenger.start('SetStatus', r(net, 'local'), r(*STATUSES)),
            lambda: c.messenger.start(r('Signin', 'Signin', 'Signout'), net),
            lambda: c.messenger.start('SetPolicy', r(net, 'local'), self.options()),
            lambda: c.private.start('AddContact', r(person, self.w.name_of(r(*USERS)), 'nobody1'),
                                    V('s', r(net, 'local'))),
            lambda: c.private.start('EnableAlertEvents', [0, 1]),
            lambda: c.private.start('ListAlerts', {}),
            lambda: c.private.start('SuppressDefault', r(*self.alerts[-10:])),
            lambda: c.agents.start('RegisterAgent', AGENT, self.options()),
            lambda: c.agents.start('UnregisterAgent', AGENT),
            lambda: c.agents.start('ReportExit', session.path, r(0, 1), r(True, False), {}),
            lambda: c.connectors.start('RegisterConnector', CONNECTOR, self.service()),
            lambda: network.connectors.start('UnregisterConnector', net, self.options()),
            lambda: network.connectors.start('ReportSignedIn', net, self.options()),
            lambda: network.connectors.start('ReportSignedIn', net, {}),
            lambda: network.connectors.start('ReportSignedOut', net, hr, self.options()),
            lambda: network.connectors.start(r('ReplaceContacts', 'UpdateContacts'), net,
                                       self.value('a(sa{sv})')),
            lambda: network.connectors.start('DeliverContactRequest', net, person, self.options()),
            lambda: network.connectors.start('WithdrawContactRequest', net, person),
            lambda: self.deliver_invitation(network, net, r(*PEOPLE)),
            lambda: network.connectors.start('DeliverAnswer', net, guid, person, r(True, False), ''),
            lambda: network.connectors.start('DeliverAppNotPresent', net, guid, person),
            lambda: network.connectors.start('DeliverAttached', net, guid, person, r(*IPS)),
            lambda: network.connectors.start('DeliverContextData', net, guid, person, self.text()),
            lambda: network.connectors.start('DeliverEnd', net, guid, person, r(True, False), hr, ''),
            lambda: network.connectors.start('DeliverAlert', net, person, 'hello', self.options()),
            lambda: network.connectors.start('ListSessions', net),
        )

    def deliver_invitation(self, c, net, person):
        guid = '{%08X-0000-4000-8000-000000000000}' % self.random.randrange(1 << 32)
        self.ids.append((guid, person, c))
        return c.connectors.start('DeliverInvitation', net, guid, person, self.invitation())

    def known(self, c, paths):
        """Mostly what its user was told lately."""
        own = [path for path in paths if self.owners.get(path) == c.user][-8:]
        return self.one(*own) if own and self.random.random() < 0.9 else self.one(*paths)

    def senseless(self, c):
        """Any member of any object, with any values of its types, or of others."""
        iface, member = self.one(*((iface, member) for iface in names.METHODS
                                   for member in names.METHODS[iface]
                                   if member not in ('SendResponse', 'Signout')))
        signature = names.METHODS[iface][member][0] if self.random.random() < 0.8 else 'sis'
        kinds, rest = [], signature
        while rest:
            kind = next(k for k in ('a(sa{sv})', 'a{sv}', 'ai', rest[0]) if rest.startswith(k))
            kinds.append(kind)
            rest = rest[len(kind):]
        args = [self.value(kind) for kind in kinds]
        path = self.one(names.ROOT, names.MANAGER, names.PRIVATE, *self.sessions[-9:],
                        *self.contacts[-9:])
        fds = self.one(0, 0, 3)
        return lambda: c.start(path, iface, member, signature, args, fds=fds,
                               dest=self.one(names.BUS, names.AGENTS, names.AGENTS))

    def call(self):
        c = self.one(*self.actors)
        act = self.senseless(c) if self.random.random() < 0.15 else self.sensible(c)
        self.waiting.append(act())

    def answer(self, client):
        """What it is asked it answers rightly, wrongly, or never."""
        for call in client.calls:
            client.taken += 1
            if call.member in ('WithdrawInvitation', 'Released', 'WithdrawContactRequest',
                               'WithdrawSignedOut'):
                continue
            if call.member == 'SendInvitation':
                self.ids.append((*call.args[:2], client))
            mood = self.random.random()
            if mood < 0.06:
                continue
            if mood < 0.2:
                call.fail(self.one('org.example.Error.X', names.error_name(self.one(
                    'NotFound', 'LimitsExceeded', 'ConnectionFailure', 'SessionStateInvalid'))))
            elif mood < 0.3:
                call.answer(*self.one(('s', 'x' * 70000), ('u', 5), ('uu', 1, 1), ('as', ['x'])),
                            fds=self.one(0, 2))
            elif call.member == 'LaunchApplication':
                pid = self.one(client.worker.pid, 1, 0)
                call.answer('uh', pid, 0, **self.one({'pidfds': [client.worker.pid]}, {'fds': 1},
                                                     {'fds': 3}))
            elif call.member == 'ChooseContact':
                call.answer('o', self.one(*self.contacts))
            elif call.member == 'AddContact':
                call.answer('s', self.one(call.args[0], *PEOPLE, '\n'))
            else:
                call.answer()

    def learn(self, user, found):
        """Paths and IDs that somebody was told, for all to try."""
        if isinstance(found, dict):
            for key, inner in found.items():
                self.learn(user, inner)
                if key == 'SessionId':
                    self.ids.append((inner, self.one(*PEOPLE), None))
                if key == 'Id' and isinstance(inner, int):
                    self.alerts.append(inner)
        elif isinstance(found, (list, tuple)):
            for inner in found:
                self.learn(user, inner)
        elif isinstance(found, str):
            for prefix, known in ((names.SESSIONS, self.sessions), (names.CONTACTS, self.contacts)):
                if found.startswith(prefix + '/') and found not in known:
                    known.append(found)
                    self.owners[found] = user

    def listen(self):
        for client in self.actors:
            for event in client.events[client.mark:]:
                self.learn(client.user, event.args)
                if event.member == 'OnInvitation':
                    self.invited[client.user].append(event.args[0])
            client.mark = len(client.events)

    def settle(self):
        """All that was called has been answered, unless it waits for somebody who does not."""
        for pending in self.waiting:
            if '.GetLaunchingSession' in pending.call:
                continue
            reply = pending.reply()
            assert reply.error is None or not reply.error.startswith('worker.'), reply.message
            if not reply.error:
                self.learn(pending.worker.user, reply.get())
        self.waiting = []

    # the weather

    def policy(self):
        """What the administrator says for a while."""
        for value in ('false', 'true'):
            changes = {group: dict(values) for group, values in CONFIG.items()}
            changes['Policy'] = {'Connectors': self.one('true', value)}
            changes['Local'] = {'Invitations': self.one('true', value)}
            changes['Limits'] = {'InvitationsPerUser': 2 if value == 'false' else 32}
            self.w.configure(changes)
            self.w.daemon.process.send_signal(signal.SIGHUP)
            for _ in range(CALLS_A_ROUND):
                self.call()
        self.begin_again(locked=False)

    def full_disk(self):
        set_file_limit(self.w, 1)
        for _ in range(CALLS_A_ROUND):
            self.call()
        for client in list(self.actors):
            self.answer(client)
        if self.random.random() < 0.5:
            self.leave(self.one(*self.actors))
        set_file_limit(self.w, None)

    def replace(self):
        old = self.w.daemon
        self.w.start(standard=False, args=('--replace',), warns=True)
        assert old.wait() == 0, old.log[-3000:]
        old.expected_death = True
        old.check_log()
        self.begin_again()

    def begin_again(self, locked=True):
        self.listen()
        for client in self.actors:
            self.begin(client, locked)

    def crash(self):
        """What was acknowledged is there again. Everybody leaves before, so that nothing is on its
        way."""
        self.settle()
        while self.actors:
            self.leave(self.actors[0])
        watchers = {user: self.w.unlocked(user, DESK, 'SessionManager', 'Private')
                    for user in USERS}
        before = eventually(lambda: self.calm(watchers), 'everything has been said')
        self.w.daemon.kill()
        self.w.start(standard=False, warns=True)
        for client in watchers.values():
            client.unlock(DESK, 'SessionManager', 'Private')
        after = {user: what_lasts(client) for user, client in watchers.items()}
        assert before == after, (before, after)
        for client in watchers.values():
            client.close()

    @staticmethod
    def calm(watchers):
        """What lasts, if that does not change any more."""
        found = [{user: what_lasts(client) for user, client in watchers.items()}
                 for _ in range(2)]
        return found[0] if found[0] == found[1] else None

    def round(self):
        while len(self.actors) < ACTORS:
            self.arrive()
        for _ in range(CALLS_A_ROUND):
            self.call()
        for client in list(self.actors):
            self.answer(client)
            if self.random.random() < 0.02:
                self.leave(client)
        for client in self.actors:
            if client.net is not None and self.random.random() < 0.2:
                self.connect(client, client.net)
        mood = self.random.random()
        if mood < 0.04:
            self.policy()
        elif mood < 0.1:
            self.full_disk()
        elif mood < 0.12:
            self.replace()
        elif mood < 0.16:
            self.crash()
        self.settle()
        self.listen()


def what_lasts(client):
    """As one of the user's clients sees it."""
    services = [(entry[0], entry[2]) for entry in client.messenger.ListServices()]
    return {
        'services': services,
        'policies': [client.messenger.GetPolicy(entry[0]) for entry in services],
        'contacts': sorted((contact['ServiceId'], contact['SigninName'], contact['Blocked'])
                           for _, contact in client.messenger.ListContacts()),
        'requests': [entry[:2] for entry in client.messenger.ListContactRequests()],
        'sessions': sorted((path, session['State'])
                           for path, session in client.manager.ListSessions()
                           if session['State'] in (names.INVITATION, names.CONNECTED)),
    }


@test('a storm')
def _(w):
    w.start(CONFIG, warns=True)
    files = w.daemon.open_files()
    storm = Storm(w, SEED)
    for _ in range(ROUNDS):
        storm.round()
        assert w.daemon.running(), 'the service is gone'
    storm.crash()
    for _ in range(3):
        storm.round()
    storm.settle()
    while storm.actors:
        storm.leave(storm.actors[0])
    eventually(lambda: w.daemon.open_files() <= files + 2, 'no process is held on to')
