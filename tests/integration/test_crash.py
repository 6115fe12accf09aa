# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What was acknowledged is kept: whenever the service dies, and whatever its disk does.

import glob
import os
import random
import sqlite3
import subprocess
import sys
import time

from msgrtest import names
from msgrtest.client import V, expect
from msgrtest.disk import set_file_limit
from msgrtest.keys import CHESS, DESK, Key
from msgrtest.names import ACCEPTED, CONNECTED, INVITATION, READY, SESSION_TIMEOUT, TERMINATED
from msgrtest.scene import (GUID, GUID2, NAME, PATH, URL, Scene, applications, number,
                            sessions)
from msgrtest.tap import test

SEEDS = range(8)


def crash(w, **options):
    w.daemon.kill()
    return w.start(standard=False, **options)


def come_back(scene, key=CHESS):
    """The clients unlock again, with the objects' same paths."""
    scene.alice.unlock(key)
    scene.bob.unlock(key)
    return scene


@test('every state but READY is there again, with every property under the same path')
def _(w):
    w.start()
    s = Scene(w)
    paths = {}
    for state, make in ((READY, Scene.ready), (INVITATION, Scene.invited),
                        (ACCEPTED, Scene.accepted), (CONNECTED, Scene.connected)):
        make(s)
        if state >= ACCEPTED:
            s.a.SendContextData('before')
        paths[state] = (s.a.path, s.b.path if s.b else None)
    before = sessions(s.alice), sessions(s.bob)
    crash(w)
    come_back(s)
    after = sessions(s.alice), sessions(s.bob)
    ready = paths[READY][0]
    kept = {path: entry for path, entry in before[0].items() if path != ready}
    assert after[0] == kept, (after[0], kept)
    assert after[1] == before[1]
    expect(names.NO_OBJECT, s.alice.session(ready).get, 'State')


@test('an invitation goes on after a crash: shown again, accepted, connected, ended')
def _(w):
    w.start()
    s = Scene(w).invited('hello')
    crash(w)
    challenge = s.bob.request('SessionManager', 1)
    s.alice.unlock(CHESS)
    s.bob.lock.SendResponse(CHESS.id, CHESS.respond(challenge), 1)
    event = s.bob.wait('OnInvitation')
    assert event.args[:2] == [s.b.path, 'hello']
    s.forget()
    s.b.Accept('yes')
    assert [e.member for e in s.alice.said()] == ['OnStateChanged', 'OnAccepted', 'OnReadyToLaunch']
    s.b.SuppressDefault('BeforeAppLaunch')
    assert s.states() == (CONNECTED, CONNECTED)
    s.a.Cancel(0, '')
    assert s.states() == (TERMINATED, TERMINATED)


@test('an accepted session goes on: its launch is decided anew')
def _(w):
    w.start()
    s = Scene(w).accepted()
    crash(w)
    challenge = s.bob.request('SessionManager', 1)
    s.alice.unlock(CHESS)
    s.bob.lock.SendResponse(CHESS.id, CHESS.respond(challenge), 1)
    s.bob.wait('BeforeAppLaunch', s.b.path)
    s.b.SuppressDefault('BeforeAppLaunch')
    assert s.states() == (CONNECTED, CONNECTED)


@test('a connected session goes on with the counts that it had')
def _(w):
    w.start()
    s = Scene(w).connected()
    for _ in range(3):
        s.a.SendContextData('from a')
    s.b.SendContextData('from b')
    crash(w)
    come_back(s)
    assert s.states() == (CONNECTED, CONNECTED)
    assert s.a.get('ContextData') == 'from b' and s.b.get('ContextData') == 'from a'
    for side, left in ((s.a, 2), (s.b, 4)):
        for _ in range(left):
            side.SendContextData('more')
        expect('ContextDataOverLimit', side.SendContextData, 'too much')


