# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The table of a session: for every state, side and call, what it answers, what both sides hear in
# which order, and what both can read afterwards. Typed from the documentation, walked by code.

from msgrtest import names
from msgrtest.client import V, expect
from msgrtest.keys import CHESS, DESK
from msgrtest.names import (ACCEPTED, CANCELLED, CANCELLED_LOCAL, CANCELLED_REMOTE, CONNECTED,
                            DECLINED, INVITATION, INVITATION_DECLINED, MAX_APP_DATA,
                            MAX_CONTEXT_AFTER_CONNECT, MAX_CONTEXT_DATA, READY, SESSION_RESULTS,
                            TERMINATED)
from msgrtest.scene import GUID, GUID2, NEVER, Scene, register
from msgrtest.tap import test
from msgrtest.watch import Monitor

INVITER, INVITEE = 'inviter', 'invitee'
REASON = 0x81000603

# How each call is made on a side's session object.
CALLS = {
    'Invite': lambda s, me: me.Invite(s.contact, 'again'),
    'Accept': lambda s, me: me.Accept('yes'),
    'AcceptWith': lambda s, me: me.AcceptWith('yes', {'LocalAddress': V('s', '192.0.2.2')}),
    'Decline': lambda s, me: me.Decline('no'),
    'Cancel': lambda s, me: me.Cancel(0, 'bye'),
    'Cancel with a reason': lambda s, me: me.Cancel(REASON, 'bye'),
    'SendContextData': lambda s, me: me.SendContextData('data'),
    'SuppressDefault OnInvitation': lambda s, me: me.SuppressDefault('OnInvitation'),
    'SuppressDefault BeforeAppLaunch': lambda s, me: me.SuppressDefault('BeforeAppLaunch'),
    'Set Application': lambda s, me: me.set('Application', 's', GUID2),
    'Set LocalAddress': lambda s, me: me.set('LocalAddress', 's', '192.0.2.3'),
}


class Does:
    """What a call that succeeds does: the next state, and what either side hears."""

    def __init__(self, state, own=(), peer=(), reads=None, peer_reads=None):
        self.state = state
        self.own = list(own)
        self.peer = None if peer is None else list(peer)
        self.reads = reads or {}
        self.peer_reads = peer_reads or {}


def moved(state):
    return ('OnStateChanged', [state])


def ended(hr, data):
    return ('OnTermination', [hr, data])


def cancel(old, new, reason=0):
    remote = reason or CANCELLED_REMOTE
    return Does(new, [moved(old), ended(CANCELLED_LOCAL, 'bye')],
                [moved(old), ('OnCancelled', ['bye']), ended(remote, 'bye')],
                {'Result': CANCELLED_LOCAL}, {'Result': remote})


ACCEPT = Does(ACCEPTED,
              [moved(INVITATION), ('OnReadyToLaunch', []), ('BeforeAppLaunch', [True])],
              [moved(INVITATION), ('OnAccepted', ['yes']), ('OnReadyToLaunch', [])])
DECLINE = Does(DECLINED,
               [moved(INVITATION), ended(INVITATION_DECLINED, 'no')],
               [moved(INVITATION), ('OnDeclined', ['no']), ended(INVITATION_DECLINED, 'no')],
               {'Result': INVITATION_DECLINED}, {'Result': INVITATION_DECLINED})
CONNECT = Does(CONNECTED, [moved(ACCEPTED)], [moved(ACCEPTED)],
               {'RemoteAddress': '127.0.0.1'}, {'RemoteAddress': '127.0.0.1'})


def data(state):
    return Does(state, [], [('OnContextData', ['data'])], {}, {'ContextData': 'data'})


def address(state):
    return Does(state, [], [], {'LocalAddress': '192.0.2.3'})


# Wrong side, in every state.
WRONG_INVITER = {
    'Accept': 'NotInvitee', 'AcceptWith': 'NotInvitee', 'Decline': 'NotInvitee',
    'SuppressDefault OnInvitation': ('NotInvitee', 'SessionStateInvalid'),
}
WRONG_INVITEE = {'Invite': 'NotInviter', 'Set Application': 'NotInviter'}

NOT_NOW = 'SessionStateInvalid'
ENDED = {
    'Invite': 'SessionNotReady', 'Accept': NOT_NOW, 'AcceptWith': NOT_NOW, 'Decline': NOT_NOW,
    'Cancel': NOT_NOW, 'Cancel with a reason': NOT_NOW, 'SendContextData': NOT_NOW,
    'SuppressDefault OnInvitation': NOT_NOW, 'SuppressDefault BeforeAppLaunch': NOT_NOW,
    'Set Application': 'SessionNotReady', 'Set LocalAddress': NOT_NOW,
}
UNDER_WAY = dict(ENDED, **{'SuppressDefault OnInvitation': NOT_NOW})

