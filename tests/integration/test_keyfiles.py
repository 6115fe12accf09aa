# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The key files: what is read, what is refused, and what happens when they change.

import itertools
import json
import os
import re

from msgrtest import keys, names
from msgrtest.client import expect
from msgrtest.keys import CHAT, CHESS, DESK, GO, Key
from msgrtest.names import LOCK1, MANAGER
from msgrtest.tap import test
from msgrtest.world import eventually


def opens(world, key, user='alice'):
    """Whether this key unlocks the session manager now."""
    c = world.client(user)
    challenge = c.request('SessionManager', 1)
    reply = c.lock.start('SendResponse', key.id, key.respond(challenge), 1).reply()
    c.close()
    if reply.error:
        expect('ApiUnlockFailed', reply.get)
    return not reply.error


def pair(app_id, **extra):
    return Key(app_id, 'ed25519', **extra)


def read_again(world, folder=None, seen=itertools.count(1)):
    """Waits until what is in the folder now is known: until a key that is written last works.
    Its stale forerunner, of an ID that is known, can be tried as often as one likes."""
    key = pair(CHAT.id, secret='generation %d' % next(seen))
    key.write(folder or world.keys_dir, owner=world.service_uid)
    eventually(lambda: opens(world, key), 'the folder has been read again')


@test('a key that is revoked locks its clients, and only them')
def _(w):
    w.start()
    hit, other = w.unlocked('alice', CHESS), w.unlocked('alice', GO)
    w.add_key(CHESS.but(revoked=True))
    hit.wait('OnLockStatusChanged', MANAGER,
             lambda e: e.args == [names.LOCK_INITIALIZED])
    expect('ApiLocked', hit.manager.ListSessions)
    assert hit.lock.get('Status') == names.LOCK_INITIALIZED
    assert other.manager.ListSessions() == []
    assert not other.said(LOCK1)


@test('a key whose file is removed locks its clients')
def _(w):
    w.start()
    hit = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    os.unlink(os.path.join(w.keys_dir, DESK.id + '.json'))
    for path in (MANAGER, names.PRIVATE):
        hit.wait('OnLockStatusChanged', path, lambda e: e.args == [names.LOCK_INITIALIZED])
    expect('ApiLocked', hit.manager.ListSessions)


@test('a key that is changed to another secret locks its clients')
def _(w):
    w.start()
    hit = w.unlocked('alice', CHESS)
    changed = Key(CHESS.id, secret='another')
    w.add_key(changed)
    hit.wait('OnLockStatusChanged', MANAGER, lambda e: e.args == [names.LOCK_INITIALIZED])
    hit.unlock(changed)


@test('a key that loses the capability, its users or its time locks its clients')
def _(w):
    changes = {'capabilities': ['private'], 'users': ['nobody'], 'environment': 'test',
               'not-after': '2001-01-01T00:00:00Z'}
    for name in changes:
        w.add_key(pair('org.example.' + name))
    w.start()
    clients = {name: w.unlocked('alice', pair('org.example.' + name)) for name in changes}
    for name, value in changes.items():
        w.add_key(pair('org.example.' + name, **{name: value}))
    for name, c in clients.items():
        c.wait('OnLockStatusChanged', MANAGER, lambda e: e.args == [names.LOCK_INITIALIZED])
        expect('ApiLocked', c.manager.ListSessions)


@test('a file that changes nothing for its clients locks nobody')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    w.add_key(CHESS.but(name='Chess, renamed'))
    read_again(w)
    assert c.manager.ListSessions() == []
    assert not c.said(LOCK1)


@test('a new file is found while the service runs')
def _(w):
    w.start()
    late = pair('org.example.Late')
    assert not opens(w, late)
    w.add_key(late)
    read_again(w)
    assert opens(w, late)


@test('a folder that appears later is watched too')
def _(w):
    folder = os.path.join(w.folder, 'later.d')
    w.start(args=['--keys-dir=' + folder])
    os.mkdir(folder)
    read_again(w, folder)


@test('the later folder wins by file name, and an empty file there masks')
def _(w):
    second = w.make_dir('second.d')
    replaced = pair('org.example.Replaced')
    new = Key(replaced.id, 'ed25519', secret='new')
    masked, kept = pair('org.example.Masked'), pair('org.example.Kept')
    for key in (replaced, masked, kept):
        w.add_key(key)
    new.write(second, owner=w.service_uid)
    keys.put(os.path.join(second, masked.id + '.json'), '')
    w.start(args=['--keys-dir=' + second])
    assert opens(w, new) and opens(w, kept)
    assert not opens(w, replaced)
    assert not opens(w, masked)
    os.unlink(os.path.join(second, masked.id + '.json'))
    read_again(w)
    assert opens(w, masked)


