# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What is malformed is answered with the error that is named for it, and changes nothing.

import itertools
import re

from msgrtest import names
from msgrtest.client import Proxy, V, expect
from msgrtest.keys import CHESS, DESK
from msgrtest.names import (AGENTS, BUS, INTROSPECTABLE, NO_OBJECT, PEER, PROPERTIES, SESSIONS)
from msgrtest.scene import GUID, Scene, applications, sessions
from msgrtest.tap import test
from msgrtest.watch import Monitor
from msgrtest.world import eventually

# Sample values of every type that arguments have, and others that none has.
SAMPLES = {
    's': 'x', 'o': '/org/msgr/Messenger/Contact/' + '1' * 32, 'u': 1, 'i': 1, 'b': True,
    'a{sv}': {}, 'a(sa{sv})': [], 't': 1, 'v': V('s', 'local'), 'ai': [1],
}
WRONG = [
    ('', []), ('y', [1]), ('b', [True]), ('n', [1]), ('q', [1]), ('x', [1]), ('t', [1]),
    ('d', [1.5]), ('g', ['s']), ('v', [V('s', 'x')]), ('as', [['x']]), ('ay', [[1, 2]]),
    ('(s)', [['x']]), ('a{ss}', [{'a': 'b'}]), ('aa{sv}', [[{}]]), ('ssssssss', ['x'] * 8),
    ('aaaaas', [[]]), ('av', [[V('v', V('v', V('s', 'deep')))]]),
]


def split(signature):
    return re.findall(r'a\(sa\{sv\}\)|a\{sv\}|ai|.', signature)


def wrong_arguments(signature):
    """Argument lists that this signature doesn't take."""
    for other, values in WRONG:
        if other != signature:
            yield other, values
    kinds = split(signature)
    good = [SAMPLES[kind] for kind in kinds]
    if kinds:
        yield ''.join(kinds[:-1]), good[:-1]
    yield signature + 's', good + ['x']
    for position, kind in enumerate(kinds):
        for other in ('s', 'u', 'i', 'o', 'v', 'as'):
            if other != kind:
                value = {'v': V('s', 'x'), 'as': ['x']}.get(other, SAMPLES.get(other))
                yield (''.join(kinds[:position] + [other] + kinds[position + 1:]),
                       good[:position] + [value] + good[position + 1:])


def picture(scene):
    """All that a client can see of the state."""
    return (sessions(scene.alice), sessions(scene.bob), applications(scene.alice),
            scene.alice.messenger.ListServices(), scene.alice.keys.ListKeys(),
            scene.alice.lock.get('Status'), scene.alice.private_lock.get('Status'))


def objects(scene):
    """Every interface, where it is: (path, interface, bus name)."""
    return [(names.ROOT, names.MESSENGER1, BUS), (names.ROOT, names.KEYMANAGER1, AGENTS),
            (names.ROOT, names.CONNECTORMANAGER1, AGENTS),
            (names.MANAGER, names.MANAGER1, BUS), (names.MANAGER, names.LOCK1, BUS),
            (names.PRIVATE, names.LOCK1, BUS), (names.PRIVATE, names.PRIVATE1, BUS),
            (scene.a.path, names.SESSION1, BUS),
            (scene.contact, names.CONTACT1, BUS)]


def fully_unlocked(w):
    w.start()
    scene = Scene(w, key=DESK, bob_key=CHESS).invited()
    scene.alice.unlock(DESK, 'Private')
    scene.forget()
    return scene


def check_wrong_signatures(w, chosen):
    scene = fully_unlocked(w)
    before = picture(scene)
    files = w.daemon.open_files()
    count = 0
    for path, iface, dest in objects(scene):
        if iface != chosen:
            continue
        for member, (signature, _) in names.METHODS[iface].items():
            for other, values in wrong_arguments(signature):
                expect('InvalidArgs', scene.alice.call, path, iface, member, other, values,
                       dest=dest)
                count += 1
    assert count > 15, count
    assert picture(scene) == before
    assert scene.said() == ([], [])
    assert w.daemon.open_files() <= files + 2


