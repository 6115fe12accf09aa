# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Nobody learns of others' affairs: not by listening, not by asking, not by guessing.

import json
import re

from msgrtest import names
from msgrtest.client import Proxy, V, expect
from msgrtest.keys import CHESS, DESK, GO, Key
from msgrtest.names import CONTACTS, NO_OBJECT, SESSIONS
from msgrtest.scene import GUID, GUID2, Scene, register, sessions
from msgrtest.tap import test
from msgrtest.watch import Monitor
from msgrtest.world import Skip

EVERYTHING = [
    "type='signal'", "type='signal',sender='org.msgr.Messenger'",
    "type='signal',interface='org.msgr.Session1'",
    "type='signal',interface='org.msgr.SessionManager1'",
    "type='signal',path_namespace='/org/msgr/Messenger'",
    "type='signal',interface='org.freedesktop.DBus.Properties'",
    "type='signal',interface='org.freedesktop.DBus.ObjectManager'",
]


def everything_happens(w, s):
    """As much as two users can do."""
    register(s.alice, GUID2, 'Checkers')
    s.alice.manager.UnRegisterApplication(GUID2)
    for scene in (Scene.cancelled, Scene.declined, Scene.terminated):
        scene(s)
    s.connected()
    s.a.SendContextData('secret of alice')
    s.b.SendContextData('secret of bob')
    expect('ContextDataOverLimit', s.a.SendContextData, 'x' * 301)
    s.b.Cancel(0, 'over')
    s.ready()
    s.a.set('LocalAddress', 's', '192.0.2.1')
    s.a.Cancel(0, '')
    desk = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    desk.messenger.SetFriendlyName('local', 'Alice in private')
    desk.keys.AddKey(Key('org.example.Mine').json)
    desk.keys.RemoveKey('org.example.Mine')
    wrong = w.client('alice')
    wrong.lock.RequestChallenge(1)
    expect('ApiUnlockFailed', wrong.lock.SendResponse, CHESS.id, '0' * 64, 1)


@test('a third user who listens to all there is hears nothing')
def _(w):
    w.start()
    carol = w.client('carol', EVERYTHING)
    unlocked = w.client('carol', EVERYTHING).unlock(CHESS)
    register(unlocked)
    unlocked.forget()
    unlocked.mark = len(unlocked.events)
    everything_happens(w, Scene(w))
    unlocked.barrier()
    carol.barrier()
    for c in (carol, unlocked):
        assert c.ours() == [], c.ours()
        heard = [e for e in c.events[c.mark:] if e.sender != names.DBUS]
        assert heard == [], heard


@test('eavesdropping and monitoring are refused')
def _(w):
    w.start()
    carol = w.client('carol')
    expect('AccessDenied', carol.call, '/org/freedesktop/DBus',
           'org.freedesktop.DBus.Monitoring', 'BecomeMonitor', 'asu', [[], 0], dest=names.DBUS)
    reply = carol.start('/', names.DBUS, 'AddMatch', 's',
                        ["eavesdrop='true',type='method_call'"], dest=names.DBUS).reply()
    s = Scene(w)
    everything_happens(w, s)
    carol.barrier()
    assert carol.ours() == []
    assert reply.error in (None, 'org.freedesktop.DBus.Error.AccessDenied')


@test('every signal of the service has one destination, as the monitor of root sees')
def _(w):
    w.start()
    monitor = Monitor(w)
    s = Scene(w)
    everything_happens(w, s)
    owner = s.alice.call('/', names.DBUS, 'GetNameOwner', 's', [names.BUS], dest=names.DBUS)
    messages = monitor.stop(s.alice)
    sent = [m for m in messages if m['sender'] == owner]
    signals = [m for m in sent if m['type'] == 'signal']
    assert len(signals) > 50, len(signals)
    for message in signals:
        assert message['destination'] and message['destination'].startswith(':'), message
    members = {m['member'] for m in signals}
    assert members >= {'OnInvitation', 'OnStateChanged', 'OnAccepted', 'OnContextData',
                       'OnTermination', 'OnAppRegistered', 'OnLockResult'}, members
    assert 'PropertiesChanged' not in members and 'InterfacesAdded' not in members
    alices = {c.name for c in w.clients if c.user == 'alice'}
    for message in sent:
        if 'secret of alice' in message['args'] and message['type'] == 'signal':
            assert message['destination'] not in alices, message
        if message['destination'] in alices:
            assert 'org.example.Nobody' not in message['args']