@test('only *.json counts')
def _(w):
    hidden = pair('org.example.Hidden')
    w.add_key(hidden, name='hidden.json.bak')
    w.start()
    assert not opens(w, hidden)


@test('a secret that others may read, or the group may write, is refused and logged')
def _(w):
    for mode in (0o604, 0o620, 0o602, 0o601, 0o644):
        w.add_key(Key('org.example.Mode%o' % mode), mode=mode)
    allowed = Key('org.example.Allowed')
    w.add_key(allowed, mode=0o640)
    public = pair('org.example.Public')
    w.add_key(public, mode=0o644)
    w.start(warns=True)
    assert opens(w, allowed) and opens(w, public)
    for mode in (0o604, 0o620, 0o602, 0o601):
        assert not opens(w, Key('org.example.Mode%o' % mode))
    for mode in (0o604, 0o620, 0o602, 0o601, 0o644):
        assert 'org.example.Mode%o.json' % mode in w.daemon.log


@test('a secret that is owned by somebody else is refused')
def _(w):
    owner = w.user('alice').uid
    w.user('bob')
    foreign = Key('org.example.Foreign')
    w.add_key(foreign, mode=0o640, owner=owner)
    os.chown(os.path.join(w.keys_dir, foreign.id + '.json'), owner, w.service_uid)
    w.start(warns=True)
    assert not opens(w, foreign)
    assert foreign.id in w.daemon.log


BROKEN = {
    'empty object': '{}',
    'no JSON': 'id = org.example.Broken',
    'cut off': '{"id": "org.example.Broken", "algorithm": "ed25519"',
    'a list': '[]',
    'two values': '{} {}',
    'id is a number': '{"id": 7}',
    'binary': '\x00\x01\x02',
}


@test('a wrong file is named in the log with line and reason, and the others work on')
def _(w):
    for name, text in BROKEN.items():
        keys.put(os.path.join(w.keys_dir, name.replace(' ', '-') + '.json'), text, 0o600,
                 w.service_uid)
    broken = pair('org.example.Broken').fields
    changes = {'algorithm': 'rot13', 'environment': 'staging', 'capabilities': 'sessions',
               'capabilities-2': ['everything'], 'not-after': 'tomorrow', 'revoked': 'no',
               'users': 'alice', 'public-key': 'AAAA', 'public-key-2': '!' * 44,
               'id': 'with blank', 'id-2': '', 'id-3': 'org.msgr.Agent', 'id-4': 'system'}
    for name, value in changes.items():
        member = name.split('-')[0] if name[-1].isdigit() else name
        member = 'public-key' if name.startswith('public') else member
        text = json.dumps(dict(broken, **{member: value}), indent=1)
        keys.put(os.path.join(w.keys_dir, 'wrong-%s.json' % name), text, 0o600, w.service_uid)
    w.start(warns=True)
    for name in list(BROKEN) + ['wrong-' + name for name in changes]:
        w.daemon.wait_log(re.escape(name.replace(' ', '-') + '.json'))
    assert opens(w, CHESS)
    assert not opens(w, pair('org.example.Broken'))
    assert not opens(w, Key('org.msgr.Agent', 'ed25519'))


@test('the line of what is wrong in a file is told')
def _(w):
    fields = pair('org.example.Broken').fields
    text = json.dumps(fields, indent=1).replace('"ed25519"', '"rot13"')
    line = 1 + [i for i, t in enumerate(text.splitlines()) if 'rot13' in t][0]
    keys.put(os.path.join(w.keys_dir, 'rot.json'), text, 0o600, w.service_uid)
    keys.put(os.path.join(w.keys_dir, 'cut.json'), '{\n"id": "x",\n"name": ]\n}', 0o600,
             w.service_uid)
    w.start(warns=True)
    w.daemon.wait_log(r'rot\.json.*\b%d\b' % line)
    w.daemon.wait_log(r'cut\.json.*\b3\b')


@test('no secret is ever written to the log')
def _(w):
    w.start(args=['--verbose'])
    c = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    challenge = w.client('alice').request('SessionManager', 1)
    c.keys.AddKey(Key('org.example.Mine').json)
    for text in (DESK.secret, CHESS.secret, Key('org.example.Mine').secret,
                 CHESS.respond(challenge)):
        assert text not in w.daemon.log


@test("keys of the configuration folder are found without an option, /etc's way")
def _(w):
    folder = os.path.join(w.config_dir, 'keys.d')
    os.mkdir(folder)
    key = pair('org.example.Etc')
    key.write(folder, owner=w.service_uid)
    w.configure({})
    watcher = w.watch_names()
    command = [a for a in w.command() if not a.startswith('--keys-dir')]
    w.daemon = w.spawn(command)
    w.wait_names(watcher, w.daemon)
    assert opens(w, key)
