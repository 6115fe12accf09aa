# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Who gets which session and which invitation; what can be read of them; contacts; echo.

import time

from msgrtest import keys, names
from msgrtest.client import V, expect, types
from msgrtest.keys import CHAT, CHESS, DESK, FRIENDS, GO
from msgrtest.names import NO_OBJECT, SESSIONS
from msgrtest.scene import (CONTACT_PATH, GUID, GUID2, GUID_FORM, NAME, NEVER, SESSION_PATH, URL,
                            Scene, register, sessions)
from msgrtest.tap import test
from msgrtest.world import eventually

BOB_APPS = '{"guid": "%s", "name": "Chess", "url": "%s", "path": "/usr/bin/true", ' \
           '"app-ids": ["%s", "%s"]}' % (GUID, URL, CHESS.id, CHAT.id)


def invitations(client):
    return [(e.args[0], e.args[1], e.args[2]) for e in client.said() if e.member == 'OnInvitation']


@test('a new session: its path, and every property with its type')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    path = c.manager.CreateSession()
    assert SESSION_PATH.match(path), path
    session = c.session(path)
    found = session.all()
    assert session.all_types() == names.SESSION_PROPERTIES
    assert GUID_FORM.match(found.pop('SessionId'))
    assert found.pop('LocalAddress') in ('', '127.0.0.1')
    assert found == {
        'Application': '', 'ApplicationName': '', 'ApplicationUrl': '', 'ContextData': '',
        'Flags': names.FLAG_INVITER, 'RemoteAddress': '', 'State': names.READY, 'User': '/',
        'ExpiresAt': 0, 'Result': 0}
    for name in names.SESSION_PROPERTIES:
        assert session.get(name) == session.all()[name]
    assert c.said() == []


@test('each session has a path and an ID of its own')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    paths = {c.manager.CreateSession() for _ in range(20)}
    assert len(paths) == 20
    assert set(sessions(c)) == paths
    assert len({entry['SessionId'] for entry in sessions(c).values()}) == 20


@test('ListSessions tells every property, with its type')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    path = c.manager.CreateSession()
    reply = c.manager.start('ListSessions').reply()
    assert reply.signature == '(a(oa{sv}))'
    assert types(reply.typed[0][0][1]) == names.SESSION_PROPERTIES
    assert sessions(c) == {path: c.session(path).all()}


@test('Application takes its name and URL from the registration')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    session = c.session(c.manager.CreateSession())
    expect('AppNotRegistered', session.set, 'Application', 's', GUID)
    for guid in ('', 'x', GUID.lower() + 'x', GUID[1:]):
        expect('InvalidArgs', session.set, 'Application', 's', guid)
    for signature, value in (('u', 1), ('as', [GUID]), ('v', V('s', GUID))):
        expect('InvalidArgs', session.set, 'Application', signature, value)
    assert session.get('Application') == ''
    register(c)
    session.set('Application', 's', GUID)
    found = session.all()
    assert (found['Application'], found['ApplicationName'], found['ApplicationUrl']) == (
        GUID, NAME, URL)
    register(c, GUID2, 'Checkers')
    session.set('Application', 's', GUID2)
    assert session.get('ApplicationName') == 'Checkers'


LITERALS = ['', '127.0.0.1', '192.0.2.7', '255.255.255.255', '0.0.0.0', '::', '::1',
            '2001:db8::1', 'fe80::1', '::ffff:192.0.2.1', '2001:DB8:0:0:0:0:0:1']
NOT_LITERALS = ['localhost', 'example.org', '127.1', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.4 ',
                ' 1.2.3.4', '1.2.3.4:80', '[::1]', 'fe80::1%eth0', 'fe80::1%1', '::1/128', ':::',
                '1::2::3', '0x7f.0.0.1', '10.0.0.0/8', '12345', 'g::1', '1.2.3.4\n', 'x' * 70000,
                '2001:db8::12345', '１.2.3.4']


