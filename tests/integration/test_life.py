# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What time and leaving do to sessions: deadlines, grace, linger, Detach, launches without an agent.

import os

from msgrtest import keys, names
from msgrtest.client import V, expect
from msgrtest.keys import CHESS, DESK
from msgrtest.names import (ACCEPTED, CANCELLED, CANCELLED_LOCAL, CONNECTED, CONNECTION_FAILURE,
                            INVITATION, LAUNCH_FAILED, NO_OBJECT, READY, SESSIONS, SESSION_TIMEOUT,
                            TERMINATED)
from msgrtest.scene import GUID, Scene, sessions
from msgrtest.tap import test
from msgrtest.world import eventually

SHORT = {'Messenger': {'ClientGrace': 1}}


def moved(state):
    return ('OnStateChanged', [state])


def over(client, session):
    """Waits for the end of the session; returns what was said of it."""
    client.wait('OnTermination', session.path)
    return [(e.member, e.args) for e in client.said() if e.path == session.path]


def gone(client, path):
    """Waits until the path is like one that never was."""
    eventually(lambda: client.start(path, names.PROPERTIES, 'Get', 'ss',
                                    [names.SESSION1, 'State']).reply().error, 'the path is gone')
    expect(NO_OBJECT, client.session(path).get, 'State')
    assert client.introspect(path) == client.introspect(SESSIONS + '/' + '0' * 32)
    assert path not in sessions(client)


@test('the deadline of an invitation: CANCELLED on both sides')
def _(w):
    w.start({'Messenger': {'InvitationTimeout': 1}})
    s = Scene(w).ready()
    s.a.Invite(s.contact, '')
    s.b = s.bob.session(s.bob.wait('OnInvitation').args[0])
    wanted = [moved(INVITATION), ('OnTermination', [SESSION_TIMEOUT, ''])]
    assert over(s.alice, s.a)[-2:] == wanted
    assert over(s.bob, s.b)[-2:] == wanted
    assert s.states() == (CANCELLED, CANCELLED)
    assert s.a.get('Result') == s.b.get('Result') == SESSION_TIMEOUT


@test('the option Timeout of InviteContact is the deadline')
def _(w):
    w.start()
    s = Scene(w)
    s.a = s.alice.session(s.alice.manager.InviteContact(GUID, s.contact, '', {
        'Timeout': V('u', 1)}))
    s.alice.wait('OnTermination', s.a.path)
    assert s.a.get('Result') == SESSION_TIMEOUT


@test('an accepted session has no deadline of the invitation any more')
def _(w):
    w.start()
    s = Scene(w)
    s.a = s.alice.session(s.alice.manager.InviteContact(GUID, s.contact, '', {
        'Timeout': V('u', 2)}))
    s.b = s.bob.session(s.bob.wait('OnInvitation').args[0])
    s.b.Accept('')
    second = s.alice.session(s.alice.manager.InviteContact(GUID, s.contact, '', {
        'Timeout': V('u', 3)}))
    s.alice.wait('OnTermination', second.path)
    assert s.states() == (ACCEPTED, ACCEPTED)


@test('no agent: APPLICATION_LAUNCH_FAILED on both sides when nobody takes the launch')
def _(w):
    w.start({'Messenger': {'DecisionWindow': 50}})
    s = Scene(w).invited()
    s.b.Accept('yes')
    wanted = [moved(ACCEPTED), ('OnTermination', [LAUNCH_FAILED, ''])]
    assert over(s.alice, s.a) == [moved(INVITATION), ('OnAccepted', ['yes']),
                                  ('OnReadyToLaunch', [])] + wanted
    assert over(s.bob, s.b) == [moved(INVITATION), ('OnReadyToLaunch', []),
                                ('BeforeAppLaunch', [True])] + wanted
    assert s.states() == (TERMINATED, TERMINATED)
    assert s.a.get('Result') == s.b.get('Result') == LAUNCH_FAILED
    expect('SessionStateInvalid', s.b.SuppressDefault, 'BeforeAppLaunch')


