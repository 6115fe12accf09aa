# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Contacts and their statuses: who sees and hears what, of whom, and when. The table is that of
# docs/who-sees-what.md.

import json
import os
import re

from msgrtest import keys, names
from msgrtest.client import V, expect
from msgrtest.keys import CHESS, DESK, FRIENDS, GO
from msgrtest.scene import GUID, Scene, register
from msgrtest.tap import test
from msgrtest.watch import Monitor
from msgrtest.world import eventually

OFFLINE, ONLINE, INVISIBLE, BUSY, AWAY = 1, 2, 6, 0xA, 0x22
GRACE = {'Messenger': {'ClientGrace': 0}}
LISTENING = ["type='signal'", "type='signal',sender='org.msgr.Messenger'",
             "type='signal',member='OnContactStatusChange'"]


def add(client, name):
    """Puts somebody in the list of the client, which has the private object unlocked."""
    client.call(names.PRIVATE, names.PRIVATE1, 'AddContact', 'sv', [name, V('s', 'local')])
    path = client.contact_of(name)
    client.wait('OnContactListAdd', where=lambda e: e.args == [0, path])
    return path


def friends(w, *shorts):
    """Clients that may use the list, each with all the others in it."""
    clients = [w.unlocked(short, DESK, 'SessionManager', 'Private') for short in shorts]
    for client in clients:
        for short in shorts:
            if short != client.user:
                add(client, w.name_of(short))
    for client in clients:
        client.forget()
    return clients


def statuses(client, since=None):
    """What it heard of statuses since the mark."""
    client.barrier()
    events = client.events[client.mark if since is None else since:]
    return [tuple(e.args) for e in events if e.member == 'OnContactStatusChange']


def status(client, path):
    return client.contact(path).get('Status')


def hears(client, path, wanted):
    client.wait('OnContactStatusChange', where=lambda e: e.args == [path, wanted])
    client.forget()


@test('the list: added, read in one call, removed, and all clients of the user are told')
def _(w):
    w.start()
    alice = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    second = w.unlocked('alice', FRIENDS, 'Private')
    other = w.unlocked('alice', CHESS)
    bob = add(alice, w.name_of('bob'))
    carol = add(alice, w.name_of('carol'))
    second.wait('OnContactListAdd', where=lambda e: e.args == [0, bob])
    found = dict(second.messenger.ListContacts())
    assert set(found) == {bob, carol}
    assert found[bob]['SigninName'] == w.name_of('bob') and found[bob]['InList'] is True
    assert set(found[bob]) == set(names.CONTACT_PROPERTIES)
    expect('AccessDenied', other.messenger.ListContacts)
    expect('AccessDenied', other.contact(other.contact_of(w.name_of('bob'))).Remove)
    for client in (alice, second, other):
        client.forget()
    second.contact(bob).Remove()
    alice.wait('OnContactListRemove', where=lambda e: e.args == [bob])
    second.wait('OnContactListRemove', where=lambda e: e.args == [bob])
    other.barrier()
    assert [e for e in other.ours() if 'Contact' in e.member] == []
    assert second.contact(bob).get('InList') is False
    expect('NotFound', second.contact(bob).Remove)
    assert add(alice, w.name_of('bob')) == bob


@test('the list, blocks, policies and paths outlive a kill')
def _(w):
    w.start()
    alice, bob = friends(w, 'alice', 'bob')
    path = alice.contact_of(w.name_of('bob'))
    back = bob.contact_of(w.name_of('alice'))
    alice.contact(path).set('Blocked', 'b', True)
    alice.messenger.SetPolicy('local', {'StatusTo': V('s', 'contacts')})
    w.daemon.kill()
    w.start(standard=False)
    alice = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    bob = w.unlocked('bob', DESK, 'SessionManager', 'Private')
    assert alice.contact_of(w.name_of('bob')) == path
    contact = alice.contact(path).all()
    assert contact['Blocked'] is True and contact['InList'] is True
    assert alice.messenger.GetPolicy('local') == {'AcceptFrom': 'everyone', 'StatusTo': 'contacts'}
    assert status(bob, back) == OFFLINE
    alice.contact(path).set('Blocked', 'b', False)
    assert status(bob, back) == ONLINE


