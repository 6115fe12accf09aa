# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The configuration's limits and policies, each with a small value.

import re

from msgrtest import names, users
from msgrtest.client import V, expect
from msgrtest.keys import CHESS, DESK, FRIENDS, GO
from msgrtest.names import INVITATION
from msgrtest.scene import GUID, Scene, applications, number, register, sessions
from msgrtest.tap import test
from msgrtest.world import eventually


def limits(**values):
    return {'Limits': values}


def invite(client, contact, guid=GUID):
    return client.manager.InviteContact(guid, contact, '', {})


@test('SessionsPerClient: live sessions of one client; the refused one leaves nothing')
def _(w):
    w.start(limits(SessionsPerClient=2))
    c, other = w.unlocked('alice', CHESS), w.unlocked('alice', CHESS)
    first = c.manager.CreateSession()
    c.manager.CreateSession()
    expect('LimitsExceeded', c.manager.CreateSession)
    assert len(sessions(c)) == 2
    other.manager.CreateSession()
    c.session(first).Cancel(0, '')
    c.manager.CreateSession()
    expect('LimitsExceeded', c.manager.CreateSession)
    assert c.messenger.get('Limits')['MaxSessionsPerClient'] == 2


@test('SessionsPerClient: InviteContact counts too')
def _(w):
    w.start(limits(SessionsPerClient=1))
    s = Scene(w)
    path = invite(s.alice, s.contact)
    s.forget()
    expect('LimitsExceeded', invite, s.alice, s.contact)
    assert s.said() == ([], []) and set(sessions(s.alice)) == {path}


@test('SessionsPerClient: a session of a client that left counts until it ends, for the user')
def _(w):
    w.start(limits(SessionsPerUser=2))
    first = w.unlocked('alice', CHESS)
    stays = w.unlocked('alice', CHESS)
    path = first.manager.CreateSession()
    first.manager.CreateSession()
    first.close()
    expect('LimitsExceeded', stays.manager.CreateSession)
    stays.session(path).Cancel(0, '')
    stays.manager.CreateSession()


@test('SessionsPerUser: over all clients and applications of a user, and only that user')
def _(w):
    w.start(limits(SessionsPerUser=3))
    clients = [w.unlocked('alice', key) for key in (CHESS, GO, DESK)]
    for c in clients:
        c.manager.CreateSession()
    for c in clients:
        expect('LimitsExceeded', c.manager.CreateSession)
    w.unlocked('bob', CHESS).manager.CreateSession()


@test('InvitationsPerUser: waiting for one user, from whomever; NotLoggedOn comes first')
def _(w):
    w.start(limits(InvitationsPerUser=2))
    s = Scene(w)
    carol = w.unlocked('carol', CHESS)
    register(carol)
    bob = carol.contact_of(w.name_of('bob'))
    first = invite(s.alice, s.contact)
    second = invite(carol, bob)
    s.forget()
    for client, contact in ((s.alice, s.contact), (carol, bob)):
        expect('LimitsExceeded', invite, client, contact)
    assert len(sessions(s.alice)) == len(sessions(carol)) == 1
    assert len(sessions(s.bob)) == 2 and s.said() == ([], [])
    absent = carol.contact_of(w.name_of('dave'))
    expect('NotLoggedOn', invite, carol, absent)
    s.alice.session(first).Cancel(0, '')
    invite(carol, bob)
    carol.session(second).Cancel(0, '')
    invite(s.alice, s.contact)


@test('InvitationsPerInviter: of those, from one inviter')
def _(w):
    w.start(limits(InvitationsPerInviter=1))
    s = Scene(w)
    path = invite(s.alice, s.contact)
    expect('LimitsExceeded', invite, s.alice, s.contact)
    expect('LimitsExceeded', invite, w.unlocked('alice', CHESS), s.contact)
    s.ready()
    expect('LimitsExceeded', s.a.Invite, s.contact, '')
    assert s.a.get('State') == names.READY and s.a.get('User') == '/'
    carol = w.unlocked('carol', CHESS)
    register(carol)
    invite(carol, carol.contact_of(w.name_of('bob')))
    s.bob.session(other_side(s, path)).Decline('')
    s.a.Invite(s.contact, '')


def other_side(scene, path):
    """The invitee's path of the inviter's session."""
    wanted = scene.alice.session(path).get('SessionId')
    return [other for other, entry in sessions(scene.bob).items()
            if entry['SessionId'] == wanted][0]


@test('InvitationsPerInviter: accepted ones do not wait any more')
def _(w):
    w.start(limits(InvitationsPerInviter=1))
    s = Scene(w)
    for _ in range(3):
        s.invited()
        s.b.Accept('')
    assert len([e for e in sessions(s.alice).values() if e['State'] == names.ACCEPTED]) == 3