@test('LocalAddress: literals of IPv4 and IPv6, without scope')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    session = c.session(c.manager.CreateSession())
    for address in LITERALS[1:]:
        session.set('LocalAddress', 's', address)
        assert session.get('LocalAddress') == address
    for address in NOT_LITERALS:
        expect('InvalidArgs', session.set, 'LocalAddress', 's', address)
    assert session.get('LocalAddress') == LITERALS[-1]
    session.set('LocalAddress', 's', '')
    assert session.get('LocalAddress') in ('', '127.0.0.1')
    expect('InvalidArgs', session.set, 'LocalAddress', 'u', 1)


@test('an invitation: what both sides read, and what OnInvitation tells')
def _(w):
    w.start({'Messenger': {'InvitationTimeout': 200}})
    s = Scene(w).ready()
    before = time.time() * 1e6
    assert s.a.Invite(s.contact, 'opening: e4') is None
    event = s.bob.wait('OnInvitation')
    path, app_data, handled, details = event.args
    assert event.path == names.MANAGER and SESSION_PATH.match(path) and path != s.a.path
    assert app_data == 'opening: e4' and handled is False
    s.b = s.bob.session(path)
    a, b = s.a.all(), s.b.all()
    assert a['State'] == b['State'] == names.INVITATION
    assert a['SessionId'] == b['SessionId'] and a['ExpiresAt'] == b['ExpiresAt']
    assert before + 195e6 < a['ExpiresAt'] < before + 260e6
    assert a['Flags'] & 3 == names.FLAG_INVITER and b['Flags'] & 3 == names.FLAG_INVITEE
    assert a['User'] == s.contact
    assert s.bob.contact(b['User']).get('SigninName') == w.name_of('alice')
    for side in (a, b):
        assert (side['Application'], side['ApplicationName'], side['ApplicationUrl']) == (
            GUID, NAME, URL)
        assert side['RemoteAddress'] == '' and side['Result'] == 0 and side['ContextData'] == ''
    kinds = types(event.typed[3])
    wanted = dict(names.SESSION_PROPERTIES, SigninName='s', ServiceId='s', Registered='b',
                  RegisteredName='s', DesktopId='s')
    assert {name: kinds.get(name) for name in wanted} == wanted, kinds
    assert {name: details[name] for name in b} == b
    assert details['SigninName'] == w.name_of('alice') and details['ServiceId'] == 'local'
    assert details['Registered'] is True and details['RegisteredName'] == NAME


@test("the invitee reads the inviter's name and URL, and its own name as RegisteredName")
def _(w):
    w.start()
    s = Scene(w)
    s.bob.manager.UnRegisterApplication(GUID)
    register(s.bob, name="Bob's chess", url='https://bob.example.org/')
    s.invited()
    event = [e for e in s.bob.events if e.member == 'OnInvitation'][-1]
    details = event.args[3]
    assert details['ApplicationName'] == NAME and details['ApplicationUrl'] == URL
    assert details['RegisteredName'] == "Bob's chess"
    assert s.b.get('ApplicationName') == NAME


@test('an invitation goes to the clients its application belongs to, and to the messenger')
def _(w):
    w.start()
    s = Scene(w)
    others = {'same': w.unlocked('bob', CHESS), 'messenger': w.unlocked('bob', DESK),
              'go': w.unlocked('bob', GO), 'locked': w.client('bob'),
              'private': w.unlocked('bob', FRIENDS, 'Private'),
              'inviter': w.unlocked('alice', CHESS), 'carol': w.unlocked('carol', CHESS)}
    others['locked'].lock.get('Status')
    for c in others.values():
        c.forget()
    s.ready()
    s.a.Invite(s.contact, 'hello')
    event = s.bob.wait('OnInvitation')
    wanted = [(event.args[0], 'hello', False)]
    assert [e.args[:3] for e in s.bob.said()] == [list(wanted[0])]
    for who in ('same', 'messenger'):
        assert invitations(others[who]) == wanted, who
        assert others[who].session(event.args[0]).get('State') == names.INVITATION
    for who in ('go', 'locked', 'private', 'inviter', 'carol'):
        assert [e for e in others[who].ours() if e.iface != names.LOCK1 and
                'Invit' in e.member] == [], who
    for who in ('go', 'inviter', 'carol'):
        expect(NO_OBJECT, others[who].session(event.args[0]).get, 'State')
        expect(NO_OBJECT, others[who].session(event.args[0]).Accept, '')