@test('more contacts than are allowed are neither listed nor blocked')
def _(w):
    w.start({'Limits': {'ContactsPerUser': 1}})
    alice = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    add(alice, w.name_of('bob'))
    alice.call(names.PRIVATE, names.PRIVATE1, 'AddContact', 'sv',
               [w.name_of('carol'), V('s', 'local')])
    alice.wait('OnContactListAdd', where=lambda e: e.args[0] != 0)
    assert len(alice.messenger.ListContacts()) == 1
    bob, carol = (alice.contact_of(w.name_of(short)) for short in ('bob', 'carol'))
    alice.contact(bob).set('Blocked', 'b', True)
    alice.contact(bob).set('Blocked', 'b', True)
    expect('LimitsExceeded', alice.contact(carol).set, 'Blocked', 'b', True)
    assert alice.contact(carol).get('Blocked') is False


@test('a status is told to those who have the contact in the list, and to nobody else')
def _(w):
    w.start()
    alice, bob = friends(w, 'alice', 'bob')
    plain = w.unlocked('bob', CHESS)
    carol = w.client('carol', LISTENING)
    carol.unlock(DESK, 'SessionManager', 'Private')
    path = bob.contact_of(w.name_of('alice'))
    bob.forget()
    alice.messenger.SetStatus('local', BUSY)
    hears(bob, path, BUSY)
    assert status(bob, path) == BUSY
    alice.messenger.SetStatus('local', INVISIBLE)
    assert status(bob, path) == OFFLINE
    hears(bob, path, OFFLINE)
    alice.messenger.SetStatus('local', AWAY)
    hears(bob, path, AWAY)
    assert status(bob, path) == AWAY
    for client in (plain, carol):
        client.barrier()
        assert [e for e in client.events if e.member == 'OnContactStatusChange'] == []
    assert carol.ours() == []


@test('a status is told to those who are in a session with the contact, until it ends')
def _(w):
    w.start()
    s = Scene(w).invited()
    stranger = w.unlocked('bob', GO)
    s.bob.messenger.SetStatus('local', BUSY)
    hears(s.alice, s.contact, BUSY)
    s.alice.messenger.SetStatus('local', AWAY)
    hears(s.bob, s.b.get('User'), AWAY)
    s.a.Cancel(0, '')
    s.forget()
    time_of_bob = s.bob.mark
    s.alice.messenger.SetStatus('local', BUSY)
    # told after it, had it been told
    s.invited()
    s.alice.messenger.SetStatus('local', AWAY)
    path = s.b.get('User')
    s.bob.wait('OnContactStatusChange', where=lambda e: e.args[1] == AWAY)
    assert statuses(s.bob, time_of_bob)[-1] == (path, AWAY)
    assert (path, BUSY) not in statuses(s.bob, time_of_bob)
    assert statuses(stranger, 0) == []


@test('coming is told at once, going after a while, for all clients of a user together')
def _(w):
    w.start()
    alice, bob = friends(w, 'alice', 'bob')
    second = w.unlocked('alice', CHESS)
    path = bob.contact_of(w.name_of('alice'))
    bob.forget()
    alice.close()
    second.barrier()
    assert status(bob, path) == ONLINE
    second.close()
    eventually(lambda: status(bob, path) == OFFLINE, 'alice is offline')
    assert statuses(bob) == []
    hears(bob, path, OFFLINE)
    w.unlocked('alice', CHESS)
    hears(bob, path, ONLINE)


@test('who comes and goes is not told of, but to those who have read it meanwhile')
def _(w):
    w.start()
    alice, bob = friends(w, 'alice', 'bob')
    reader = w.unlocked('bob', DESK, 'SessionManager', 'Private')
    path = bob.contact_of(w.name_of('alice'))
    carols = w.unlocked('carol', DESK, 'SessionManager', 'Private')
    carol = add(bob, w.name_of('carol'))
    bob.forget()
    reader.forget()
    alice.close()
    eventually(lambda: status(reader, path) == OFFLINE, 'alice is offline')
    alice = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    hears(reader, path, ONLINE)
    for _ in range(3):
        alice.close()
        alice = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    alice.barrier()
    # five seconds and more are over when carol's going is told
    carols.close()
    hears_carol = bob.wait('OnContactStatusChange', where=lambda e: e.args == [carol, OFFLINE])
    assert hears_carol
    assert [e for e in statuses(bob) if e[0] == path] == []