@test('ApplicationsPerUser')
def _(w):
    w.start(limits(ApplicationsPerUser=2))
    c, go = w.unlocked('alice', CHESS), w.unlocked('alice', GO)
    register(c, number(1))
    register(go, number(2))
    c.forget()
    for client in (c, go):
        expect('LimitsExceeded', register, client, number(3))
    expect('AppAlreadyRegistered', register, c, number(1))
    assert set(applications(c)) == {number(1), number(2)} and c.said() == []
    c.manager.UnRegisterApplication(number(1))
    register(c, number(3))


@test('ClientsPerUser: the next client is refused, until another leaves')
def _(w):
    w.start(limits(ClientsPerUser=2))
    clients = [w.unlocked('alice', CHESS) for _ in range(2)]
    late = w.client('alice')
    expect('LimitsExceeded', late.manager.ListSessions)
    expect('LimitsExceeded', late.lock.RequestChallenge, 1)
    w.unlocked('bob', CHESS)
    clients.pop().close()
    eventually(lambda: not late.lock.start('RequestChallenge', 1).reply().error, 'there is room')
    clients[0].manager.ListSessions()


def spend(client, calls):
    """So many calls, as many at once as the bus allows (128 unanswered of one connection)."""
    replies = []
    for begin in range(0, calls, 100):
        pending = [client.lock.start('RequestChallenge', 5) if n % 2 else client.messenger.start(
            'ListServices') for n in range(begin, min(calls, begin + 100))]
        replies += [p.reply() for p in pending]
    return replies


def refused(replies):
    return [r for r in replies if r.error == 'org.msgr.Error.LimitsExceeded']


@test('CallBurst and CallRate: a bucket a client, with the seconds to wait in the message')
def _(w):
    w.start(limits(CallBurst=20, CallRate=1))
    c, other = w.unlocked('alice', CHESS), w.unlocked('alice', CHESS)
    replies = spend(c, 100)
    over = refused(replies)
    assert 60 <= len(over) < 100, len(over)
    assert all(re.search(r'\d', r.message) for r in over)
    assert other.manager.ListSessions() == []
    eventually(lambda: not c.manager.start('ListSessions').reply().error, 'tokens come back')


@test('a refused call costs nothing: not a token either')
def _(w):
    w.start(limits(CallBurst=20, CallRate=2))
    c = w.unlocked('alice', CHESS)
    assert refused(spend(c, 300))
    # Refused calls that took tokens would put it off beyond the deadline of this.
    eventually(lambda: not refused(spend(c, 1)), 'a token comes back')


@test('a refused call does nothing')
def _(w):
    w.start(limits(CallBurst=20, CallRate=1))
    c = w.unlocked('alice', CHESS)
    pending = [c.manager.start('CreateSession') for _ in range(60)]
    made = [p.reply().get() for p in pending if not p.reply().error]
    assert len(made) < 60
    found = eventually(lambda: c.manager.start('ListSessions').reply().typed, 'a token')
    assert {entry[0] for entry in found[0]} == set(made)


@test('the bucket comes before the lock, the object and the arguments')
def _(w):
    w.start(limits(CallBurst=5, CallRate=1))
    c = w.client('alice')
    pending = [c.start('/no/such', names.SESSION1, 'Cancel', 's', ['x']) for _ in range(40)]
    errors = [p.reply().error for p in pending]
    assert errors[0] == 'org.msgr.Error.ApiLocked', errors[0]
    assert errors[-1] == 'org.msgr.Error.LimitsExceeded', errors[-1]


@test('UserCallRate: a bucket a user, over all its connections; nobody else feels it')
def _(w):
    w.start(limits(UserCallRate=20))
    bob = w.unlocked('bob', CHESS)
    clients = [w.client('alice') for _ in range(4)]
    pending = [c.messenger.start('ListServices') for _ in range(50) for c in clients]
    replies = [p.reply() for p in pending]
    over = refused(replies)
    # Twice its size at first; what is refilled meanwhile comes on top.
    assert 0 < len(over) <= 160, len(over)
    assert bob.manager.ListSessions() == []
    eventually(lambda: not refused([clients[0].messenger.start('ListServices').reply()]),
               'tokens come back')


@test('a call that changes much counts as many')
def _(w):
    w.start(limits(CallBurst=20, CallRate=1))
    c = w.client('alice')
    c.connectors.RegisterConnector('/c', {key: V('s', 'net') for key in (
        'Id', 'Name', 'SigninName')})
    c.connectors.ReplaceContacts('net', [('c%d' % n, {}) for n in range(100)])
    c.connectors.ListApplications('net')
    c.connectors.ReplaceContacts('net', [('d%d' % n, {}) for n in range(900)])
    expect('LimitsExceeded', c.connectors.ListApplications, 'net')
    w.client('bob').messenger.get('Limits')