@test('no agent: the side of the messenger that nobody takes ends it too')
def _(w):
    w.start({'Messenger': {'DecisionWindow': 2000}})
    s = Scene(w, key=DESK, bob_key=CHESS).invited()
    s.b.Accept('yes')
    s.b.SuppressDefault('BeforeAppLaunch')
    s.alice.wait('OnTermination', s.a.path)
    assert s.states() == (TERMINATED, TERMINATED)
    assert s.a.get('Result') == s.b.get('Result') == LAUNCH_FAILED


@test('an ended session lingers, then its path is gone')
def _(w):
    w.start({'Messenger': {'EndedSessionLinger': 1}})
    s = Scene(w).terminated()
    gone(s.alice, s.a.path)
    gone(s.bob, s.b.path)
    assert s.said() == ([], [])


@test('an ended session stays readable for the time of the linger, in ListSessions too')
def _(w):
    w.start()
    s = Scene(w).terminated()
    assert sessions(s.alice)[s.a.path]['State'] == TERMINATED
    assert sessions(s.bob)[s.b.path]['State'] == TERMINATED
    assert s.a.path.rsplit('/', 1)[1] in s.alice.introspect(SESSIONS)


def left(w, state, who):
    """One side's client leaves in this state: what the other one hears."""
    w.start(SHORT)
    s = Scene(w)
    getattr(s, state)()
    stays, session, goes = (s.bob, s.b, s.alice) if who == 'alice' else (s.alice, s.a, s.bob)
    goes.close()
    return s, over(stays, session), session


@test('the inviter leaves in INVITATION: CONNECTION_FAILURE')
def _(w):
    _s, said, session = left(w, 'invited', 'alice')
    assert said == [moved(INVITATION), ('OnTermination', [CONNECTION_FAILURE, ''])], said
    assert session.get('State') == TERMINATED


@test('the inviter leaves in ACCEPTED: CONNECTION_FAILURE')
def _(w):
    _s, said, session = left(w, 'accepted', 'alice')
    assert said == [moved(ACCEPTED), ('OnTermination', [CONNECTION_FAILURE, ''])], said
    assert session.get('Result') == CONNECTION_FAILURE


@test('either leaves in CONNECTED: CONNECTION_FAILURE')
def _(w):
    for who in ('alice', 'bob'):
        _s, said, session = left(w, 'connected', who)
        assert said == [moved(CONNECTED), ('OnTermination', [CONNECTION_FAILURE, ''])], said
        assert session.get('State') == TERMINATED
        w.daemon.stop()


@test('both sides are ended, also for who comes back too late')
def _(w):
    s, _said, _session = left(w, 'connected', 'alice')
    back = w.unlocked('alice', CHESS)
    assert back.session(s.a.path).get('State') == TERMINATED
    assert back.session(s.a.path).get('Result') == CONNECTION_FAILURE


@test('the creator of a READY session leaves: its path is gone at once after the grace')
def _(w):
    w.start(SHORT)
    s = Scene(w).ready()
    desk = w.unlocked('alice', DESK)
    assert s.a.path in sessions(desk)
    s.alice.close()
    gone(desk, s.a.path)


@test('within the grace the same application goes on, by another client')
def _(w):
    w.start({'Messenger': {'ClientGrace': 300}})
    s = Scene(w).connected()
    s.alice.close()
    s.bob.close()
    s.alice, s.bob = w.unlocked('alice', CHESS), w.unlocked('bob', CHESS)
    s.a, s.b = s.alice.session(s.a.path), s.bob.session(s.b.path)
    assert s.states() == (CONNECTED, CONNECTED)
    s.a.SendContextData('still here')
    assert s.bob.wait('OnContextData').args == ['still here']


@test('a second client of the same application keeps the session, without any grace')
def _(w):
    w.start(SHORT)
    s = Scene(w)
    second = w.unlocked('alice', CHESS)
    s.connected()
    s.alice.close()
    # A later invitation times out long after the grace would have.
    path = second.manager.InviteContact(GUID, second.contact_of(w.name_of('bob')), '', {
        'Timeout': V('u', 3)})
    second.wait('OnTermination', path)
    assert s.b.get('State') == CONNECTED
    assert second.session(s.a.path).get('State') == CONNECTED