@test('a session with echo goes on after a crash')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    c.manager.RegisterApplication(GUID, NAME, URL, PATH, 0)
    session = c.session(c.manager.InviteContact(GUID, c.contact_of('echo'), '', {}))
    c.wait('OnStateChanged', session.path, lambda e: e.args == [ACCEPTED])
    session.SendContextData('before')
    crash(w)
    c.unlock(CHESS)
    assert session.get('State') == CONNECTED
    session.SendContextData('after')
    assert c.wait('OnContextData', session.path).args == ['after']
    for _ in range(3):
        session.SendContextData('more')
    expect('ContextDataOverLimit', session.SendContextData, 'too much')


@test('a detached session is that after a crash, too')
def _(w):
    w.start({'Messenger': {'ClientGrace': 1}})
    s = Scene(w).invited()
    s.a.Detach()
    w.daemon.kill()
    s.alice.close()
    w.start(standard=False)
    desk = w.unlocked('alice', DESK)
    s.bob.unlock(CHESS)
    control = desk.manager.InviteContact(GUID, desk.contact_of(w.name_of('bob')), '', {
        'Timeout': V('u', 3)})
    desk.wait('OnTermination', control)
    assert desk.session(s.a.path).get('State') == INVITATION
    desk.forget()
    s.b.Accept('')
    assert 'BeforeAppLaunch' in [e.member for e in desk.said()]


@test('an invitation whose deadline was extended has that one after a crash')
def _(w):
    w.start({'Messenger': {'InvitationTimeout': 100, 'InstallTimeout': 5000}})
    s = Scene(w, bob_key=DESK)
    s.bob.manager.UnRegisterApplication(GUID)
    s.invited()
    expect('AppNotRegistered', s.b.Accept, '')
    expires = s.a.get('ExpiresAt')
    crash(w)
    s.alice.unlock(CHESS)
    s.bob.unlock(DESK)
    expect('AppNotRegistered', s.b.Accept, '')
    assert s.a.get('ExpiresAt') == s.b.get('ExpiresAt') == expires


@test('who does not come back within the grace is gone, also after a crash')
def _(w):
    w.start({'Messenger': {'ClientGrace': 1}})
    s = Scene(w).connected()
    w.daemon.kill()
    s.alice.close()
    w.start(standard=False)
    s.bob.unlock(CHESS)
    event = [e for e in s.bob.events if e.member == 'OnTermination']
    event = event[0] if event else s.bob.wait('OnTermination', s.b.path)
    assert event.args == [names.CONNECTION_FAILURE, '']


@test('a deadline that passes while the service is down is past when it comes back')
def _(w):
    w.start({'Messenger': {'InvitationTimeout': 2}})
    s = Scene(w).invited()
    expires = s.a.get('ExpiresAt')
    w.daemon.kill()
    while time.time() * 1e6 < expires:
        time.sleep(0.05)
    w.start(standard=False)
    come_back(s)
    s.forget()
    for side in (s.a, s.b):
        found = side.client.start(side.path, names.PROPERTIES, 'Get', 'ss',
                                  [names.SESSION1, 'State']).reply()
        assert found.error or found.get() == names.CANCELLED, found.fields


def durable_flood(w, seed):
    """Kills the service among pipelined registrations; what was answered must be there."""
    dice = random.Random(seed)
    c = w.unlocked('alice', CHESS)
    base = seed * 1000
    pending = [c.manager.start('RegisterApplication', number(base + n), NAME, URL, PATH, 0)
               for n in range(25)]
    until = dice.randrange(25)
    pending[until].reply()
    w.daemon.kill()
    acknowledged = {number(base + n) for n, p in enumerate(pending) if not p.reply().error}
    w.start(standard=False)
    c.unlock(CHESS)
    there = set(applications(c))
    assert acknowledged <= there, 'seed %d lost %r' % (seed, acknowledged - there)
    for guid in there:
        c.manager.UnRegisterApplication(guid)


@test('kill -9 among pipelined registrations: nothing acknowledged is lost')
def _(w):
    w.start()
    for seed in SEEDS:
        durable_flood(w, seed)