@test("an application's sessions are its own: another of the same user sees none")
def _(w):
    w.start()
    chess, go, desk = (w.unlocked('alice', key) for key in (CHESS, GO, DESK))
    second = w.unlocked('alice', CHESS)
    path = chess.manager.CreateSession()
    assert set(sessions(second)) == set(sessions(desk)) == {path}
    assert second.session(path).get('State') == names.READY
    assert sessions(go) == {}
    expect(NO_OBJECT, go.session(path).get, 'State')
    expect(NO_OBJECT, go.session(path).Cancel, 0, '')
    assert go.introspect(path) == go.introspect(SESSIONS + '/' + '0' * 32)
    desk.session(path).Cancel(0, '')


@test('a session whose application belongs to another app ID is seen by that too')
def _(w):
    w.start()
    chess, go = w.unlocked('alice', CHESS), w.unlocked('alice', GO)
    w.unlocked('bob', CHESS)
    register(chess)
    path = go.manager.InviteContact(GUID, go.contact_of(w.name_of('bob')), '', {})
    assert path in sessions(go) and path in sessions(chess)


@test('belonging is fixed at Invite')
def _(w):
    w.start()
    s = Scene(w)
    go = w.unlocked('bob', GO)
    s.invited()
    s.bob.manager.UnRegisterApplication(GUID)
    register(go)
    assert s.b.get('State') == names.INVITATION
    expect(NO_OBJECT, go.session(s.b.path).get, 'State')


@test('apps.d decides whom it belongs to, above a registration')
def _(w):
    w.start()
    chat = w.unlocked('bob', CHAT)
    go = w.unlocked('bob', GO)
    register(go)
    w.add_app('chess.json', BOB_APPS)
    alice = w.unlocked('alice', CHESS)
    eventually(lambda: GUID in [a['Guid'] for a in alice.manager.get('Applications')], 'the file')
    for c in (chat, go):
        c.forget()
    alice.manager.InviteContact(GUID, alice.contact_of(w.name_of('bob')), 'x', {})
    chat.wait('OnInvitation')
    assert invitations(go) == [] and sessions(go) == {}
    assert len(sessions(chat)) == 1


@test('who unlocks later gets what is waiting')
def _(w):
    w.start()
    s = Scene(w).invited('waiting')
    late, messenger, go = w.client('bob'), w.client('bob'), w.client('bob')
    for client, key in ((late, CHESS), (messenger, DESK), (go, GO)):
        challenge = client.request('SessionManager', 1)
        client.lock.SendResponse(key.id, key.respond(challenge), 1)
    for client in (late, messenger):
        event = client.wait('OnInvitation')
        assert event.args[0] == s.b.path and event.args[1] == 'waiting'
        assert event.args[3]['State'] == names.INVITATION
    assert invitations(go) == []
    assert [e for e in s.bob.said() if e.member == 'OnInvitation'] == []


@test('who registers the application later gets what is waiting and can accept it')
def _(w):
    w.start()
    alice, bob = w.unlocked('alice', CHESS), w.unlocked('bob', CHESS)
    register(alice)
    alice.manager.InviteContact(GUID, alice.contact_of(w.name_of('bob')), 'x', {})
    assert invitations(bob) == [] and sessions(bob) == {}
    register(bob)
    event = bob.wait('OnInvitation')
    assert event.args[3]['Registered'] is True
    bob.session(event.args[0]).Accept('')


@test('an application that nobody registered: to the messenger alone')
def _(w):
    w.start()
    alice, bob, desk = (w.unlocked(*who) for who in (('alice', CHESS), ('bob', CHESS),
                                                     ('bob', DESK)))
    register(alice)
    alice.manager.InviteContact(GUID, alice.contact_of(w.name_of('bob')), 'x', {})
    details = desk.wait('OnInvitation').args[3]
    assert details['Registered'] is False and details['RegisteredName'] == ''
    assert details['ApplicationName'] == NAME
    assert invitations(bob) == []


