# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Lock1: challenge and response, its errors and the order of its events.

import base64
import re
import time

from msgrtest import keys, names
from msgrtest.client import Proxy, V, expect
from msgrtest.keys import CHAT, CHESS, DESK, FRIENDS, GO, OLD
from msgrtest.names import LOCK1, MANAGER, PRIVATE
from msgrtest.tap import test
from msgrtest.world import eventually

CHALLENGE = re.compile(r'^msgr1:(:[0-9.]+):(SessionManager|Private):([A-Za-z0-9_-]{43}):([0-9]+)$')


def heard(client):
    """What was heard of the locks since it was last asked."""
    return [(e.path, e.member, e.args) for e in client.said(LOCK1)]


def wrong(client, app_id=CHESS.id, response='0' * 64, cookie=3, lock=None):
    """A response that fails."""
    lock = lock or client.lock
    lock.RequestChallenge(cookie)
    return expect('ApiUnlockFailed', lock.SendResponse, app_id, response, cookie)


def challenge_of(client, cookie, lockable='SessionManager'):
    return client.request(lockable, cookie)


def wait_past(microseconds):
    """Until the wall clock, which deadlines are told in, is past this."""
    eventually(lambda: time.time() * 1e6 > microseconds + 50000, 'the deadline')


@test('the whole way, with every event in its order')
def _(w):
    w.start()
    c = w.client('alice')
    reply = c.lock.start('RequestChallenge', 42).reply()
    assert reply.get() is None and reply.signature == '()'
    events = c.said(LOCK1)
    assert [(e.path, e.member) for e in events] == [(MANAGER, 'OnLockEnable'),
                                                    (MANAGER, 'OnLockChallenge')], events
    assert all(e.seq > reply.seq for e in events), 'a signal before the reply'
    assert events[0].args == [True]
    assert events[1].args[0] == 42
    challenge = events[1].args[1]
    reply = c.lock.start('SendResponse', CHESS.id, CHESS.respond(challenge), 42).reply()
    assert reply.get() is None
    events = c.said(LOCK1)
    assert [(e.path, e.member, e.args) for e in events] == [
        (MANAGER, 'OnLockResult', [42, True]),
        (MANAGER, 'OnLockStatusChanged', [names.LOCK_UNLOCKED])], events
    assert all(e.seq > reply.seq for e in events), 'a signal before the reply'
    assert c.lock.get('Status') == names.LOCK_UNLOCKED
    assert c.manager.ListSessions() == []


@test('the challenge is text of the documented form, for this client and this object')
def _(w):
    w.start()
    c = w.client('alice')
    now = time.time() * 1e6
    for lockable in ('SessionManager', 'Private'):
        match = CHALLENGE.match(challenge_of(c, 1, lockable))
        assert match and match.group(1) == c.name and match.group(2) == lockable
        nonce = base64.urlsafe_b64decode(match.group(3) + '=')
        assert len(nonce) == 32
        left = int(match.group(4)) - now
        assert 0 < left <= 120e6, left


@test('a fresh challenge for each request')
def _(w):
    w.start()
    nonces = {CHALLENGE.match(challenge_of(w.client('alice'), 1)).group(3) for _ in range(10)}
    assert len(nonces) == 10


@test('every algorithm unlocks')
def _(w):
    w.start({'Messenger': {'AllowMd5': 'true'}})
    w.add_key(OLD)
    w.restart()
    for key in (CHESS, CHAT, OLD):
        assert w.unlocked('alice', key).lock.get('Status') == names.LOCK_UNLOCKED


@test('md5 is refused unless allowed')
def _(w):
    w.add_key(OLD)
    w.start()
    c = w.client('alice')
    challenge = challenge_of(c, 5)
    expect('ApiUnlockFailed', c.lock.SendResponse, OLD.id, OLD.respond(challenge), 5)
    assert c.lock.get('Status') == names.LOCK_UNLOCKFAILED