# The steps of a session's life: what is done, and the state that its answer promises.
STEPS = [
    ('invite', INVITATION), ('accept', ACCEPTED), ('data', ACCEPTED), ('suppress', CONNECTED),
    ('count', CONNECTED), ('count', CONNECTED), ('end', TERMINATED),
]


def begin(s, step):
    """Starts a step without waiting for its answer."""
    return {
        'invite': lambda: s.alice.manager.start('InviteContact', s.guid, s.contact, 'x', {}),
        'accept': lambda: s.b.start('Accept', 'yes'),
        'data': lambda: s.a.start('SendContextData', 'early'),
        'suppress': lambda: s.b.start('SuppressDefault', 'BeforeAppLaunch'),
        'count': lambda: s.a.start('SendContextData', 'late'),
        'end': lambda: s.a.start('Cancel', 0, 'over'),
    }[step]()


def find_sides(s):
    """After the invitation: both sides' objects."""
    for path, entry in sessions(s.alice).items():
        if entry['State'] < names.CANCELLED:
            s.a = s.alice.session(path)
    for path, entry in sessions(s.bob).items():
        if entry['SessionId'] == s.a.get('SessionId'):
            s.b = s.bob.session(path)


def random_kill(w, s, seed):
    """A life with one kill somewhere: just after an answer, or while a call is on its way."""
    dice = random.Random(seed)
    victim = dice.randrange(len(STEPS))
    in_flight = dice.random() < 0.7
    delay = dice.random() * 0.004
    index = 0
    while index < len(STEPS):
        step, promised = STEPS[index]
        if index == victim:
            pending = begin(s, step)
            if in_flight:
                time.sleep(delay)
            else:
                pending.reply()
            w.daemon.kill()
            acknowledged = not pending.reply().error
            w.start(standard=False)
            come_back(s)
            victim = None
            if not check_after(s, step, promised, acknowledged, STEPS[index - 1][1]):
                continue  # it never happened: once more
        else:
            begin(s, step).reply().get()
        if step == 'invite':
            find_sides(s)
        index += 1
    assert (state_of(s.a), state_of(s.b)) == (TERMINATED, TERMINATED)


def state_of(session):
    """The state; what has ended before a crash may be gone."""
    reply = session.client.start(session.path, names.PROPERTIES, 'Get', 'ss',
                                 [names.SESSION1, 'State']).reply()
    return TERMINATED if reply.error else reply.get()


def check_after(s, step, promised, acknowledged, previous):
    """Whether the step that the kill hit has been done; it must, if it was acknowledged."""
    if step == 'invite':
        alive = [e for e in sessions(s.alice).values() if e['State'] == INVITATION]
        assert len(alive) == len([e for e in sessions(s.bob).values()
                                  if e['State'] == INVITATION])
        assert alive or not acknowledged, 'the invitation is lost'
        return bool(alive)
    own, other = state_of(s.a), state_of(s.b)
    assert own == other, 'the sides disagree: %d, %d' % (own, other)
    assert own in ((promised,) if acknowledged else (promised, previous)), (step, own)
    if step == 'data':
        done = s.b.get('ContextData') == 'early'
    elif step == 'count':
        # The data can't tell the second from the first; sending once more does no harm.
        done = acknowledged
    else:
        done = own == promised
    assert done or not acknowledged, 'the step %s is lost' % step
    return done


@test('kill -9 at random points of a session: same paths, and it can always be completed')
def _(w):
    w.start()
    s = Scene(w)
    for seed in SEEDS:
        try:
            random_kill(w, s, seed)
        except Exception as error:
            raise AssertionError('seed %d: %s' % (seed, error)) from error


@test('kill -9 again and again while it starts')
def _(w):
    w.start()
    s = Scene(w).connected()
    dice = random.Random(1)
    w.daemon.kill()
    for _ in range(5):
        daemon = w.spawn(w.command())
        time.sleep(dice.random() * 0.1)
        daemon.kill()
    w.start(standard=False)
    come_back(s)
    assert s.states() == (CONNECTED, CONNECTED)