@test('0 means no bucket')
def _(w):
    w.start(limits(CallBurst=0, CallRate=0, UserCallRate=0))
    assert not refused(spend(w.unlocked('alice', CHESS), 1500))


@test('limits of a session: Limits tells them')
def _(w):
    w.start()
    found = w.client('alice').messenger.get('Limits')
    assert found['MaxSessionsPerClient'] == 64 and found['InvitationTimeout'] == 300


# [Policy]


def denied(client):
    """The service is not for this one."""
    expect('AccessDenied', client.lock.RequestChallenge, 1)
    expect('AccessDenied', client.manager.ListSessions)
    expect('AccessDenied', client.messenger.ListServices)
    expect('AccessDenied', client.keys.ListKeys)


@test('AllowUsers: nobody else')
def _(w):
    w.user('bob')
    w.start({'Policy': {'AllowUsers': 'nobody;%s;' % w.name_of('alice')}})
    denied(w.client('bob'))
    alice = w.unlocked('alice', CHESS)
    register(alice)
    expect('NotLoggedOn', invite, alice, alice.contact_of(w.name_of('bob')))


@test('DenyUsers: all but these; above AllowUsers')
def _(w):
    w.user('bob')
    w.start({'Policy': {'DenyUsers': w.name_of('bob')}})
    denied(w.client('bob'))
    w.unlocked('alice', CHESS)
    w.restart(config={'Policy': {'DenyUsers': w.name_of('bob'), 'AllowUsers': w.name_of('bob')}})
    denied(w.client('bob'))


@test('AllowGroups: the members, and nobody else')
def _(w):
    w.user('bob')
    w.start({'Policy': {'AllowGroups': users.PLAYERS}})
    w.unlocked('bob', CHESS)
    denied(w.client('alice'))


@test('AllowUsers and AllowGroups: either will do')
def _(w):
    w.user('bob')
    w.start({'Policy': {'AllowGroups': users.PLAYERS, 'AllowUsers': w.name_of('alice')}})
    w.unlocked('bob', CHESS)
    w.unlocked('alice', CHESS)
    denied(w.client('carol'))


@test('a denied user learns nothing of others')
def _(w):
    w.user('bob')
    w.start({'Policy': {'DenyUsers': w.name_of('bob')}})
    bob = w.client('bob')
    path = w.unlocked('alice', CHESS).manager.CreateSession()
    for way in (path, names.SESSIONS + '/' + '0' * 32):
        expect('AccessDenied', bob.session(way).Cancel, 0, '')
        assert path.rsplit('/', 1)[1] not in (bob.start(
            names.SESSIONS, names.INTROSPECTABLE, 'Introspect').reply().typed or [''])[0]


# [Local]


@test('Invitations=false: nobody is invited on this machine')
def _(w):
    w.start({'Local': {'Invitations': 'false'}})
    s = Scene(w)
    expect('NotLoggedOn', invite, s.alice, s.contact)
    s.ready()
    expect('NotLoggedOn', s.a.Invite, s.contact, '')
    assert s.said() == ([], []) and s.a.get('State') == names.READY


@test('UidRanges: who is found; and whoever has been there')
def _(w):
    w.user('bob')
    w.start({'Local': {'UidRanges': '48001-48002'}})
    alice = w.unlocked('alice', FRIENDS, 'Private')
    alice.contact_of(w.name_of('bob'))
    expect('NotFound', alice.contact_of, w.name_of('carol'))
    w.unlocked('carol', CHESS)
    assert alice.contact_of(w.name_of('carol'))
    w.restart()
    alice.unlock(FRIENDS, 'Private')
    assert alice.contact_of(w.name_of('carol')), 'forgotten by a restart'
    expect('NotFound', alice.contact_of, w.name_of('dave'))


@test('UidRanges: several, and one uid alone')
def _(w):
    w.user('bob')
    w.start({'Local': {'UidRanges': '1-5;48003;48001-48001'}})
    alice = w.unlocked('alice', CHESS)
    alice.contact_of(w.name_of('carol'))
    expect('NotFound', alice.contact_of, w.name_of('bob'))


@test('an invitation that was refused for a limit can be made later')
def _(w):
    w.start(limits(InvitationsPerInviter=1))
    s = Scene(w).invited()
    waiting = s.alice.session(s.alice.manager.CreateSession())
    waiting.set('Application', 's', GUID)
    expect('LimitsExceeded', waiting.Invite, s.contact, '')
    s.b.Accept('')
    waiting.Invite(s.contact, '')
    assert waiting.get('State') == INVITATION
