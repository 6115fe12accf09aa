# SPDX-License-Identifier: LGPL-2.1-or-later
#
# KeyManager1: a user's own keys; and Lock1.Share, which they allow.

import json

from msgrtest import names
from msgrtest.client import Proxy, expect
from msgrtest.keys import CHESS, Key
from msgrtest.names import AGENTS, BUS, KEYMANAGER1, LOCK1, MANAGER, ROOT
from msgrtest.tap import test
from msgrtest.world import eventually

MINE = Key('org.example.Mine', 'ed25519')
SCRIPT = Key('org.example.Script', capabilities=('sessions', 'private', 'share'))
SHARER = Key('org.example.Sharer', 'ed25519', capabilities=('sessions', 'share'))


def key_ids(client):
    """The IDs that ListKeys tells, whatever it calls them."""
    return {value for entry in client.keys.ListKeys() for value in entry.values()
            if isinstance(value, str) and value.startswith('org.example.')}


def refused(client, key):
    """This key doesn't unlock."""
    challenge = client.request('SessionManager', 1)
    expect('ApiUnlockFailed', client.lock.SendResponse, key.id, key.respond(challenge), 1)


@test('answers only those who name its own bus name')
def _(w):
    w.start()
    c = w.client('alice')
    owner = c.call('/', names.DBUS, 'GetNameOwner', 's', [BUS], dest=names.DBUS)
    assert owner == c.call('/', names.DBUS, 'GetNameOwner', 's', [AGENTS], dest=names.DBUS)
    for dest in (BUS, owner):
        proxy = Proxy(c, ROOT, KEYMANAGER1, dest)
        expect('AccessDenied', proxy.AddKey, MINE.json)
        expect('AccessDenied', proxy.RemoveKey, MINE.id)
        expect('AccessDenied', proxy.ListKeys)
    assert c.keys.ListKeys() == []


@test('a key is added, listed without its secret, used, and removed')
def _(w):
    w.start()
    c = w.client('alice')
    for key in (MINE, SCRIPT):
        assert c.keys.AddKey(key.json) is None
    assert key_ids(c) == {MINE.id, SCRIPT.id}
    text = json.dumps(c.keys.ListKeys())
    assert SCRIPT.secret not in text
    w.unlocked('alice', MINE)
    w.unlocked('alice', SCRIPT, 'SessionManager', 'Private')
    c.keys.RemoveKey(MINE.id)
    assert key_ids(c) == {SCRIPT.id}
    refused(c, MINE)


@test('needs no unlocking and survives a restart')
def _(w):
    w.start()
    w.client('alice').keys.AddKey(MINE.json)
    w.restart()
    w.unlocked('alice', MINE)
    assert key_ids(w.client('alice')) == {MINE.id}


@test("counts for its owner's uid only")
def _(w):
    w.start()
    w.client('alice').keys.AddKey(MINE.json)
    bob = w.client('bob')
    assert bob.keys.ListKeys() == []
    refused(bob, MINE)
    expect('NotFound', bob.keys.RemoveKey, MINE.id)
    other = Key(MINE.id, 'ed25519', secret="bob's own")
    bob.keys.AddKey(other.json)
    bob.unlock(other)
    w.unlocked('alice', MINE)


@test('removing what is not there is NotFound')
def _(w):
    w.start()
    c = w.client('alice')
    expect('NotFound', c.keys.RemoveKey, 'org.example.Never')
    expect('NotFound', c.keys.RemoveKey, CHESS.id)


@test('removing a key locks its clients')
def _(w):
    w.start()
    c = w.client('alice')
    c.keys.AddKey(MINE.json)
    hit = w.unlocked('alice', MINE)
    other = w.unlocked('alice', CHESS)
    c.keys.RemoveKey(MINE.id)
    hit.wait('OnLockStatusChanged', MANAGER, lambda e: e.args == [names.LOCK_INITIALIZED])
    expect('ApiLocked', hit.manager.ListSessions)
    assert not other.said(LOCK1)