for _iface in (names.MESSENGER1, names.KEYMANAGER1, names.CONNECTORMANAGER1, names.MANAGER1,
               names.LOCK1, names.SESSION1, names.CONTACT1, names.PRIVATE1):
    test('wrong signatures: every method of ' + _iface)(
        lambda w, iface=_iface: check_wrong_signatures(w, iface))


@test('wrong signatures of the standard interfaces')
def _(w):
    scene = fully_unlocked(w)
    before = picture(scene)
    for path in (names.ROOT, names.MANAGER, scene.a.path, scene.contact):
        for member, signature in (('Get', 'ss'), ('Set', 'ssv'), ('GetAll', 's')):
            for other, values in wrong_arguments(signature.replace('v', 's')):
                if other != signature:
                    expect('InvalidArgs', scene.alice.call, path, PROPERTIES, member, other,
                           values)
        expect('InvalidArgs', scene.alice.call, path, INTROSPECTABLE, 'Introspect', 's', ['x'])
    assert picture(scene) == before


@test('unknown members of known interfaces are UnknownMethod')
def _(w):
    scene = fully_unlocked(w)
    for path, iface, dest in objects(scene) + [(names.ROOT, PROPERTIES, BUS),
                                               (names.ROOT, INTROSPECTABLE, BUS)]:
        for member in ('NoSuchMethod', 'invite', 'Invite2', 'X' * 255, '_'):
            expect('UnknownMethod', scene.alice.call, path, iface, member, dest=dest)
            expect('UnknownMethod', scene.alice.call, path, iface, member, 's', ['x'], dest=dest)


@test('a known interface on the wrong object is no method of it')
def _(w):
    scene = fully_unlocked(w)
    unknown = ('UnknownMethod', 'UnknownInterface', 'UnknownObject')
    wrong = [(names.MANAGER, names.SESSION1, 'Cancel', 'us', [0, '']),
             (names.ROOT, names.MANAGER1, 'CreateSession', '', []),
             (scene.a.path, names.MANAGER1, 'ListSessions', '', []),
             (scene.a.path, names.CONTACT1, 'Remove', '', []),
             (scene.contact, names.SESSION1, 'Detach', '', []),
             (names.SESSIONS, names.SESSION1, 'Detach', '', []),
             (names.PRIVATE, names.MANAGER1, 'CreateSession', '', []),
             (names.MANAGER, names.PRIVATE1, 'EnableAlertEvents', 'ai', [[]]),
             (scene.a.path, names.PRIVATE1, 'SuppressDefault', 't', [1]),
             ('/', names.MESSENGER1, 'ListServices', '', []),
             ('/org', names.LOCK1, 'RequestChallenge', 'i', [1]),
             (scene.a.path, names.LOCK1, 'RequestChallenge', 'i', [1]),
             (names.ROOT, names.LOCK1, 'RequestChallenge', 'i', [1])]
    before = picture(scene)
    for call in wrong:
        expect(unknown, scene.alice.call, *call)
    expect(unknown, scene.alice.call, names.MANAGER, names.KEYMANAGER1, 'ListKeys', dest=AGENTS)
    assert picture(scene) == before


PATHS = ['/', '/org', '/org/msgr', '/no', '/org/msgr/Messenger2', names.ROOT + '/X', SESSIONS,
         SESSIONS + '/1', SESSIONS + '/' + '0' * 31, SESSIONS + '/' + '0' * 33,
         SESSIONS + '/' + 'A' * 32, SESSIONS + '/' + '0' * 32 + '/x', names.CONTACTS,
         names.CONTACTS + '/' + 'z' * 32, names.MANAGER + '/' + '0' * 32, '/' + 'x' * 60000,
         '/' + '/'.join('abcdefgh')]