@test('a restart tells nobody what did not change')
def _(w):
    w.start()
    alice, bob = friends(w, 'alice', 'bob')
    carols = w.unlocked('carol', DESK, 'SessionManager', 'Private')
    path = bob.contact_of(w.name_of('alice'))
    alice.messenger.SetStatus('local', BUSY)
    hears(bob, path, BUSY)
    w.daemon.kill()
    w.start(GRACE, standard=False)
    bob.unlock(DESK, 'SessionManager', 'Private')
    alice.unlock(DESK, 'SessionManager', 'Private')
    carols.unlock(DESK, 'SessionManager', 'Private')
    carol = add(bob, w.name_of('carol'))
    carols.close()
    bob.wait('OnContactStatusChange', where=lambda e: e.args == [carol, OFFLINE])
    assert [e for e in statuses(bob, 0) if e[0] == path] == [(path, BUSY)]
    w.daemon.kill()
    w.start(standard=False)
    mark = len(bob.events)
    bob.unlock(DESK, 'SessionManager', 'Private')
    bob.wait('OnContactStatusChange', where=lambda e: e.args == [path, OFFLINE])
    assert [e for e in statuses(bob, mark) if e[0] == path] == [(path, OFFLINE)]


def short_of(text, known):
    for own, word in known:
        text = text.replace(own, word)
    return re.sub(r'[0-9a-f]{32}|\{[0-9A-F-]{36}\}|:1\.\d+|\b1[67]\d{14}\b', '?', text)


def answers(client, known, *calls):
    """All that the caller can tell of the answers."""
    told = []
    for call in calls:
        reply = client.start(*call).reply()
        told.append(short_of(json.dumps([call[1:3], reply.error, reply.message, reply.signature,
                                         reply.typed]), known))
    return told


def all_that_bob_can_try(w, bob, alice):
    """Calls to everything that has to do with alice, and what he hears until he is done."""
    name = w.name_of('alice')
    contact = bob.contact_of(name)
    known = [(contact, 'ALICE'), (contact.rsplit('/', 1)[1], 'ALICE')]
    get = [(contact, names.PROPERTIES, 'Get', 'ss', [names.CONTACT1, prop])
           for prop in names.CONTACT_PROPERTIES]
    session = bob.manager.CreateSession()
    bob.session(session).set('Application', 's', GUID)
    told = answers(
        bob, known, *get,
        (contact, names.PROPERTIES, 'GetAll', 's', [names.CONTACT1]),
        (contact, names.INTROSPECTABLE, 'Introspect'),
        (names.CONTACTS, names.INTROSPECTABLE, 'Introspect'),
        (names.ROOT, names.MESSENGER1, 'GetContact', 'ss', [name, 'local']),
        (names.ROOT, names.MESSENGER1, 'ListContacts'),
        (names.ROOT, names.MESSENGER1, 'ListServices'),
        (names.ROOT, names.MESSENGER1, 'GetPolicy', 's', ['local']),
        (session, names.SESSION1, 'Invite', 'os', [contact, 'x']),
        (session, names.SESSION1, 'Invite', 'os', [contact, 'x' * 513]),
        (session, names.PROPERTIES, 'GetAll', 's', [names.SESSION1]),
        (names.MANAGER, names.MANAGER1, 'InviteContact', 'sosa{sv}', [GUID, contact, '', {}]),
        (names.MANAGER, names.MANAGER1, 'ListSessions'),
        (session, names.SESSION1, 'Cancel', 'us', [0, '']),
        (contact, names.PROPERTIES, 'Set', 'ssv', [names.CONTACT1, 'Blocked', V('b', True)]),
        (contact, names.PROPERTIES, 'Set', 'ssv', [names.CONTACT1, 'Blocked', V('b', False)]),
        (contact, names.CONTACT1, 'Remove'),
        (contact, names.CONTACT1, 'Remove'),
        (names.PRIVATE, names.PRIVATE1, 'AddContact', 'sv', [name, V('s', 'local')]))
    bob.wait('OnContactListAdd')
    # the invitations did not reach her, whichever it is
    return told + [short_of(repr((e.path, e.member, e.args)), known) for e in bob.ours()]