def outcome(client, path, iface, member, signature, args, known):
    """Everything that the caller can tell of an answer, with the object's own path left out."""
    reply = client.start(path, iface, member, signature, args).reply()
    text = json.dumps([reply.error, reply.message, reply.signature, reply.typed])
    for own in known:
        text = text.replace(own, 'PATH').replace(own.rsplit('/', 1)[1], 'ID')
    return text


def probes(iface):
    """Calls that a curious client can make to an object's path."""
    sample = {'s': 'x', 'o': CONTACTS + '/' + '1' * 32, 'u': 0, 'a{sv}': {}}
    for member, (signature, _) in names.METHODS[iface].items():
        kinds = re.findall(r'a\{sv\}|.', signature)
        yield iface, member, signature, [sample[kind] for kind in kinds]
        yield iface, member, 'ay', [[1, 2]]
    yield iface, 'NoSuchMethod', '', []
    properties = {names.SESSION1: ('State', 'LocalAddress', 'Application', 'NoSuch'),
                  names.CONTACT1: ('SigninName', 'Blocked', 'NoSuch')}[iface]
    for name in properties:
        yield names.PROPERTIES, 'Get', 'ss', [iface, name]
        yield names.PROPERTIES, 'Set', 'ssv', [iface, name, V('s', 'x')]
        yield names.PROPERTIES, 'Set', 'ssv', [iface, name, V('b', True)]
    for other in (iface, 'org.msgr.Messenger1', 'org.example.None', ''):
        yield names.PROPERTIES, 'GetAll', 's', [other]
        yield names.PROPERTIES, 'Get', 'ss', [other, 'State']
    yield names.PROPERTIES, 'GetAll', 'u', [1]
    yield names.INTROSPECTABLE, 'Introspect', '', []
    yield names.INTROSPECTABLE, 'Introspect', 's', ['x']


def check_same(client, foreign, iface):
    """A foreign path answers exactly as one that never was."""
    parent = foreign.rsplit('/', 1)[0]
    never = parent + '/' + '0123456789abcdef' * 2
    for probe in probes(iface):
        found = outcome(client, foreign, *probe, (foreign, never))
        wanted = outcome(client, never, *probe, (foreign, never))
        assert found == wanted, (probe, found, wanted)


@test("another user's session is a path that never was")
def _(w):
    w.start()
    s = Scene(w).connected()
    carol, desk = w.unlocked('carol', CHESS), w.unlocked('carol', DESK)
    for client in (carol, desk, w.client('carol')):
        for path in (s.a.path, s.b.path):
            check_same(client, path, names.SESSION1)
    check_same(s.alice, s.b.path, names.SESSION1)
    check_same(s.bob, s.a.path, names.SESSION1)
    assert s.states() == (names.CONNECTED, names.CONNECTED)
    assert s.said() == ([], [])


@test("another application's session of the same user is a path that never was")
def _(w):
    w.start()
    s = Scene(w).connected()
    check_same(w.unlocked('alice', GO), s.a.path, names.SESSION1)
    expect(NO_OBJECT, w.unlocked('alice', GO).session(s.a.path).get, 'State')


@test("another user's contact is a path that never was")
def _(w):
    w.start()
    s = Scene(w)
    for client in (w.unlocked('carol', DESK), s.bob, w.client('carol')):
        check_same(client, s.contact, names.CONTACT1)


@test('an object that is gone is a path that never was')
def _(w):
    w.start({'Messenger': {'EndedSessionLinger': 0}})
    s = Scene(w).ready()
    s.a.Cancel(0, '')
    s.alice.forget()
    expect(NO_OBJECT, s.a.get, 'State')
    check_same(s.alice, s.a.path, names.SESSION1)


@test('GetAll and Get of a foreign path are errors, Introspect is an empty node')
def _(w):
    w.start()
    s = Scene(w).connected()
    carol = w.unlocked('carol', DESK)
    for path in (s.a.path, s.b.path, s.contact):
        iface = names.CONTACT1 if path == s.contact else names.SESSION1
        expect(NO_OBJECT, Proxy(carol, path, iface).all)
        text = carol.introspect(path)
        assert 'interface' not in text and re.search(r'<node\s*(/>|>\s*</node>)', text), text