@test('paths that are nobody\'s')
def _(w):
    scene = fully_unlocked(w)
    unknown = NO_OBJECT + ('UnknownInterface',)
    for path in PATHS:
        expect(unknown, scene.alice.call, path, names.SESSION1, 'Cancel', 'us', [0, ''])
        expect(unknown, scene.alice.call, path, names.CONTACT1, 'Remove')
        expect(unknown, Proxy(scene.alice, path, names.SESSION1).get, 'State')
        expect(unknown, Proxy(scene.alice, path, names.SESSION1).set, 'LocalAddress', 's', '')
        assert 'interface name="org.msgr.Session1"' not in scene.alice.introspect(path)
    digits = scene.a.path.rsplit('/', 1)[1]
    for path in (SESSIONS + '/' + digits.upper(), SESSIONS + '/' + digits[:-1],
                 SESSIONS + '/' + digits + '0', scene.a.path + '/x',
                 names.CONTACTS + '/' + digits):
        if path != scene.a.path:
            expect(unknown, Proxy(scene.alice, path, names.SESSION1).get, 'State')


@test('unknown properties, read-only ones, wrong types')
def _(w):
    scene = fully_unlocked(w)
    before = picture(scene)
    a, contact = scene.a, scene.alice.contact(scene.contact)
    for proxy in (scene.alice.messenger, scene.alice.manager, scene.alice.lock, a, contact):
        for name in ('NoSuch', '', 'state', 'x' * 100000):
            expect('UnknownProperty', proxy.get, name)
            expect('UnknownProperty', proxy.set, name, 's', 'x')
    readable = [(a, name) for name in names.SESSION_PROPERTIES
                if name not in ('Application', 'LocalAddress')]
    readable += [(contact, name) for name in names.CONTACT_PROPERTIES if name != 'Blocked']
    readable += [(scene.alice.lock, 'Status'), (scene.alice.manager, 'Applications')]
    for proxy, name in readable:
        for signature, value in (('s', 'x'), ('u', 1), ('b', True), ('as', [])):
            expect('PropertyReadOnly', proxy.set, name, signature, value)
    fresh = scene.alice.session(scene.alice.manager.CreateSession())
    for name in ('Application', 'LocalAddress'):
        for signature, value in (('u', 1), ('b', True), ('as', [GUID]), ('v', V('s', GUID)),
                                 ('o', '/x'), ('ay', [49]), ('(s)', [GUID]), ('g', 's')):
            expect('InvalidArgs', fresh.set, name, signature, value)
    for signature, value in (('s', 'true'), ('u', 1), ('v', V('b', True))):
        expect('InvalidArgs', contact.set, 'Blocked', signature, value)
    fresh.Cancel(0, '')
    left = picture(scene)
    left[0].pop(fresh.path)
    assert left == before


@test('properties of an interface that is not there')
def _(w):
    scene = fully_unlocked(w)
    unknown = ('InvalidArgs', 'UnknownInterface', 'UnknownProperty', 'UnknownMethod')
    for path in (names.ROOT, names.MANAGER, scene.a.path, scene.contact):
        for iface in ('org.example.None', 'org.msgr.Session2', 'no interface', 'x' * 100000):
            for call in (lambda p: p.get('State'), lambda p: p.set('State', 's', 'x'),
                         lambda p: p.all()):
                expect(unknown, call, Proxy(scene.alice, path, iface))