@test('everything else that is kept: keys, friendly names, applications')
def _(w):
    w.start()
    desk = w.unlocked('alice', DESK)
    mine = Key('org.example.Mine', 'ed25519')
    desk.keys.AddKey(mine.json)
    desk.messenger.SetFriendlyName('local', 'Alice the Second')
    desk.manager.RegisterApplication(GUID, NAME, URL, PATH, 0)
    crash(w)
    c = w.unlocked('alice', mine)
    assert c.messenger.ListServices()[0][3] == 'Alice the Second'
    assert set(applications(c)) == {GUID}


# The database


def database(w):
    """The file, whatever it is called."""
    found = []
    for path in glob.glob(w.state_dir + '/**', recursive=True):
        if os.path.isfile(path):
            with open(path, 'rb') as file:
                if file.read(15) == b'SQLite format 3':
                    found.append(path)
    assert len(found) == 1, found
    return found[0]


def content(path):
    with open(path, 'rb') as file:
        return file.read()


def starts_anew(w, damage):
    """Damages the database: it must be kept beside, and the service work with a new one."""
    w.start()
    c = w.unlocked('alice', CHESS)
    c.manager.RegisterApplication(GUID, NAME, URL, PATH, 0)
    w.daemon.stop()
    path = database(w)
    damage(path)
    damaged = content(path)
    w.start(standard=False, warns=True)
    c.unlock(CHESS)
    assert applications(c) == {}
    c.manager.RegisterApplication(GUID2, NAME, URL, PATH, 0)
    aside = [other for other in glob.glob(w.state_dir + '/**', recursive=True)
             if os.path.isfile(other) and other != path and content(other) == damaged]
    assert len(aside) == 1, 'the old file is gone'
    assert os.path.basename(path) in w.daemon.log, 'nothing of it in the log'
    w.restart(warns=True)
    c.unlock(CHESS)
    assert set(applications(c)) == {GUID2}


def overwrite(path, offset, size):
    with open(path, 'r+b') as file:
        file.seek(offset)
        file.write(random.Random(7).randbytes(size))


def from_the_future(path):
    connection = sqlite3.connect(path)
    connection.execute('PRAGMA user_version=9999')
    connection.commit()
    connection.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    connection.close()


@test('a database from the future is moved aside')
def _(w):
    starts_anew(w, from_the_future)


@test('a damaged database is moved aside: no header')
def _(w):
    starts_anew(w, lambda path: overwrite(path, 0, 4096))


@test('a damaged database is moved aside: garbage after the header')
def _(w):
    starts_anew(w, lambda path: overwrite(path, 100, os.path.getsize(path) - 100))