def children(client, path):
    return set(re.findall(r'<node name="([^"]*)"', client.introspect(path)))


@test('parents list the own children only')
def _(w):
    w.start()
    s = Scene(w).connected()
    go, carol = w.unlocked('alice', GO), w.unlocked('carol', DESK)
    last = lambda path: path.rsplit('/', 1)[1]  # noqa: E731
    assert children(s.alice, SESSIONS) == {last(s.a.path)}
    assert children(s.bob, SESSIONS) == {last(s.b.path)}
    assert children(go, SESSIONS) == children(carol, SESSIONS) == set()
    assert last(s.contact) in children(s.alice, CONTACTS)
    assert last(s.contact) not in children(carol, CONTACTS) | children(s.bob, CONTACTS)
    assert children(s.alice, '/') == {'org'} and children(s.alice, '/org') == {'msgr'}
    assert {'SessionManager', 'Private'} <= children(s.alice, names.ROOT)


@test('what an object introspects as: its interfaces and all their members')
def _(w):
    w.start()
    s = Scene(w).connected()
    expected = {names.ROOT: (names.MESSENGER1, names.KEYMANAGER1),
                names.MANAGER: (names.MANAGER1, names.LOCK1),
                names.PRIVATE: (names.PRIVATE1, names.LOCK1),
                s.a.path: (names.SESSION1,), s.contact: (names.CONTACT1,)}
    for path, ifaces in expected.items():
        text = s.alice.introspect(path)
        for iface in ifaces:
            block = re.search(r'<interface name="%s">.*?</interface>' % re.escape(iface), text,
                              re.DOTALL)
            assert block, (path, iface)
            for member in names.METHODS[iface]:
                assert 'method name="%s"' % member in block.group(0), (iface, member)


@test("ListSessions and ListServices tell the caller's own")
def _(w):
    w.start()
    s = Scene(w).connected()
    carol = w.unlocked('carol', DESK)
    assert sessions(carol) == {}
    assert set(sessions(s.alice)) == {s.a.path} and set(sessions(s.bob)) == {s.b.path}
    assert carol.messenger.ListServices()[0][2] == w.name_of('carol')


@test("a client of the invitee can't answer for the inviter, nor the other way round")
def _(w):
    w.start()
    s = Scene(w).invited()
    mallory = w.unlocked('carol', CHESS)
    register(mallory)
    for path in (s.a.path, s.b.path):
        for call in (lambda p: mallory.session(p).Accept(''),
                     lambda p: mallory.session(p).Decline(''),
                     lambda p: mallory.session(p).Cancel(0, ''),
                     lambda p: mallory.session(p).SuppressDefault('OnInvitation'),
                     lambda p: mallory.session(p).SendContextData(''),
                     lambda p: mallory.session(p).Detach()):
            expect(NO_OBJECT, call, path)
    assert s.states() == (names.INVITATION, names.INVITATION)
    assert GUID in [app['Guid'] for app in mallory.manager.get('Applications')]


@test('the log holds no contents: no application data, no context data, no addresses')
def _(w):
    w.start(args=['--verbose'])
    s = Scene(w).ready()
    s.a.set('LocalAddress', 's', '192.0.2.77')
    s.a.Invite(s.contact, 'the-app-data-itself')
    s.b = s.bob.session(s.bob.wait('OnInvitation').args[0])
    s.b.Accept('the-answer-itself')
    s.b.SuppressDefault('BeforeAppLaunch')
    s.a.SendContextData('the-context-data-itself')
    s.a.Cancel(0, 'the-reason-itself')
    s.forget()
    for text in ('the-app-data', 'the-answer', 'the-context', 'the-reason', '192.0.2.77'):
        assert text not in w.daemon.log, text


@test('an absent user cannot be told from one that refuses')
def _(w):
    w.start()
    s = Scene(w)
    carol = s.alice.contact_of(w.name_of('carol'))
    absent = expect('NotLoggedOn', s.alice.manager.InviteContact, GUID, carol, '', {})
    c = w.unlocked('carol', DESK)
    reply = c.messenger.start('SetPolicy', 'local', {'AcceptFrom': V('s', 'nobody')}).reply()
    if reply.error:
        raise Skip('policies are not there yet')
    refused = expect('NotLoggedOn', s.alice.manager.InviteContact, GUID, carol, '', {})
    assert absent == refused
    assert c.said() == []