@test('OnLockEnable comes once to a client, after its first call of Lock1, Get and GetAll too')
def _(w):
    w.start()
    for first in (lambda c: c.lock.get('Status'), lambda c: c.lock.all(),
                  lambda c: c.lock.RequestChallenge(1)):
        c = w.client('alice')
        first(c)
        c.lock.get('Status')
        c.lock.all()
        enables = [e for e in c.said(LOCK1) if e.member == 'OnLockEnable']
        assert [(e.path, e.args) for e in enables] == [(MANAGER, [True])], enables


@test('a client that never called Lock1 is told nothing of it')
def _(w):
    w.start()
    c = w.client('alice')
    c.messenger.get('Version')
    expect('ApiLocked', c.manager.CreateSession)
    w.unlocked('alice', CHESS)
    assert heard(c) == []


@test('a wrong response: error, result, status; the challenge is used up; a new one works')
def _(w):
    w.start()
    c = w.client('alice')
    challenge = challenge_of(c, 9)
    c.forget()
    reply = c.lock.start('SendResponse', CHESS.id, CHESS.respond(challenge + 'x'), 9).reply()
    expect('ApiUnlockFailed', reply.get)
    events = c.said(LOCK1)
    assert [(e.member, e.args) for e in events] == [
        ('OnLockResult', [9, False]), ('OnLockStatusChanged', [names.LOCK_UNLOCKFAILED])], events
    assert all(e.seq > reply.seq for e in events)
    assert c.lock.get('Status') == names.LOCK_UNLOCKFAILED
    expect('ApiLocked', c.lock.SendResponse, CHESS.id, CHESS.respond(challenge), 9)
    expect('ApiLocked', c.manager.ListSessions)
    c.unlock(CHESS)
    assert c.lock.get('Status') == names.LOCK_UNLOCKED


@test('a challenge is good for one use, one client and one object only')
def _(w):
    w.start()
    first, second = w.client('alice'), w.client('alice')
    challenge = challenge_of(first, 1)
    challenge_of(second, 1)
    expect('ApiUnlockFailed', second.lock.SendResponse, CHESS.id, CHESS.respond(challenge), 1)
    private = challenge_of(first, 1, 'Private')
    assert private != challenge
    expect('ApiUnlockFailed', first.lock.SendResponse, DESK.id, DESK.respond(private), 1)
    first.private_lock.SendResponse(DESK.id, DESK.respond(private), 1)


@test('the response is taken to the letter: upper case, blanks and other encodings fail')
def _(w):
    w.start({'Messenger': {'AllowMd5': 'true'}})
    w.add_key(OLD)
    w.restart()
    changes = [str.upper, lambda r: r + ' ', lambda r: ' ' + r, lambda r: r[:-1]]
    for user, key in (('alice', CHESS), ('alice', CHAT), ('bob', OLD)):
        for change in changes:
            c = w.client(user)
            response = change(key.respond(challenge_of(c, 1)))
            expect('ApiUnlockFailed', c.lock.SendResponse, key.id, response, 1)


@test('SendResponse without a challenge is ApiLocked')
def _(w):
    w.start()
    c = w.client('alice')
    expect('ApiLocked', c.lock.SendResponse, CHESS.id, '0' * 64, 1)
    expect('ApiLocked', c.private_lock.SendResponse, CHESS.id, '0' * 64, 1)


@test('a second RequestChallenge is ApiPendingUnlock, and the first one holds')
def _(w):
    w.start()
    c = w.client('alice')
    challenge = challenge_of(c, 1)
    c.forget()
    expect('ApiPendingUnlock', c.lock.RequestChallenge, 2)
    expect('ApiPendingUnlock', c.lock.RequestChallenge, 1)
    assert heard(c) == []
    c.lock.SendResponse(CHESS.id, CHESS.respond(challenge), 1)


@test('RequestChallenge of an unlocked client is ApiAlreadyUnlocked and starts nothing')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    expect('ApiAlreadyUnlocked', c.lock.RequestChallenge, 1)
    assert heard(c) == []
    assert c.lock.get('Status') == names.LOCK_UNLOCKED