@test('an ID of keys.d wins over the user')
def _(w):
    w.start(standard=False)
    forged = Key(CHESS.id, 'ed25519', secret='forged')
    c = w.client('alice')
    c.keys.AddKey(forged.json)
    w.unlocked('alice', forged)
    w.add_key(CHESS)
    w.restart()
    refused(w.client('alice'), forged)
    w.unlocked('alice', CHESS)


@test('at most 64 keys')
def _(w):
    w.start()
    c = w.client('alice')
    for count in range(64):
        c.keys.AddKey(Key('org.example.Key%d' % count).json)
    expect('LimitsExceeded', c.keys.AddKey, MINE.json)
    assert len(c.keys.ListKeys()) == 64
    c.keys.RemoveKey('org.example.Key7')
    c.keys.AddKey(MINE.json)


@test('publish-alerts is not for users')
def _(w):
    w.start()
    c = w.client('alice')
    for capabilities in (['publish-alerts'], ['sessions', 'publish-alerts']):
        key = MINE.but(capabilities=capabilities)
        expect(('InvalidArgs', 'AccessDenied'), c.keys.AddKey, key.json)
    assert c.keys.ListKeys() == []


def wrong_texts():
    """JSON that AddKey must refuse: what is wrong -> text."""
    good = MINE.fields
    yield 'empty', ''
    yield 'blank', '  '
    yield 'no JSON', 'id=org.example.Mine'
    yield 'cut off', MINE.json[:-1]
    yield 'a list', '[%s]' % MINE.json
    yield 'two objects', MINE.json + MINE.json
    yield 'null', 'null'
    yield 'a string', '"org.example.Mine"'
    for member in ('id', 'algorithm', 'public-key', 'environment', 'capabilities'):
        yield 'without ' + member, json.dumps({k: v for k, v in good.items() if k != member})
        for value in (7, None, True, {}, [[]], 'no such thing!'):
            yield '%s is %r' % (member, value), json.dumps(dict(good, **{member: value}))
    for value in ('', 'system', 'org.msgr.Agent', 'a b', 'a\nb', 'x' * 300, 'a/b', '..', '.',
                  'org.example.Ex\u202eample'):
        yield 'id %r' % value, json.dumps(dict(good, id=value))
    yield 'short key', json.dumps(dict(good, **{'public-key': 'AAAA'}))
    yield 'no base64', json.dumps(dict(good, **{'public-key': '*' * 44}))
    yield 'bad time', json.dumps(dict(good, **{'not-after': '31.1.2027'}))
    yield 'revoked is text', json.dumps(dict(good, revoked='false'))
    yield 'users is text', json.dumps(dict(good, users='alice'))
    yield 'name is a number', json.dumps(dict(good, name=1))
    yield 'key is missing', SCRIPT.but(key=None).json
    yield 'key is a number', SCRIPT.but(key=7).json
    yield 'key is empty', SCRIPT.but(key='').json
    yield 'deep', '[' * 5000 + ']' * 5000
    yield 'large', json.dumps(dict(good, name='x' * 300000))


@test('wrong JSON is InvalidArgs, whatever is wrong, and nothing is kept')
def _(w):
    w.start()
    c = w.client('alice')
    for what, text in wrong_texts():
        reply = c.keys.start('AddKey', text).reply()
        assert reply.error == 'org.freedesktop.DBus.Error.InvalidArgs', (what, reply.fields)
        assert SCRIPT.secret not in reply.message, 'the secret is in the error'
    assert c.keys.ListKeys() == []


@test('[Policy] UserKeys=false turns it off')
def _(w):
    w.start()
    w.client('alice').keys.AddKey(MINE.json)
    w.restart(config={'Policy': {'UserKeys': 'false'}})
    c = w.client('alice')
    expect('AccessDenied', c.keys.AddKey, SCRIPT.json)
    refused(c, MINE)
    c.unlock(CHESS)


# Lock1.Share


def shared(w, seconds=600, key=SHARER):
    """A client that shares what it unlocked."""
    w.start()
    c = w.client('alice')
    c.keys.AddKey(key.json)
    c.unlock(key)
    c.lock.Share(seconds)
    return c