def written(w):
    return sum(os.stat(os.path.join(w.state_dir, name)).st_size
               for name in os.listdir(w.state_dir) if name.startswith('msgr.db'))


def life_of_bob(w, alice, hide, keep=None):
    """What bob learns when alice does that: all that he hears, reads and is answered."""
    bob = w.unlocked('bob', DESK, 'SessionManager', 'Private')
    register(bob)
    path = add(bob, w.name_of('alice'))
    bob.forget()
    hide(alice)
    eventually(lambda: status(bob, path) == OFFLINE, 'alice is offline')
    hears(bob, path, OFFLINE)
    before = written(w)
    told = all_that_bob_can_try(w, bob, alice)
    wrote = written(w) - before
    bob.close()
    return told, wrote


@test('who is blocked, refused or not told learns what he would if the other were away')
def _(w):
    ways = {
        'away': lambda alice: alice.close(),
        'signed out': lambda alice: alice.messenger.Signout('local'),
        'invisible': lambda alice: alice.messenger.SetStatus('local', INVISIBLE),
        'blocked': lambda alice: alice.contact(alice.contact_of(w.name_of('bob'))).set(
            'Blocked', 'b', True),
        'refused': lambda alice: alice.messenger.SetPolicy(
            'local', {'AcceptFrom': V('s', 'contacts')}),
    }
    lives = {}
    for way, hide in ways.items():
        w.start() if w.daemon is None else w.restart()
        alice = w.unlocked('alice', DESK, 'SessionManager', 'Private')
        alice.messenger.SetPolicy('local', {'AcceptFrom': V('s', 'everyone')})
        alice.messenger.SetStatus('local', ONLINE)
        alice.contact(alice.contact_of(w.name_of('bob'))).set('Blocked', 'b', False)
        lives[way] = life_of_bob(w, alice, hide)
        alice.close()
        w.daemon.stop()
        w.daemon.expected_death = True
        for name in os.listdir(w.state_dir):
            os.unlink(os.path.join(w.state_dir, name))
        w.daemon = None
    for way, (told, wrote) in lives.items():
        assert told == lives['away'][0], (way, [pair for pair in zip(told, lives['away'][0])
                                                if pair[0] != pair[1]])
        assert wrote == lives['away'][1], (way, wrote, lives['away'][1])


@test('whom one blocks one still sees, and sessions go on')
def _(w):
    w.start()
    s = Scene(w).connected()
    desk = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    path = desk.contact_of(w.name_of('bob'))
    desk.contact(path).set('Blocked', 'b', True)
    assert status(desk, path) == ONLINE
    hears(s.bob, s.b.get('User'), OFFLINE)
    s.b.SendContextData('still here')
    s.alice.wait('OnContextData', where=lambda e: e.args == ['still here'])
    expect('NotLoggedOn', s.bob.manager.InviteContact, GUID, s.b.get('User'), '', {})
    s.a.SendContextData('so am I')
    s.bob.wait('OnContextData')


@test('a policy: who may invite, who sees the status; told like coming and going')
def _(w):
    w.start()
    alice, bob = friends(w, 'alice', 'bob')
    for client in (alice, bob):
        register(client)
    path = bob.contact_of(w.name_of('alice'))
    back = alice.contact_of(w.name_of('bob'))
    alice.contact(back).Remove()
    bob.forget()
    alice.messenger.SetPolicy('local', {'StatusTo': V('s', 'contacts')})
    assert status(bob, path) == OFFLINE
    bob.manager.InviteContact(GUID, path, '', {})
    hears(bob, path, OFFLINE)
    add(alice, w.name_of('bob'))
    hears(bob, path, ONLINE)
    alice.messenger.SetPolicy('local', {'AcceptFrom': V('s', 'nobody')})
    assert status(bob, path) == OFFLINE
    expect('NotLoggedOn', bob.manager.InviteContact, GUID, path, '', {})
    assert alice.messenger.GetPolicy('local') == {'AcceptFrom': 'nobody', 'StatusTo': 'contacts'}
    for wrong in ({'AcceptFrom': V('s', 'some')}, {'StatusTo': V('i', 1)},
                  {'AcceptFrom': V('s', 'everyone'), 'StatusTo': V('s', 'all')}):
        expect('InvalidArgs', alice.messenger.SetPolicy, 'local', wrong)
    expect('NotFound', alice.messenger.SetPolicy, 'post', {})
    assert alice.messenger.GetPolicy('local') == {'AcceptFrom': 'nobody', 'StatusTo': 'contacts'}
    plain = w.unlocked('alice', CHESS)
    expect('AccessDenied', plain.messenger.SetPolicy, 'local', {})