@test('InviteContact is create, set and invite in one')
def _(w):
    w.start()
    s = Scene(w)
    path = s.alice.manager.InviteContact(GUID, s.contact, 'quick', {
        'LocalAddress': V('s', '192.0.2.5'), 'Timeout': V('u', 50), 'Unknown': V('i', 3)})
    found = s.alice.session(path).all()
    assert found['State'] == names.INVITATION and found['LocalAddress'] == '192.0.2.5'
    assert time.time() * 1e6 + 40e6 < found['ExpiresAt'] < time.time() * 1e6 + 51e6
    event = s.bob.wait('OnInvitation')
    assert event.args[1] == 'quick' and event.args[3]['ExpiresAt'] == found['ExpiresAt']
    said = s.alice.said()
    assert [(e.path, e.member, e.args) for e in said] == [
        (path, 'OnStateChanged', [names.READY])], said


@test('InviteContact: what is wrong leaves no session behind')
def _(w):
    w.start()
    s = Scene(w)
    invite = s.alice.manager.InviteContact
    own = s.alice.contact_of(w.name_of('alice'))
    absent = s.alice.contact_of(w.name_of('carol'))
    expect('AppNotRegistered', invite, NEVER, s.contact, '', {})
    expect('InvalidArgs', invite, 'chess', s.contact, '', {})
    expect('InvalidArgs', invite, GUID, s.contact, 'x' * 513, {})
    expect('InvitedSelf', invite, GUID, own, '', {})
    expect('NotLoggedOn', invite, GUID, absent, '', {})
    expect(NO_OBJECT, invite, GUID, names.CONTACTS + '/' + '0' * 32, '', {})
    expect(NO_OBJECT, invite, GUID, '/some/where/else', '', {})
    for option, value in (('LocalAddress', V('s', 'localhost')), ('LocalAddress', V('u', 1)),
                          ('Timeout', V('s', '5')), ('Timeout', V('i', 5)), ('Detach', V('u', 1)),
                          ('ActivationToken', V('b', True)), ('ActivationToken', V('s', 'x' * 257)),
                          ('ActivationToken', V('s', 'ä')), ('ActivationToken', V('s', 'a\nb'))):
        expect('InvalidArgs', invite, GUID, s.contact, '', {option: value})
    assert sessions(s.alice) == {}
    assert s.said() == ([], [])


@test('Invite: what is wrong leaves the session READY')
def _(w):
    w.start()
    s = Scene(w).ready()
    own = s.alice.contact_of(w.name_of('alice'))
    absent = s.alice.contact_of(w.name_of('carol'))
    expect('InvalidArgs', s.a.Invite, s.contact, 'x' * 513)
    expect('InvalidArgs', s.a.Invite, s.contact, 'ä' * 257)
    expect('InvitedSelf', s.a.Invite, own, '')
    expect('NotLoggedOn', s.a.Invite, absent, '')
    expect(NO_OBJECT, s.a.Invite, names.CONTACTS + '/' + '0' * 32, '')
    expect(NO_OBJECT, s.a.Invite, s.a.path, '')
    fresh = s.alice.session(s.alice.manager.CreateSession())
    expect('AppNotSpecified', fresh.Invite, s.contact, '')
    for session in (fresh, s.a):
        found = session.all()
        assert found['State'] == names.READY and found['User'] == '/' and found['ExpiresAt'] == 0
    assert s.said() == ([], [])
    s.a.Invite(s.contact, 'ä' * 256)
    assert s.bob.wait('OnInvitation').args[1] == 'ä' * 256


@test("another user's contact object is not mine")
def _(w):
    w.start()
    s = Scene(w).ready()
    theirs = s.bob.contact_of(w.name_of('alice'))
    mine = w.unlocked('carol', CHESS).contact_of(w.name_of('bob'))
    for path in (theirs, mine):
        expect(NO_OBJECT, s.a.Invite, path, '')
        expect(NO_OBJECT, s.alice.contact(path).get, 'SigninName')


@test('there: a client whose session manager is unlocked; private alone or locked is not')
def _(w):
    w.start()
    alice = w.unlocked('alice', CHESS)
    register(alice)
    arguments = (GUID, alice.contact_of(w.name_of('bob')), '', {})
    expect('NotLoggedOn', alice.manager.InviteContact, *arguments)
    bob = w.client('bob')
    bob.lock.get('Status')
    expect('NotLoggedOn', alice.manager.InviteContact, *arguments)
    bob.unlock(FRIENDS, 'Private')
    expect('NotLoggedOn', alice.manager.InviteContact, *arguments)
    bob.unlock(GO)
    alice.manager.InviteContact(*arguments)