# (state, side) -> call -> an error, several that will do, or what it does.
TABLE = {
    (READY, INVITER): dict(WRONG_INVITER, **{
        'Invite': Does(INVITATION, [moved(READY)], None),
        'Cancel': Does(CANCELLED, [moved(READY), ended(CANCELLED_LOCAL, 'bye')], [],
                       {'Result': CANCELLED_LOCAL}),
        'Cancel with a reason': Does(CANCELLED, [moved(READY), ended(CANCELLED_LOCAL, 'bye')], [],
                                     {'Result': CANCELLED_LOCAL}),
        'SendContextData': 'NotValidForAppInvite',
        'SuppressDefault BeforeAppLaunch': NOT_NOW,
        'Set Application': Does(READY, [], [], {'Application': GUID2,
                                                'ApplicationName': 'Checkers'}),
        'Set LocalAddress': address(READY),
    }),
    (INVITATION, INVITER): dict(WRONG_INVITER, **{
        'Invite': 'SessionNotReady',
        'Cancel': cancel(INVITATION, CANCELLED),
        'Cancel with a reason': cancel(INVITATION, CANCELLED, REASON),
        'SendContextData': 'NotValidForAppInvite',
        'SuppressDefault BeforeAppLaunch': NOT_NOW,
        'Set Application': 'SessionNotReady',
        'Set LocalAddress': NOT_NOW,
    }),
    (INVITATION, INVITEE): dict(WRONG_INVITEE, **{
        'Accept': ACCEPT,
        'AcceptWith': ACCEPT,
        'Decline': DECLINE,
        'Cancel': 'NotInviter',
        'Cancel with a reason': 'NotInviter',
        'SendContextData': 'NotValidForAppInvite',
        'SuppressDefault OnInvitation': Does(INVITATION),
        'SuppressDefault BeforeAppLaunch': NOT_NOW,
        'Set LocalAddress': address(INVITATION),
    }),
    (ACCEPTED, INVITER): dict(UNDER_WAY, **WRONG_INVITER, **{
        'Cancel': cancel(ACCEPTED, TERMINATED),
        'Cancel with a reason': cancel(ACCEPTED, TERMINATED, REASON),
        'SendContextData': data(ACCEPTED),
    }),
    (ACCEPTED, INVITEE): dict(UNDER_WAY, **WRONG_INVITEE, **{
        'Cancel': cancel(ACCEPTED, TERMINATED),
        'Cancel with a reason': cancel(ACCEPTED, TERMINATED, REASON),
        'SendContextData': data(ACCEPTED),
        'SuppressDefault BeforeAppLaunch': CONNECT,
    }),
    (CONNECTED, INVITER): dict(UNDER_WAY, **WRONG_INVITER, **{
        'Cancel': cancel(CONNECTED, TERMINATED),
        'Cancel with a reason': cancel(CONNECTED, TERMINATED, REASON),
        'SendContextData': data(CONNECTED),
    }),
    (CONNECTED, INVITEE): dict(UNDER_WAY, **WRONG_INVITEE, **{
        'Cancel': cancel(CONNECTED, TERMINATED),
        'Cancel with a reason': cancel(CONNECTED, TERMINATED, REASON),
        'SendContextData': data(CONNECTED),
    }),
}
for _state in (CANCELLED, DECLINED, TERMINATED):
    TABLE[_state, INVITER] = dict(ENDED, **WRONG_INVITER)
    TABLE[_state, INVITEE] = dict(ENDED, **WRONG_INVITEE)

SCENES = {READY: Scene.ready, INVITATION: Scene.invited, ACCEPTED: Scene.accepted,
          CONNECTED: Scene.connected, CANCELLED: Scene.cancelled, DECLINED: Scene.declined,
          TERMINATED: Scene.terminated}


def read(scene):
    return scene.a.all(), scene.b.all() if scene.b else None


def check_refused(scene, call, me, wanted):
    before = read(scene)
    expect(wanted, CALLS[call], scene, me)
    assert scene.said() == ([], []), 'a refused call was heard of'
    assert read(scene) == before, 'a refused call changed something'