@test('Share: every client of that uid counts as unlocked, with that app ID; no other uid')
def _(w):
    sharer = shared(w)
    guest = w.client('alice')
    path = guest.manager.CreateSession()
    assert guest.lock.get('Status') == names.LOCK_UNLOCKED
    assert sharer.session(path).get('State') == names.READY
    assert guest.private_lock.get('Status') == names.LOCK_INITIALIZED
    expect('ApiLocked', w.client('bob').manager.ListSessions)


@test('Share: goes on without the client that shared')
def _(w):
    shared(w).close()
    assert w.client('alice').manager.ListSessions() == []


@test('Share: 0 ends it, and those who counted are told')
def _(w):
    sharer = shared(w)
    guest = w.client('alice')
    guest.manager.ListSessions()
    guest.lock.get('Status')
    guest.forget()
    sharer.lock.Share(0)
    expect('ApiLocked', guest.manager.ListSessions)
    assert [e.args for e in guest.said(LOCK1) if e.member == 'OnLockStatusChanged'] == [
        [names.LOCK_INITIALIZED]]
    assert sharer.manager.ListSessions() == []


@test('Share: ends by itself')
def _(w):
    shared(w, 1)
    guest = w.client('alice')
    eventually(lambda: guest.manager.start('ListSessions').reply().error, 'it ends')
    expect('ApiLocked', guest.manager.ListSessions)


@test('Share: ends when the key is removed')
def _(w):
    sharer = shared(w)
    guest = w.client('alice')
    guest.manager.ListSessions()
    guest.keys.RemoveKey(SHARER.id)
    expect('ApiLocked', guest.manager.ListSessions)
    expect('ApiLocked', sharer.manager.ListSessions)


@test('Share: on the private object alone')
def _(w):
    w.start()
    c = w.client('alice')
    c.keys.AddKey(SCRIPT.json)
    c.unlock(SCRIPT, 'Private')
    c.private_lock.Share(60)
    guest = w.client('alice')
    assert guest.private_lock.get('Status') == names.LOCK_UNLOCKED
    assert guest.contact_of('echo')
    expect('ApiLocked', guest.manager.ListSessions)


@test('Share: at most an hour')
def _(w):
    sharer = shared(w, 3600)
    for seconds in (3601, 2 ** 32 - 1):
        expect('InvalidArgs', sharer.lock.Share, seconds)


@test('Share: not for a locked client, nor without the capability, nor for keys of keys.d')
def _(w):
    w.start()
    expect('ApiLocked', w.client('alice').lock.Share, 60)
    expect('AccessDenied', w.unlocked('alice', CHESS).lock.Share, 60)
    c = w.client('alice')
    c.keys.AddKey(MINE.json)
    expect('AccessDenied', w.unlocked('alice', MINE).lock.Share, 60)
    w.client('alice').messenger.get('Version')
    expect('ApiLocked', w.client('alice').manager.ListSessions)


@test('Share: a key of keys.d cannot share')
def _(w):
    w.add_key(SHARER)
    w.start(warns=True)
    c = w.client('alice')
    challenge = c.request('SessionManager', 1)
    if not c.lock.start('SendResponse', SHARER.id, SHARER.respond(challenge), 1).reply().error:
        expect('AccessDenied', c.lock.Share, 60)
    expect('ApiLocked', w.client('alice').manager.ListSessions)


@test('Share: is logged, and an application can still be itself')
def _(w):
    shared(w)
    assert SHARER.id in w.daemon.log
    guest = w.client('alice')
    if guest.lock.start('RequestChallenge', 1).reply().error:
        expect('ApiAlreadyUnlocked', guest.lock.RequestChallenge, 1)
    else:
        challenge = guest.wait('OnLockChallenge').args[1]
        guest.lock.SendResponse(CHESS.id, CHESS.respond(challenge), 1)
    assert guest.lock.get('Status') == names.LOCK_UNLOCKED