# contacts


@test('a contact: its path, properties and types')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    path = c.contact_of(w.name_of('bob'))
    assert CONTACT_PATH.match(path) and path == c.contact_of(w.name_of('bob'))
    found = c.contact(path).all()
    assert c.contact(path).all_types() == names.CONTACT_PROPERTIES
    assert found.pop('ServiceName')
    assert found.pop('Status') in (0, names.STATUS_OFFLINE)
    assert found == {'SigninName': w.name_of('bob'), 'FriendlyName': 'Bob Tester',
                     'ServiceId': 'local', 'IsSelf': False, 'Blocked': False, 'InList': False}
    for name in names.CONTACT_PROPERTIES:
        assert c.contact(path).get(name) == c.contact(path).all()[name]


@test('oneself as a contact')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    found = c.contact(c.contact_of(w.name_of('alice'))).all()
    assert found['IsSelf'] is True and found['SigninName'] == w.name_of('alice')


@test("the friendly name is the user database's until one is set")
def _(w):
    w.start()
    alice, bob = w.unlocked('alice', DESK), w.unlocked('bob', CHESS)
    contact = bob.contact(bob.contact_of(w.name_of('alice')))
    if w.users.many:
        assert contact.get('FriendlyName') == 'Alice Tester'
    alice.messenger.SetFriendlyName('local', 'Queen of e4')
    assert contact.get('FriendlyName') == 'Queen of e4'
    assert alice.messenger.ListServices()[0][3] == 'Queen of e4'
    w.restart()
    bob.unlock(CHESS)
    assert bob.contact(bob.contact_of(w.name_of('alice'))).get('FriendlyName') == 'Queen of e4'


@test('GetContact: NotFound for no service and no user, system users and their like')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    expect('NotFound', c.messenger.GetContact, w.name_of('alice'), 'xmpp')
    expect('NotFound', c.messenger.GetContact, w.name_of('alice'), '')
    for name in ('no-such-user', 'root', 'daemon', 'a b', '../x', 'ä', 'msgrt-system', '48001',
                 w.name_of('alice') + ' ', 'alice\n'):
        expect('NotFound', c.messenger.GetContact, name, 'local')
    for name in ('', 'x' * 1000):
        expect(('NotFound', 'InvalidArgs'), c.messenger.GetContact, name, 'local')


@test('a user outside the ranges who has been there is found')
def _(w):
    w.start()
    alice = w.unlocked('alice', CHESS)
    expect('NotFound', alice.contact_of, w.name_of('system'))
    w.unlocked('system', CHESS)
    assert alice.contact_of(w.name_of('system'))


@test("the contact list is not for a client with 'sessions' alone")
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    contact = c.contact(c.contact_of(w.name_of('alice')))
    expect('AccessDenied', c.messenger.ListContacts)
    expect('AccessDenied', c.messenger.SetFriendlyName, 'local', 'x')
    expect('AccessDenied', c.messenger.SetPolicy, 'local', {})
    expect('AccessDenied', contact.Remove)
    expect('AccessDenied', contact.set, 'Blocked', 'b', True)


@test('the services')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    services = c.messenger.ListServices()
    assert len(services) == 1
    service, name, mine, _friendly, status = services[0]
    assert (service, mine, status) == ('local', w.name_of('alice'), names.STATUS_ONLINE)
    assert name
    for call in (c.messenger.Signin, c.messenger.Signout):
        expect('NotFound', call, 'no-such-service')