def check_done(scene, call, side, does):
    me, peer = (scene.a, scene.b) if side == INVITER else (scene.b, scene.a)
    assert CALLS[call](scene, me) is None
    said = scene.said()
    own, other = said if side == INVITER else said[::-1]
    assert own == does.own, (own, does.own)
    if does.peer is None:  # a session is born there
        assert [event[0] for event in other] == ['OnInvitation'], other
        return
    assert other == does.peer, (other, does.peer)
    found = me.all()
    assert found['State'] == does.state
    for name, value in does.reads.items():
        assert found[name] == value, (name, found[name])
    if peer:
        found = peer.all()
        assert found['State'] == does.state
        for name, value in does.peer_reads.items():
            assert found[name] == value, (name, found[name])


def walk(state, side):
    """The test of one state and side: a fresh session for every call that changes it."""
    def body(w):
        w.start()
        scene = Scene(w)
        register(scene.alice, GUID2, 'Checkers')
        SCENES[state](scene)
        for call in CALLS:
            wanted = TABLE[state, side][call]
            me = scene.a if side == INVITER else scene.b
            try:
                if isinstance(wanted, Does):
                    check_done(scene, call, side, wanted)
                    scene.end()
                    SCENES[state](scene)
                else:
                    check_refused(scene, call, me, wanted)
            except AssertionError as error:
                raise AssertionError('%s: %s' % (call, error)) from error
    return body


for _state, _side in TABLE:
    assert set(TABLE[_state, _side]) == set(CALLS)
    test('%s, the %s: every call' % (names.STATE_NAMES[_state], _side))(walk(_state, _side))


@test('the events leave after the reply, and before anything later')
def _(w):
    w.start()
    s = Scene(w).invited()
    reply = s.b.start('Accept', 'yes').reply()
    assert reply.get() is None
    events = s.bob.said()
    assert len(events) == 3 and all(e.seq > reply.seq for e in events)
    later = s.b.start('Accept', 'yes').reply()
    assert all(e.seq < later.seq for e in events)


@test('the order of checks: arguments, side, state, the rest')
def _(w):
    w.start()
    s = Scene(w).invited()
    long = 'x' * 513
    expect('InvalidArgs', s.a.Accept, long)
    expect('InvalidArgs', s.a.Decline, long)
    expect('InvalidArgs', s.a.AcceptWith, '', {'LocalAddress': V('s', 'x')})
    expect('InvalidArgs', s.b.Cancel, 1, '')
    expect('InvalidArgs', s.b.Invite, s.contact, long)
    expect('InvalidArgs', s.b.set, 'Application', 's', 'chess')
    expect('InvalidArgs', s.a.set, 'LocalAddress', 's', 'x')
    expect('InvalidArgs', s.a.SuppressDefault, 'Nothing')
    expect('NotInviter', s.b.set, 'Application', 's', NEVER)
    expect('SessionNotReady', s.a.set, 'Application', 's', NEVER)
    expect('SessionNotReady', s.a.Invite, s.contact, '')
    expect('NotInviter', s.b.Invite, names.CONTACTS + '/' + '0' * 32, '')
    assert s.said() == ([], [])
    s.cancelled()
    expect('InvalidArgs', s.a.Cancel, 1, '')
    expect('InvalidArgs', s.b.Cancel, 0, long)
    expect('InvalidArgs', s.b.Accept, long)
    expect('NotInvitee', s.a.Accept, '')


@test('what leaves for one call: the reply, the signals of the caller, those of the others')
def _(w):
    w.start()
    s = Scene(w).connected()
    second = w.unlocked('bob', CHESS)
    second.forget()
    monitor = Monitor(w)
    s.b.Cancel(0, 'over')
    s.forget()
    messages = [m for m in monitor.stop(s.alice) if m['iface'] == names.SESSION1 or
                m['type'] == 'return']
    begin = [i for i, m in enumerate(messages) if m['member'] == 'Cancel'][0]
    left = [(m['type'], m['destination']) for m in messages[begin + 1:]
            if m['sender'] != names.DBUS][:6]
    assert left[0] == ('return', s.bob.name), left
    assert left[1:3] == [('signal', s.bob.name)] * 2, left
    assert {destination for kind, destination in left[3:] if kind == 'signal'} <= {
        s.alice.name, second.name}, left