@test('another cookie is InvalidArgs, keeps the challenge, and is not counted')
def _(w):
    w.start()
    c = w.client('alice')
    challenge = challenge_of(c, 100)
    c.forget()
    for cookie in range(8):
        expect('InvalidArgs', c.lock.SendResponse, CHESS.id, CHESS.respond(challenge), cookie)
    assert heard(c) == []
    c.lock.SendResponse(CHESS.id, CHESS.respond(challenge), 100)
    assert c.lock.get('Status') == names.LOCK_UNLOCKED


@test('cookies of any sign are given back as they came')
def _(w):
    w.start()
    for cookie in (0, -1, 2 ** 31 - 1, -2 ** 31):
        w.client('alice').unlock(CHESS, cookie=cookie)


@test('a response after the deadline is ApiPendingUnlock, not counted, and the challenge is gone')
def _(w):
    w.start({'Messenger': {'ChallengeLifetime': 1}})
    clients = [w.client('alice') for _ in range(7)]
    challenges = [challenge_of(c, 1) for c in clients]
    wait_past(int(CHALLENGE.match(challenges[-1]).group(4)))
    for c, challenge in zip(clients, challenges):
        expect('ApiPendingUnlock', c.lock.SendResponse, CHESS.id, CHESS.respond(challenge), 1)
        expect('ApiLocked', c.lock.SendResponse, CHESS.id, CHESS.respond(challenge), 1)
    clients[0].unlock(CHESS)


@test('an unknown ID fails like a wrong response')
def _(w):
    w.start()
    first, second = w.client('alice'), w.client('alice')
    assert wrong(first, 'org.example.Nobody') == wrong(second, CHESS.id)
    said = [[(e.member, e.args) for e in c.said(LOCK1) if e.member != 'OnLockChallenge']
            for c in (first, second)]
    assert said[0] == said[1], said


@test('5 failures disable the uid, and only that; the unlocked stay so')
def _(w):
    w.start()
    good = w.unlocked('alice', CHESS)
    told = w.client('alice')
    told.lock.get('Status')
    told.forget()
    bob = w.client('bob')
    bob.lock.get('Status')
    bob.forget()
    for count in range(5):
        wrong(w.client('alice'), CHESS.id if count % 2 else 'org.example.Nobody')
    for c in (told, w.client('alice')):
        expect('ApiDisabled', c.lock.RequestChallenge, 1)
        assert c.lock.get('Status') == names.LOCK_DISABLED
    assert (MANAGER, 'OnLockEnable', [False]) in heard(told)
    assert good.manager.ListSessions() == []
    assert heard(bob) == []
    bob.unlock(CHESS)


@test('a challenge that is out when the uid is disabled cannot be answered any more')
def _(w):
    w.start()
    waiting = w.client('alice')
    challenge = challenge_of(waiting, 1)
    for _ in range(5):
        wrong(w.client('alice'))
    expect('ApiDisabled', waiting.lock.SendResponse, CHESS.id, CHESS.respond(challenge), 1)
    expect('ApiLocked', waiting.manager.ListSessions)


@test('failures on either lock and of md5 count together; a success between does not wash them')
def _(w):
    w.start({'Messenger': {'AllowMd5': 'true'}})
    w.add_key(OLD)
    w.restart()
    c = w.client('alice')
    wrong(c)
    wrong(c, OLD.id, '0' * 32)
    wrong(c, lock=c.private_lock)
    wrong(c, lock=c.private_lock)
    wrong(c, 'org.example.Nobody')
    expect('ApiDisabled', c.lock.RequestChallenge, 1)
    expect('ApiDisabled', c.private_lock.RequestChallenge, 1)


@test('wrong signatures of ed25519 are not counted: an outdated application is no attacker')
def _(w):
    w.start()
    c = w.client('alice')
    stale = keys.Key(CHAT.id, 'ed25519', secret='of last year')
    for _ in range(8):
        challenge = challenge_of(c, 1)
        expect('ApiUnlockFailed', c.lock.SendResponse, CHAT.id, stale.respond(challenge), 1)
    c.unlock(CHAT)