@test("Messenger1's properties")
def _(w):
    w.start({'Messenger': {'InvitationTimeout': 123}, 'Limits': {'SessionsPerClient': 17}})
    c = w.client('alice')
    limits = c.messenger.get('Limits')
    wanted = {'MaxAppData': 512, 'MaxContextData': 300, 'MaxContextAfterConnect': 5,
              'MaxSessionsPerClient': 17, 'InvitationTimeout': 123}
    assert {name: limits.get(name) for name in wanted} == wanted, limits
    versions = c.messenger.get('InterfaceVersions')
    assert versions.get(names.MESSENGER1) == 2, versions
    for iface in (names.MANAGER1, names.SESSION1, names.LOCK1, names.CONTACT1,
                  names.KEYMANAGER1):
        assert versions.get(iface) == 1, versions
    assert c.messenger.get('Environment') == 'production'
    for name in names.MESSENGER_PROPERTIES:
        expect('PropertyReadOnly', c.messenger.set, name, 's', 'x')


# echo


@test('echo accepts, mirrors the address, and sends back what it gets')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    register(c)
    contact = c.contact_of('echo')
    assert c.contact(contact).get('Status') == names.STATUS_ONLINE
    c.forget()
    session = c.session(c.manager.CreateSession())
    session.set('Application', 's', GUID)
    session.set('LocalAddress', 's', '192.0.2.9')
    session.Invite(contact, 'are you there?')
    c.wait('OnStateChanged', session.path, lambda e: e.args == [names.ACCEPTED])
    said = [(e.member, e.args) for e in c.said()]
    assert [x for x in said if x[0] != 'OnAccepted'] == [
        ('OnStateChanged', [names.READY]), ('OnStateChanged', [names.INVITATION]),
        ('OnReadyToLaunch', []), ('OnStateChanged', [names.ACCEPTED])], said
    assert [x[0] for x in said].index('OnAccepted') == 2
    found = session.all()
    assert found['State'] == names.CONNECTED and found['RemoteAddress'] == '192.0.2.9'
    for count in range(5):
        session.SendContextData('move %d' % count)
        assert c.wait('OnContextData', session.path).args == ['move %d' % count]
        assert session.get('ContextData') == 'move %d' % count
        c.forget()
    expect('ContextDataOverLimit', session.SendContextData, 'one more')
    session.Cancel(0, 'bye')
    assert [(e.member, e.args) for e in c.said()] == [
        ('OnStateChanged', [names.CONNECTED]), ('OnTermination', [names.CANCELLED_LOCAL, 'bye'])]
    assert session.get('Result') == names.CANCELLED_LOCAL


@test('GetLaunchingSession: Failed where nothing waits')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    for process in (0, 1, 2 ** 32 - 1, c.worker.process.pid):
        expect('Failed', c.manager.GetLaunchingSession, process)
    expect('ApiLocked', w.client('alice').manager.GetLaunchingSession, 0)


@test('calls of one client are done in their order, without waiting for the answers')
def _(w):
    w.start()
    s = Scene(w)
    pending = []
    for count in range(20):
        pending.append(s.alice.manager.start('InviteContact', GUID, s.contact, str(count), {}))
        pending.append(s.alice.manager.start('ListSessions'))
    replies = [p.reply() for p in pending]
    assert [r.seq for r in replies] == sorted(r.seq for r in replies)
    expected = 8  # [Limits] InvitationsPerInviter
    counts = [len(r.get()) for r in replies[1::2]]
    assert counts == [min(n + 1, expected) for n in range(20)], counts
    got = [e.args[1] for e in s.bob.said() if e.member == 'OnInvitation']
    assert got == [str(n) for n in range(expected)], got


@test('signals come only from the service, which answers to its unique name too')
def _(w):
    w.start()
    s = Scene(w).connected()
    owner = s.alice.call('/', names.DBUS, 'GetNameOwner', 's', [names.BUS], dest=names.DBUS)
    found = s.alice.call(names.MANAGER, names.MANAGER1, 'ListSessions', dest=owner)
    assert [path for path, _entry in found] == [s.a.path]
    for client in (s.alice, s.bob):
        assert {e.sender for e in client.events if e.iface.startswith('org.msgr')} == {owner}


@test('an unlocked application keeps its key: the messenger capability is the key\'s')
def _(w):
    both = keys.Key('org.example.Both', capabilities=('sessions', 'messenger'))
    w.add_key(both)
    w.start()
    chess, messenger = w.unlocked('alice', CHESS), w.unlocked('alice', both)
    path = chess.manager.CreateSession()
    assert path in sessions(messenger)
    messenger.session(path).Cancel(0, '')