@test('a damaged database is moved aside: cut off')
def _(w):
    starts_anew(w, lambda path: os.truncate(path, os.path.getsize(path) // 2))


@test('a healthy database is not moved aside, however it was left')
def _(w):
    w.start()
    w.unlocked('alice', CHESS).manager.RegisterApplication(GUID, NAME, URL, PATH, 0)
    before = set(os.listdir(w.state_dir))
    for _ in range(3):
        crash(w)
    assert set(applications(w.unlocked('alice', CHESS))) == {GUID}
    databases = [name for name in os.listdir(w.state_dir) if name not in before]
    assert databases == [], databases


@test('nobody else can read what is kept')
def _(w):
    w.start()
    for path in glob.glob(w.state_dir + '/**', recursive=True):
        if os.path.isfile(path):
            assert os.stat(path).st_mode & 0o077 == 0, (path, oct(os.stat(path).st_mode))


# The disk


def nothing_can_be_kept(w, s, fail, heal):
    """What happens while no commit succeeds, and after."""
    s.invited()
    before = sessions(s.alice), sessions(s.bob), applications(s.alice)
    fail()
    for count in range(400):
        replies = [s.alice.manager.start('RegisterApplication', number(count), NAME, URL, PATH,
                                         0).reply(),
                   s.alice.manager.start('UnRegisterApplication', number(count)).reply()]
        if replies[0].error and replies[1].error:
            break
    else:
        raise AssertionError('the commits go on')
    s.forget()
    calls = [lambda: s.alice.manager.RegisterApplication(GUID2, NAME, URL, PATH, 0),
             lambda: s.alice.manager.UnRegisterApplication(GUID),
             lambda: s.alice.manager.InviteContact(GUID, s.contact, '', {}),
             lambda: s.b.Accept('yes'), lambda: s.b.Decline('no'), lambda: s.a.Cancel(0, ''),
             lambda: s.alice.keys.AddKey(Key('org.example.Mine').json)]
    for call in calls:
        message = expect('Failed', call)
        assert len(message) > 10, 'it does not say why'
    assert s.said() == ([], []), 'something was heard of what has not happened'
    assert (sessions(s.alice), sessions(s.bob)) == before[:2]
    heal()
    left = {guid: app for guid, app in applications(s.alice).items() if guid == GUID}
    assert left == before[2]
    s.forget()
    s.b.Accept('yes')
    assert [e.member for e in s.alice.said()] == ['OnStateChanged', 'OnAccepted', 'OnReadyToLaunch']
    s.b.SuppressDefault('BeforeAppLaunch')
    assert s.states() == (CONNECTED, CONNECTED)
    s.alice.manager.RegisterApplication(GUID2, NAME, URL, PATH, 0)
    w.restart(warns=True)
    come_back(s)
    assert s.states() == (CONNECTED, CONNECTED)
    assert GUID2 in applications(s.alice)


@test('a full disk: Failed, nothing changed, no signal, and it works again when there is room')
def _(w):
    w.need_mounts()
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1536k,mode=700,uid=%d,gid=%d' % (
        w.service_uid, w.service_uid), 'tmpfs', w.state_dir], check=True)
    ballast = os.path.join(w.state_dir, 'ballast')

    def fill():
        with open(ballast, 'wb', buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        file.write(b'x' * size)
                except OSError:
                    pass

    try:
        w.start(warns=True)
        nothing_can_be_kept(w, Scene(w), fill, lambda: os.unlink(ballast))
        w.daemon.stop()
    finally:
        for daemon in w.daemons:
            if daemon.running():
                daemon.kill()
        subprocess.run(['umount', w.state_dir], check=True)


@test('an I/O error: Failed, nothing changed, no signal, and it works again afterwards')
def _(w):
    w.start(warns=True)
    nothing_can_be_kept(w, Scene(w), lambda: set_file_limit(w, 1024),
                        lambda: set_file_limit(w, None))


@test('an I/O error, one user alone: Failed, and it works again afterwards')
def _(w):
    w.start(warns=True)
    c = w.unlocked('alice', CHESS)
    set_file_limit(w, 1024)
    for _ in range(3):
        expect('Failed', c.manager.RegisterApplication, GUID, NAME, URL, PATH, 0)
    assert c.said() == []
    set_file_limit(w, None)
    assert applications(c) == {}
    c.manager.RegisterApplication(GUID, NAME, URL, PATH, 0)
    assert set(applications(c)) == {GUID}


@test('what is due and cannot be kept is tried again, and keeps nobody waiting')
def _(w):
    w.start({'Messenger': {'InvitationTimeout': 2}}, warns=True)
    s = Scene(w)
    carol = w.unlocked('carol', CHESS)
    s.invited()
    set_file_limit(w, 1024)
    w.daemon.wait_log('nothing of this turn was kept')
    for _ in range(5):
        assert carol.manager.ListSessions() == []
        assert s.states() == (INVITATION, INVITATION)
    set_file_limit(w, None)
    for client in (s.alice, s.bob):
        assert client.wait('OnTermination').args == [SESSION_TIMEOUT, '']


@test('a state folder that cannot be written is told at the start')
def _(w):
    w.configure({})
    os.rmdir(w.state_dir)
    with open(w.state_dir, 'w', encoding='utf-8'):
        pass
    daemon = w.spawn(w.command(), warns=True)
    daemon.expected_death = True
    assert daemon.wait() != 0
    assert w.state_dir in daemon.log