@test('revoked, expired, of another environment, for others, without the capability: all the same')
def _(w):
    changes = {'revoked': True, 'not-after': '2001-01-31T00:00:00Z', 'environment': 'test',
               'users': ['msgrt-bob'], 'capabilities': ['private']}
    for name, value in changes.items():
        w.add_key(keys.Key('org.example.' + name, 'ed25519', **{name: value}))
    w.start()
    seen = set()
    for name in list(changes) + ['nobody']:
        key = keys.Key('org.example.' + name, 'ed25519')
        c = w.client('alice')
        challenge = challenge_of(c, 1)
        c.forget()
        seen.add((expect('ApiUnlockFailed', c.lock.SendResponse, key.id, key.respond(challenge),
                         1), repr(heard(c))))
        assert c.lock.get('Status') == names.LOCK_UNLOCKFAILED
    assert len(seen) == 1, seen


@test('users and not-after let in whom they name, and in time')
def _(w):
    key = keys.Key('org.example.Named', users=[w.name_of('alice'), 'nobody'],
                   **{'not-after': '2999-01-31T00:00:00Z'})
    w.add_key(key)
    w.start()
    w.unlocked('alice', key)
    c = w.client('bob')
    challenge = challenge_of(c, 1)
    expect('ApiUnlockFailed', c.lock.SendResponse, key.id, key.respond(challenge), 1)


@test('in environment test a key must be of test, and the error names the reason')
def _(w):
    testing = keys.Key('org.example.Testing', environment='test')
    w.add_key(testing)
    w.start({'Messenger': {'Environment': 'test'}})
    assert w.client('alice').messenger.get('Environment') == 'test'
    w.unlocked('alice', testing)
    c = w.client('alice')
    challenge = challenge_of(c, 1)
    unknown = wrong(w.client('alice'), 'org.example.Nobody')
    environment = expect('ApiUnlockFailed', c.lock.SendResponse, CHESS.id,
                         CHESS.respond(challenge), 1)
    assert unknown != environment, unknown


@test('the two locks are separate, and each opens its own')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    assert c.private_lock.get('Status') == names.LOCK_INITIALIZED
    challenge = challenge_of(c, 4, 'Private')
    expect('ApiUnlockFailed', c.private_lock.SendResponse, CHESS.id, CHESS.respond(challenge), 4)
    assert c.lock.get('Status') == names.LOCK_UNLOCKED
    d = w.unlocked('alice', FRIENDS, 'Private')
    assert d.private_lock.get('Status') == names.LOCK_UNLOCKED
    assert d.lock.get('Status') == names.LOCK_INITIALIZED
    expect('ApiLocked', d.manager.CreateSession)
    assert d.contact_of('echo')
    d.unlock(GO)
    assert d.manager.ListSessions() == []


@test('the events of the private lock come from the private object')
def _(w):
    w.start()
    c = w.client('alice')
    challenge = challenge_of(c, 4, 'Private')
    c.private_lock.SendResponse(DESK.id, DESK.respond(challenge), 4)
    assert heard(c) == [
        (PRIVATE, 'OnLockEnable', [True]), (PRIVATE, 'OnLockChallenge', [4, challenge]),
        (PRIVATE, 'OnLockResult', [4, True]),
        (PRIVATE, 'OnLockStatusChanged', [names.LOCK_UNLOCKED])]


@test('locks belong to a client, not to a user or a process')
def _(w):
    w.start()
    w.unlocked('alice', CHESS)
    expect('ApiLocked', w.client('alice').manager.ListSessions)


@test('a client that leaves is not there any more')
def _(w):
    w.start()
    alice = w.unlocked('alice', CHESS)
    alice.manager.RegisterApplication('{11111111-1111-1111-1111-111111111111}', 'Chess',
                                      'https://example.org/', '/usr/bin/true', 0)
    bob = w.unlocked('bob', CHESS)
    contact = alice.contact_of(w.name_of('bob'))
    arguments = ('{11111111-1111-1111-1111-111111111111}', contact, '', {})
    alice.manager.InviteContact(*arguments)
    bob.close()
    eventually(lambda: alice.manager.start('InviteContact', *arguments).reply().error,
               'bob is gone')
    expect('NotLoggedOn', alice.manager.InviteContact, *arguments)