@test('texts of every length and content')
def _(w):
    scene = fully_unlocked(w)
    before = picture(scene)
    alice = scene.alice
    texts = ['', ' ', '\n', '\t', '\x01', '\x7f', '\u202e', '\ufeff', '\ufffe', '\U0010ffff',
             '%s%n',
             "'; DROP TABLE sessions; --", '"', '\\', '../..', 'x' * 1000,
             'x' * 1000000, '♞' * 100000, '{}', '<node>']
    no_such = {
        'AddKey': lambda t: expect('InvalidArgs', alice.keys.AddKey, t),
        'RemoveKey': lambda t: expect(('NotFound', 'InvalidArgs'), alice.keys.RemoveKey, t),
        'GetContact name': lambda t: expect(('NotFound', 'InvalidArgs'),
                                            alice.messenger.GetContact, t, 'local'),
        'GetContact service': lambda t: expect('NotFound', alice.messenger.GetContact,
                                               w.name_of('alice'), t),
        'Signin': lambda t: expect('NotFound', alice.messenger.Signin, t),
        'Signout': lambda t: expect('NotFound', alice.messenger.Signout, t),
        'SetFriendlyName': lambda t: expect('NotFound', alice.messenger.SetFriendlyName, t, 'x'),
        'UnRegisterApplication': lambda t: expect('InvalidArgs',
                                                  alice.manager.UnRegisterApplication, t),
        'RegisterApplication': lambda t: expect('InvalidArgs', alice.manager.RegisterApplication,
                                                t, 'x', 'https://example.org/', '/usr/bin/true',
                                                0),
        'SuppressDefault': lambda t: expect('InvalidArgs', scene.bob.session(
            scene.b.path).SuppressDefault, t),
    }
    for text in texts:
        for call in no_such.values():
            call(text)
    assert picture(scene) == before


@test('file descriptors that nobody asked for are closed')
def _(w):
    scene = fully_unlocked(w)
    alice = scene.alice
    alice.barrier()
    files = w.daemon.open_files()
    for _ in range(40):
        pending = [alice.start(names.MANAGER, names.MANAGER1, 'ListSessions', fds=16),
                   alice.start(names.ROOT, names.MESSENGER1, 'NoSuchMethod', fds=16),
                   alice.start(names.MANAGER, names.MANAGER1, 'CreateSession', 'hh', [0, 1],
                               fds=2),
                   alice.start(names.ROOT, PROPERTIES, 'Get', 'ss',
                               [names.MESSENGER1, 'Version'], fds=7),
                   w.clients[1].start('/no/such', names.SESSION1, 'Detach', fds=3)]
        for call in pending:
            call.reply()
    eventually(lambda: w.daemon.open_files() <= files + 2, 'the descriptors are closed')


@test('NO_REPLY_EXPECTED: done, and not answered, right or wrong')
def _(w):
    scene = fully_unlocked(w)
    monitor = Monitor(w)
    alice = scene.alice
    calls = [
        (scene.a.path, names.SESSION1, 'Accept', 's', ['x']),
        (names.MANAGER, names.MANAGER1, 'NoSuch', '', []),
        (names.MANAGER, names.MANAGER1, 'CreateSession', 's', ['x']),
        ('/no/such', names.SESSION1, 'Cancel', 'us', [0, '']),
        (scene.a.path, PROPERTIES, 'Get', 'ss', [names.SESSION1, 'State']),
        (names.ROOT, INTROSPECTABLE, 'Introspect', '', []),
        (scene.a.path, names.SESSION1, 'Cancel', 'us', [0, 'silently']),
    ]
    for call in calls:
        alice.start(*call, reply=False)
    assert scene.a.get('State') == names.CANCELLED
    assert scene.bob.wait('OnCancelled').args == ['silently']
    answers = [m for m in monitor.stop(alice) if m['destination'] == alice.name and
               m['type'] in ('return', 'error') and m['sender'] != names.DBUS]
    assert len(answers) == 1, answers  # of the one Get that wanted it


@test('signals that somebody sends to the service do no harm')
def _(w):
    scene = fully_unlocked(w)
    before = picture(scene)
    for member in ('OnStateChanged', 'OnTermination', 'NameOwnerChanged'):
        for iface in (names.SESSION1, names.DBUS):
            scene.alice.start(scene.a.path, iface, member, 'sss', [scene.bob.name] * 2 + [''],
                              op='emit').get()
    assert picture(scene) == before
    assert scene.said() == ([], [])