@test('a session that was invited by the messenger: BeforeAppLaunch on both sides, both attach')
def _(w):
    w.start()
    s = Scene(w, key=DESK, bob_key=CHESS).invited()
    s.b.Accept('yes')
    mine, theirs = s.said()
    assert mine == [moved(INVITATION), ('OnAccepted', ['yes']), ('OnReadyToLaunch', []),
                    ('BeforeAppLaunch', [True])], mine
    assert theirs == [moved(INVITATION), ('OnReadyToLaunch', []), ('BeforeAppLaunch', [True])]
    s.b.SuppressDefault('BeforeAppLaunch')
    assert s.said() == ([], []) and s.states() == (ACCEPTED, ACCEPTED)
    s.a.SuppressDefault('BeforeAppLaunch')
    assert s.said() == ([moved(ACCEPTED)], [moved(ACCEPTED)])
    assert s.states() == (CONNECTED, CONNECTED)
    expect(NOT_NOW, s.a.SuppressDefault, 'BeforeAppLaunch')


@test('addresses are exchanged when both are attached, not before')
def _(w):
    w.start()
    s = Scene(w).ready()
    s.a.set('LocalAddress', 's', '192.0.2.1')
    s.a.Invite(s.contact, '')
    s.b = s.bob.session(s.bob.wait('OnInvitation').args[0])
    s.b.AcceptWith('', {'LocalAddress': V('s', '2001:db8::2'), 'Unknown': V('as', [])})
    assert s.a.get('RemoteAddress') == s.b.get('RemoteAddress') == ''
    s.b.SuppressDefault('BeforeAppLaunch')
    assert s.a.get('RemoteAddress') == '2001:db8::2'
    assert s.b.get('RemoteAddress') == '192.0.2.1'
    assert s.b.get('LocalAddress') == '2001:db8::2'


@test('AcceptWith: options of a wrong type or content accept nothing')
def _(w):
    w.start()
    s = Scene(w).invited()
    for option, value in (('LocalAddress', V('u', 1)), ('LocalAddress', V('s', 'example.org')),
                          ('LocalAddress', V('s', 'fe80::1%lo')),
                          ('ActivationToken', V('i', 1)), ('ActivationToken', V('s', 'x' * 257)),
                          ('ActivationToken', V('s', 'a\tb')), ('ActivationToken', V('s', 'é'))):
        expect('InvalidArgs', s.b.AcceptWith, 'yes', {option: value})
    assert s.states() == (INVITATION, INVITATION) and s.said() == ([], [])
    s.b.AcceptWith('yes', {'ActivationToken': V('s', 'token ' + 'x' * 250)})
    assert s.states() == (ACCEPTED, ACCEPTED)
    assert 'token xxx' not in w.daemon.log


@test('app_data: at most 512 bytes of UTF-8, everywhere')
def _(w):
    w.start()
    s = Scene(w).invited()
    for text in ('x' * 513, 'ä' * 257, '♞' * 171):
        for call in (lambda: s.b.Accept(text), lambda: s.b.AcceptWith(text, {}),
                     lambda: s.b.Decline(text), lambda: s.a.Cancel(0, text)):
            expect('InvalidArgs', call)
    assert s.states() == (INVITATION, INVITATION) and s.said() == ([], [])
    s.b.Decline('♞' * 170 + 'xx')
    assert s.said()[0] == [moved(INVITATION), ('OnDeclined', ['♞' * 170 + 'xx']),
                           ended(INVITATION_DECLINED, '♞' * 170 + 'xx')]
    assert MAX_APP_DATA == 512


@test("Cancel's hr: 0 or a defined result, else InvalidArgs")
def _(w):
    w.start()
    s = Scene(w).connected()
    for hr in (1, 0x81000600, 0x8100061a, 0x8100061f, 0x81000625, 0x81000751, 0x8100031e,
               0x80070057, 0x80004005, 0x601, 2 ** 32 - 1):
        expect('InvalidArgs', s.a.Cancel, hr, '')
    assert s.said() == ([], [])
    for hr in SESSION_RESULTS:
        s.a.Cancel(hr, '')
        assert s.said() == ([moved(CONNECTED), ended(CANCELLED_LOCAL, '')],
                            [moved(CONNECTED), ('OnCancelled', ['']), ended(hr, '')])
        assert s.b.get('Result') == hr
        s.connected()


@test('context data: without a count before CONNECTED, five times a side from then on')
def _(w):
    w.start()
    s = Scene(w).accepted()
    for count in range(20):
        s.a.SendContextData('a%d' % count)
        s.b.SendContextData('b%d' % count)
    assert s.a.get('ContextData') == 'b19' and s.b.get('ContextData') == 'a19'
    s.b.SuppressDefault('BeforeAppLaunch')
    s.forget()
    for _ in range(MAX_CONTEXT_AFTER_CONNECT):
        s.a.SendContextData('from a')
    expect('ContextDataOverLimit', s.a.SendContextData, 'too much')
    assert s.said() == ([], [('OnContextData', ['from a'])] * 5)
    for _ in range(MAX_CONTEXT_AFTER_CONNECT):
        s.b.SendContextData('from b')
    for side in (s.a, s.b):
        expect('ContextDataOverLimit', side.SendContextData, 'too much')
    assert s.said() == ([('OnContextData', ['from b'])] * 5, [])
    assert s.a.get('ContextData') == 'from b' and s.b.get('ContextData') == 'from a'