def locked_calls():
    """A call of everything that a lock guards: (interface, member, arguments)."""
    sample = {'s': 'x', 'o': '/org/msgr/Messenger/Contact/' + '0' * 32, 'u': 0, 'b': True,
              'a{sv}': {}, 'i': 0, 't': 0, 'v': V('s', 'local'), 'ai': []}
    for iface in (names.MANAGER1, names.SESSION1, names.CONTACT1, names.MESSENGER1,
                  names.PRIVATE1):
        for member, (signature, _) in names.METHODS[iface].items():
            kinds = re.findall(r'a\{sv\}|ai|.', signature)
            yield iface, member, signature, [sample[kind] for kind in kinds]


@test('while locked every guarded method is ApiLocked, at any path')
def _(w):
    w.start()
    c = w.client('alice')
    paths = ['/', names.ROOT, names.MANAGER, names.PRIVATE, names.SESSIONS,
             names.SESSIONS + '/' + '0' * 32, names.CONTACTS + '/' + '0' * 32, '/no/such/path']
    for iface, member, signature, arguments in locked_calls():
        for path in paths:
            expect('ApiLocked', c.call, path, iface, member, signature, arguments)
        expect('ApiLocked', c.call, paths[2], iface, member, 'ayay', [[1], [2]])


@test('while locked Get and Set are ApiLocked, GetAll is empty, nothing has children')
def _(w):
    w.start()
    other = w.unlocked('alice', CHESS)
    session = other.manager.CreateSession()
    c = w.client('alice')
    for path in (session, names.SESSIONS + '/' + '0' * 32, names.MANAGER, '/no/such/path'):
        for iface, name in ((names.SESSION1, 'State'), (names.SESSION1, 'LocalAddress'),
                            (names.MANAGER1, 'Applications'), (names.CONTACT1, 'Blocked')):
            proxy = Proxy(c, path, iface)
            expect('ApiLocked', proxy.get, name)
            expect('ApiLocked', proxy.set, name, 's', 'x')
            assert proxy.all() == {}, (path, iface)
    for path in ('/', '/org', '/org/msgr', names.ROOT, names.MANAGER, names.SESSIONS,
                 names.CONTACTS):
        text = c.introspect(path)
        assert session.rsplit('/', 1)[1] not in text
    assert '<node name=' not in c.introspect(names.SESSIONS)
    assert '<node name=' not in c.introspect(names.CONTACTS)


@test("Messenger1's and Lock1's properties are open to the locked")
def _(w):
    w.start()
    c = w.client('alice')
    assert c.messenger.all_types() == names.MESSENGER_PROPERTIES
    for name, kind in names.MESSENGER_PROPERTIES.items():
        assert c.messenger.get(name) is not None, kind
    assert c.lock.all()['Status'] == names.LOCK_INITIALIZED
    assert c.private_lock.all_types()['Status'] == 'u'
    expect('PropertyReadOnly', c.lock.set, 'Status', 'u', names.LOCK_UNLOCKED)
    assert c.lock.get('Status') == names.LOCK_INITIALIZED


@test('signing out locks, says so, and nothing can be unlocked; signing in opens the way again')
def _(w):
    w.start()
    c = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    other = w.client('alice')
    other.lock.get('Status')
    other.forget()
    c.messenger.Signout('local')
    said = heard(c)
    for path in (MANAGER, PRIVATE):
        assert (path, 'OnLockStatusChanged', [names.LOCK_NOTINITIALIZED]) in said, said
        assert (path, 'OnLockEnable', [False]) in said, said
    assert (MANAGER, 'OnLockEnable', [False]) in heard(other)
    expect('ApiLocked', c.manager.ListSessions)
    expect('ApiNotInitialized', c.lock.RequestChallenge, 1)
    expect('ApiNotInitialized', other.lock.RequestChallenge, 1)
    assert c.lock.get('Status') == names.LOCK_NOTINITIALIZED
    c.forget()
    c.messenger.Signin('local')
    assert (MANAGER, 'OnLockEnable', [True]) in heard(c)
    assert (MANAGER, 'OnLockEnable', [True]) in heard(other)
    c.unlock(DESK)
    assert c.manager.ListSessions() == []