@test('without the policy in between: unknown interfaces are refused by the service',
      permissive=True)
def _(w):
    scene = fully_unlocked(w)
    unknown = ('UnknownMethod', 'UnknownInterface')
    for path in (names.ROOT, names.MANAGER, scene.a.path, scene.contact):
        for iface in ('org.example.None', 'org.msgr.Session2', 'org.freedesktop.DBus.ObjectManager',
                      'org.freedesktop.DBus'):
            expect(unknown, scene.alice.call, path, iface, 'GetManagedObjects')
            expect(unknown, scene.alice.call, path, iface, 'Invite', 'os', ['/', ''])


@test('without the policy in between: a call without interface is found or refused, never lost',
      permissive=True)
def _(w):
    scene = fully_unlocked(w)
    before = picture(scene)
    for path, member, signature, values in (
            (names.ROOT, 'NoSuchMethod', '', []), (scene.a.path, 'NoSuchMethod', 's', ['x']),
            (names.MANAGER, 'ListSessions', '', []), (names.ROOT, 'Introspect', '', []),
            (scene.a.path, 'Accept', 's', ['x']), ('/no/such', 'Cancel', 'us', [0, ''])):
        reply = scene.alice.start(path, None, member, signature, values).reply()
        if member not in ('ListSessions', 'Introspect'):
            assert reply.error, (path, member)
    expect('ApiLocked', w.client('alice').call, names.MANAGER, names.MANAGER1, 'ListSessions')
    reply = w.client('alice').start(names.MANAGER, None, 'CreateSession').reply()
    assert reply.error, 'the lock does not hold without an interface'
    assert picture(scene) == before


@test('without the policy in between: KeyManager1 by the wrong name', permissive=True)
def _(w):
    w.start()
    c = w.client('alice')
    expect('AccessDenied', c.call, names.ROOT, names.KEYMANAGER1, 'ListKeys')
    reply = c.start(names.ROOT, None, 'ListKeys').reply()
    assert reply.error


@test('with the policy in between: what is not the service\'s own is refused by the bus')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    for iface in ('org.example.None', 'org.freedesktop.DBus.ObjectManager'):
        expect('AccessDenied', c.call, names.ROOT, iface, 'GetManagedObjects')
    assert c.call(names.ROOT, PEER, 'Ping') is None
    for name in (BUS, AGENTS) if w.users.many else ():  # an only user is the service's own
        expect('AccessDenied', c.call, '/', names.DBUS, 'RequestName', 'su', [name, 4],
               dest=names.DBUS)


@test('clients that call and leave at once')
def _(w):
    w.start()
    watcher = w.unlocked('alice', CHESS)
    files = w.daemon.open_files()
    for _ in range(40):
        c = w.client('alice', [])
        for path, iface, member in itertools.product(
                (names.MANAGER,), (names.MANAGER1, names.LOCK1), ('CreateSession', 'NoSuch')):
            c.start(path, iface, member)
        c.start(names.MANAGER, names.LOCK1, 'RequestChallenge', 'i', [1])
        c.close()
    assert watcher.manager.ListSessions() == []
    assert w.daemon.open_files() <= files + 2


@test('a flood of pipelined calls is answered, each once and in order')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    for _ in range(15):  # the bus allows 128 unanswered calls of one connection
        pending = [c.start(names.MANAGER, names.MANAGER1, 'ListSessions' if n % 3 else 'NoSuch')
                   for n in range(120)]
        replies = [p.reply() for p in pending]
        assert [r.seq for r in replies] == sorted(r.seq for r in replies)
        for n, reply in enumerate(replies):
            assert bool(reply.error) == (n % 3 == 0), (n, reply.fields)


@test('the harness itself: a wrong expectation is a failure')
def _(w):
    w.start()
    c = w.client('alice')
    try:
        expect('AccessDenied', c.manager.CreateSession)
    except AssertionError:
        pass
    else:
        raise RuntimeError('expect() accepts any error')