@test('users.d fixes policies, is watched, and what is wrong in it is named with its line')
def _(w):
    w.start(warns=True)
    alice, bob = friends(w, 'alice', 'bob')
    for client in (alice, bob):
        register(client)
    path = bob.contact_of(w.name_of('alice'))
    folder = os.path.join(w.config_dir, 'users.d')
    file = os.path.join(folder, w.name_of('alice') + '.conf')
    bob.forget()
    os.mkdir(folder)
    keys.put(file, '# a word\nAcceptFrom=nobody\n')
    eventually(lambda: alice.messenger.GetPolicy('local')['AcceptFrom'] == 'nobody', 'fixed')
    assert status(bob, path) == OFFLINE
    expect('NotLoggedOn', bob.manager.InviteContact, GUID, path, '', {})
    expect('AccessDenied', alice.messenger.SetPolicy, 'local',
           {'AcceptFrom': V('s', 'everyone')})
    expect('AccessDenied', alice.messenger.SetPolicy, 'local',
           {'StatusTo': V('s', 'contacts'), 'AcceptFrom': V('s', 'nobody')})
    alice.messenger.SetPolicy('local', {'StatusTo': V('s', 'contacts')})
    assert alice.messenger.GetPolicy('local') == {'AcceptFrom': 'nobody', 'StatusTo': 'contacts'}
    assert bob.messenger.GetPolicy('local')['AcceptFrom'] == 'everyone'
    hears(bob, path, OFFLINE)
    keys.put(file, '[Policy]\nAcceptFrom=sombody\n[local]\nStatusTo=everyone\n')
    w.daemon.wait_log(re.escape(file) + ':2: "AcceptFrom" must be everyone, contacts or nobody')
    eventually(lambda: status(bob, path) == ONLINE, 'free again')
    assert alice.messenger.GetPolicy('local') == {'AcceptFrom': 'everyone',
                                                  'StatusTo': 'everyone'}
    hears(bob, path, ONLINE)
    os.unlink(file)
    eventually(lambda: alice.messenger.GetPolicy('local')['StatusTo'] == 'contacts', 'gone')


@test('every signal about contacts has one destination, and it is the right one')
def _(w):
    w.start()
    monitor = Monitor(w)
    alice, bob = friends(w, 'alice', 'bob')
    carol = w.unlocked('carol', DESK, 'SessionManager', 'Private')
    path = bob.contact_of(w.name_of('alice'))
    alice.messenger.SetStatus('local', BUSY)
    hears(bob, path, BUSY)
    alice.contact(alice.contact_of(w.name_of('bob'))).set('Blocked', 'b', True)
    hears(bob, path, OFFLINE)
    bob.contact(path).Remove()
    bob.wait('OnContactListRemove')
    signals = [m for m in monitor.stop(alice) if m['type'] == 'signal' and m['iface'] and
               m['iface'].startswith('org.msgr.') and 'Contact' in m['member']]
    assert {m['member'] for m in signals} == {'OnContactListAdd', 'OnContactListRemove',
                                              'OnContactStatusChange'}
    for message in signals:
        assert message['destination'] in (alice.name, bob.name), message
        if message['member'] != 'OnContactListAdd':
            assert message['destination'] == bob.name, message
    assert 'PropertiesChanged' not in {m['member'] for m in signals}
    assert carol.said(names.MESSENGER1) == []