@test('locked again is as good as gone')
def _(w):
    key = keys.Key('org.example.Short', 'ed25519')
    w.add_key(key)
    w.start(SHORT)
    s = Scene(w, key=key, bob_key=CHESS).connected()
    os.unlink(os.path.join(w.keys_dir, key.id + '.json'))
    s.alice.wait('OnLockStatusChanged')
    said = over(s.bob, s.b)
    assert said == [moved(CONNECTED), ('OnTermination', [CONNECTION_FAILURE, ''])], said


@test('Detach: outlives its creator as long as its user is there; launched here too')
def _(w):
    w.start({'Messenger': {'ClientGrace': 1, 'InvitationTimeout': 600}})
    s = Scene(w)
    desk = w.unlocked('alice', DESK)
    s.invited()
    s.a.Detach()
    control = s.alice.session(s.alice.manager.InviteContact(GUID, s.contact, '', {}))
    s.alice.close()
    desk.wait('OnTermination', control.path)
    assert desk.session(s.a.path).get('State') == INVITATION
    desk.forget()
    s.b.Accept('yes')
    assert [(e.member, e.args) for e in desk.said()] == [
        moved(INVITATION), ('OnAccepted', ['yes']), ('OnReadyToLaunch', []),
        ('BeforeAppLaunch', [True])]
    desk.session(s.a.path).SuppressDefault('BeforeAppLaunch')
    s.b.SuppressDefault('BeforeAppLaunch')
    assert desk.session(s.a.path).get('State') == CONNECTED


@test('Detach as an option of InviteContact')
def _(w):
    w.start(SHORT)
    s = Scene(w)
    w.unlocked('alice', DESK)
    s.alice.manager.InviteContact(GUID, s.contact, '', {'Detach': V('b', True)})
    s.b = s.bob.session(s.bob.wait('OnInvitation').args[0])
    s.forget()
    s.b.Accept('yes')
    assert [e.member for e in s.alice.said()] == ['OnStateChanged', 'OnAccepted', 'OnReadyToLaunch',
                                                  'BeforeAppLaunch']


@test("Detach: ends when its user isn't there any more")
def _(w):
    w.start(SHORT)
    s = Scene(w).invited()
    s.a.Detach()
    s.alice.close()
    assert over(s.bob, s.b) == [moved(INVITATION), ('OnTermination', [CONNECTION_FAILURE, ''])]


@test('the invitee who leaves in INVITATION ends nothing, and finds it again')
def _(w):
    w.start({'Messenger': {'ClientGrace': 1, 'InvitationTimeout': 600}})
    s = Scene(w).invited()
    s.bob.close()
    control = w.unlocked('carol', CHESS)
    control_path = control.manager.CreateSession()
    desk = w.unlocked('carol', DESK)
    control.close()
    gone(desk, control_path)  # a grace that began later is over
    bob = w.unlocked('bob', CHESS)
    assert sessions(bob)[s.b.path]['State'] == INVITATION
    bob.session(s.b.path).Accept('')
    assert s.a.get('State') == ACCEPTED


@test("a cancelled READY session lingers like any other")
def _(w):
    w.start({'Messenger': {'EndedSessionLinger': 1}})
    s = Scene(w).ready()
    s.a.Cancel(0, '')
    assert [(e.member, e.args) for e in s.alice.said()] == [
        moved(READY), ('OnTermination', [CANCELLED_LOCAL, ''])]
    gone(s.alice, s.a.path)


@test('times out while nobody of either side is there')
def _(w):
    w.start({'Messenger': {'InvitationTimeout': 1, 'ClientGrace': 100}})
    s = Scene(w).invited()
    s.alice.close()
    s.bob.close()
    back = w.unlocked('alice', CHESS)
    eventually(lambda: back.session(s.a.path).get('State') == CANCELLED, 'the deadline')
    assert back.session(s.a.path).get('Result') == SESSION_TIMEOUT