@test('context data: at most 300 characters, not bytes; a refused one is not counted')
def _(w):
    w.start()
    s = Scene(w).connected()
    for text in ('x' * 301, '♞' * 301, 'x' * 100000):
        expect('ContextDataOverLimit', s.a.SendContextData, text)
    assert s.said() == ([], [])
    for text in ('', 'x' * 300, 'ä' * 300, '♞' * MAX_CONTEXT_DATA, '𝄞' * 300):
        s.a.SendContextData(text)
        assert s.said() == ([], [('OnContextData', [text])])


@test('SuppressDefault: other events are InvalidArgs')
def _(w):
    w.start()
    s = Scene(w).invited()
    for event in ('', 'OnAccepted', 'oninvitation', 'OnInvitation ', 'x' * 70000):
        expect('InvalidArgs', s.b.SuppressDefault, event)


@test('SuppressDefault OnInvitation: who comes later finds it handled')
def _(w):
    w.start()
    s = Scene(w).invited()
    s.b.SuppressDefault('OnInvitation')
    late = w.client('bob')
    challenge = late.request('SessionManager', 1)
    late.lock.SendResponse(CHESS.id, CHESS.respond(challenge), 1)
    event = late.wait('OnInvitation')
    assert event.args[0] == s.b.path and event.args[2] is True


@test('any client of the side hears and acts: the same user and app ID')
def _(w):
    w.start()
    s = Scene(w).invited()
    a2, b2 = w.unlocked('alice', CHESS), w.unlocked('bob', CHESS)
    b2.session(s.b.path).Accept('by the second')
    assert [e.member for e in s.bob.said()] == [e.member for e in b2.said()] == [
        'OnStateChanged', 'OnReadyToLaunch', 'BeforeAppLaunch']
    assert [e.member for e in a2.said()] == ['OnStateChanged', 'OnAccepted', 'OnReadyToLaunch']
    b2.session(s.b.path).SuppressDefault('BeforeAppLaunch')
    assert s.states() == (CONNECTED, CONNECTED)
    a2.session(s.a.path).Cancel(0, '')
    assert s.states() == (TERMINATED, TERMINATED)


@test('two who accept at once: one of them does')
def _(w):
    w.start()
    s = Scene(w).invited()
    second = w.unlocked('bob', CHESS).session(s.b.path)
    pending = [s.b.start('Accept', ''), second.start('Accept', ''), s.b.start('Decline', '')]
    errors = sorted(str(p.reply().error) for p in pending)
    assert errors.count('None') == 1, errors
    assert errors.count('org.msgr.Error.SessionStateInvalid') == 2, errors


@test('accepting an application that is not there: told to both, waits longer once, then works')
def _(w):
    w.start({'Messenger': {'InvitationTimeout': 100, 'InstallTimeout': 5000}})
    s = Scene(w, bob_key=DESK)
    s.bob.manager.UnRegisterApplication(GUID)
    s.invited()
    before = s.a.get('ExpiresAt')
    reply = s.b.start('Accept', 'yes').reply()
    expect('AppNotRegistered', reply.get)
    absent = ('OnAppNotPresent', ['Chess', 'https://chess.example.org/download'])
    assert s.said() == ([absent], [absent])
    assert s.states() == (INVITATION, INVITATION)
    extended = s.a.get('ExpiresAt')
    assert extended == s.b.get('ExpiresAt') and extended > before + 4000e6
    expect('AppNotRegistered', s.b.Accept, 'yes')
    assert s.a.get('ExpiresAt') == s.b.get('ExpiresAt') == extended
    s.forget()
    register(s.bob)
    assert s.bob.wait('OnInvitation').args[0] == s.b.path
    s.forget()
    s.b.Accept('yes')
    assert s.states() == (ACCEPTED, ACCEPTED)


@test('the pair stays a pair: ended for one is ended for both')
def _(w):
    w.start()
    s = Scene(w)
    for make in (Scene.cancelled, Scene.declined, Scene.terminated):
        make(s)
        assert s.a.get('State') == s.b.get('State')
        assert s.a.get('Result') != 0 and s.b.get('Result') != 0
        assert s.a.get('ExpiresAt') == s.b.get('ExpiresAt')
