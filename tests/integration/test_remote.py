# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two machines, joined by a network that the tests have made: alice on one, bob on the other.

from msgrtest import names
from msgrtest.client import V, expect
from msgrtest.keys import CHESS, DESK
from msgrtest.network import Across, pair
from msgrtest.scene import GUID, GUID2, Scene, register, sessions
from msgrtest.tap import test
from msgrtest.world import eventually

SHORT = {'Messenger': {'ClientGrace': 1, 'DecisionWindow': 10000}}


def error(short):
    return names.error_name(short)


@test('an invitation goes across, is accepted, and both are connected')
def _(w):
    w.start()
    s = Across(w)
    for connector, address in ((s.a_connector, '192.0.2.1'), (s.b_connector, '2001:db8::2')):
        connector.manager.ReportSignedIn(connector.service, {'LocalAddress': V('s', address)})
    s.invited()
    assert s.a.get('SessionId') == s.b.get('SessionId')
    s.b.Accept('yes')
    s.bob.wait('BeforeAppLaunch')
    assert s.said() == (
        [('OnStateChanged', [names.INVITATION]), ('OnAccepted', ['yes']), ('OnReadyToLaunch', [])],
        [('OnStateChanged', [names.INVITATION]), ('OnReadyToLaunch', []),
         ('BeforeAppLaunch', [True])])
    s.b.SuppressDefault('BeforeAppLaunch')
    s.wait_states(names.CONNECTED)
    assert s.a.get('RemoteAddress') == '2001:db8::2' == s.b.get('LocalAddress')
    assert s.b.get('RemoteAddress') == '192.0.2.1' == s.a.get('LocalAddress')
    s.a.SendContextData('data')
    assert s.bob.wait('OnContextData').args == ['data']
    s.forget()
    s.b.Cancel(0, 'bye')
    s.alice.wait('OnTermination')
    assert s.said()[0] == [('OnStateChanged', [names.CONNECTED]), ('OnCancelled', ['bye']),
                           ('OnTermination', [names.CANCELLED_REMOTE, 'bye'])]


@test('both ends on one machine: two sessions of one SessionId, each its own user\'s')
def _(w):
    w.start()
    s = Across.at_home(w).invited()
    assert s.a.get('SessionId') == s.b.get('SessionId') and s.a.path != s.b.path
    s.b.Accept('yes')
    s.bob.wait('BeforeAppLaunch')
    s.b.SuppressDefault('BeforeAppLaunch')
    s.wait_states(names.CONNECTED)
    assert list(sessions(s.alice)) == [s.a.path] and list(sessions(s.bob)) == [s.b.path]
    w.daemon.kill()
    w.start(standard=False)
    for client in (s.alice, s.bob):
        client.unlock(CHESS)
    assert s.a.get('State') == s.b.get('State') == names.CONNECTED
    for connector in (s.a_connector, s.b_connector):
        connector.online = False
        connector.register()
    eventually(lambda: s.a_connector.online and s.b_connector.online, 'both are signed in again')
    s.forget()
    s.a.Cancel(0, 'bye')
    assert s.said()[1] == [('OnStateChanged', [names.CONNECTED]), ('OnCancelled', ['bye']),
                           ('OnTermination', [names.CANCELLED_REMOTE, 'bye'])]


@test('a passed deadline ends both sides, whoever is the first')
def _(w):
    w.start()
    s = Across(w)
    path = s.alice.manager.InviteContact(GUID, s.contact, 'hello', {'Timeout': V('u', 1)})
    s.a = s.alice.session(path)
    s.b = s.bob.session(s.bob.wait('OnInvitation').args[0])
    for client in (s.alice, s.bob):
        assert client.wait('OnTermination').args == [names.SESSION_TIMEOUT, '']
    s.wait_states(names.CANCELLED)


@test('what the connector refuses: OnSendError, and what follows')
def _(w):
    w.start()
    s = Across(w)
    failed = names.HRESULTS
    s.ready()
    s.a_connector.fails['SendInvitation'] = error('NotLoggedOn')
    s.a.Invite(s.contact, '')
    assert s.said() == ([('OnStateChanged', [names.READY]), ('OnStateChanged', [names.INVITATION]),
                         ('OnSendError', [failed['InvitationSendFailure']]),
                         ('OnTermination', [failed['InvitationSendFailure'], ''])], [])
    assert s.a.get('State') == names.CANCELLED
    s.a_connector.fails.clear()

    s.invited()
    s.b_connector.fails['SendAnswer'] = error('SessionStateInvalid')
    s.b.Accept('')
    assert s.said()[1] == [('OnStateChanged', [names.INVITATION]),
                           ('OnStateChanged', [names.ACCEPTED]),
                           ('OnSendError', [failed['AcceptSendFailure']]),
                           ('OnTermination', [failed['AcceptSendFailure'], ''])]
    assert s.states() == (names.TERMINATED, names.TERMINATED)
    s.invited()
    s.b.Decline('')
    assert s.said()[1] == [('OnStateChanged', [names.INVITATION]),
                           ('OnTermination', [names.INVITATION_DECLINED, '']),
                           ('OnSendError', [failed['DeclineSendFailure']])]
    s.b_connector.fails.clear()
    s.end()

    s.connected()
    s.a_connector.fails['SendContextData'] = 'org.example.Error.Whatever'
    for _ in range(7):
        s.a.SendContextData('lost')
        assert s.said() == ([('OnSendError', [failed['ContextDataSendFailure']])], [])
    s.a_connector.fails.clear()
    s.a.SendContextData('came')
    assert s.said() == ([], [('OnContextData', ['came'])])
    s.a_connector.fails['SendEnd'] = error('NotLoggedOn')
    s.a.Cancel(0, '')
    assert s.said()[0] == [('OnStateChanged', [names.CONNECTED]),
                           ('OnTermination', [names.CANCELLED_LOCAL, '']),
                           ('OnSendError', [failed['CancelSendFailure']])]
    s.a_connector.fails.clear()
    s.b.SendContextData('into nothing')
    assert [event[0] for event in s.said()[1]] == ['OnSendError', 'OnStateChanged', 'OnSendError',
                                                   'OnTermination']
    assert s.states() == (names.TERMINATED, names.TERMINATED)


@test('the other side can\'t run it: told before or after inviting')
def _(w):
    w.start()
    s = Across(w).ready()
    absent = ('OnAppNotPresent', ['Chess', 'https://chess.example.org/download'])
    s.a_connector.fails['SendInvitation'] = error('AppNotRegistered')
    s.a.Invite(s.contact, '')
    assert absent in s.said()[0] and s.a.get('State') == names.CANCELLED
    s.a_connector.fails.clear()

    def tell(**details):
        s.a_connector.manager.UpdateContacts(s.a_connector.service, [('Bob@B.test', details)])

    tell(Applications=V('as', [GUID2]))
    s.ready()
    expect('AppNotRegistered', s.a.Invite, s.contact, '')
    assert s.said() == ([absent], []) and s.a.get('State') == names.READY
    expect('AppNotRegistered', s.alice.manager.InviteContact, GUID, s.contact, '', {})
    tell(Applications=V('as', [GUID, GUID2]))
    s.a.Invite(s.contact, '')
    assert s.a.get('Flags') == names.FLAG_INVITER | names.FLAG_COMPATIBLE
    s.end()
    tell(KnowsApps=V('b', False))
    s.invited()
    assert s.a.get('Flags') == names.FLAG_INVITER


@test('accepting an application that is not there: told to both, and each waits longer once')
def _(w):
    w.start({'Messenger': {'InvitationTimeout': 100, 'InstallTimeout': 5000}})
    s = Across(w, bob_key=DESK)
    s.bob.manager.UnRegisterApplication(GUID)
    s.invited()
    before = s.a.get('ExpiresAt')
    expect('AppNotRegistered', s.b.Accept, 'yes')
    absent = ('OnAppNotPresent', ['Chess', 'https://chess.example.org/download'])
    assert s.said() == ([absent], [absent])
    assert s.a.get('ExpiresAt') > before + 4000e6 and s.b.get('ExpiresAt') > before + 4000e6
    extended = s.a.get('ExpiresAt')
    expect('AppNotRegistered', s.b.Accept, 'yes')
    s.forget()
    assert s.a.get('ExpiresAt') == extended
    register(s.bob)
    s.b.Accept('yes')
    assert s.states() == (names.ACCEPTED, names.ACCEPTED)


@test('pain 6: an invitation that has expired over there never launches here')
def _(w):
    w.start()
    s = Across(w).invited()
    s.network.hold()
    s.b.Accept('yes')
    assert s.bob.wait('OnStateChanged').args == [names.INVITATION]
    s.a.Cancel(0, 'too late')
    s.network.hold(False)
    mine = [event[0] for event in s.said()[1]]
    assert 'OnReadyToLaunch' not in mine and 'BeforeAppLaunch' not in mine, mine
    assert s.b.get('State') == names.TERMINATED


@test('a connector that leaves: its sessions wait, go on when it comes back, else they fail')
def _(w):
    w.start(SHORT)
    s = Across(w).connected()
    s.a_connector.sign_out(names.CONNECTION_FAILURE)
    expect('NotLoggedOn', s.alice.manager.InviteContact, GUID, s.contact, '', {})
    s.a.SendContextData('while away')
    s.a_connector.sign_in()
    assert s.bob.wait('OnContextData').args == ['while away']
    assert s.states() == (names.CONNECTED, names.CONNECTED)
    s.forget()
    s.a_connector.die()
    assert s.alice.wait('OnSignout').args == [s.a_connector.service]
    assert s.alice.wait('OnTermination').args == [names.CONNECTION_FAILURE, '']
    assert s.b.get('State') == names.CONNECTED, 'nobody could tell bob'
    again = s.a_connector.successor()
    assert s.bob.wait('OnTermination').args == [names.CONNECTION_FAILURE, '']
    assert again.manager.ListSessions(again.service) == []


@test('kill -9 of the service with everything on its way: it is sent again, in order, once')
def _(w):
    w.start()
    s = Across(w).accepted()
    s.network.hold()
    data = ['first', 'second', 'third']
    for text in data:
        s.a.SendContextData(text)
    w.daemon.kill()
    w.start(standard=False)
    s.alice.unlock(CHESS)
    s.network.hold(False)
    s.a_connector.online = False
    s.a_connector.register()
    s.bob.wait('OnContextData', where=lambda e: e.args == ['third'])
    heard = [e.args[0] for e in s.bob.ours() if e.member == 'OnContextData']
    assert heard in (data, data[:1] + data), heard
    s.forget()
    s.b.SuppressDefault('BeforeAppLaunch')
    s.wait_states(names.CONNECTED)
    listed = s.a_connector.manager.ListSessions(s.a_connector.service)
    assert [(entry[0], entry[1]['With'], entry[1]['State']) for entry in listed] == [
        (s.a.get('SessionId'), 'bob@b.test', names.CONNECTED)]


@test('a connector that says anything: foreign and local sessions are NotFound, nothing happens')
def _(w):
    w.start()
    s = Across(w).invited()
    home = Scene(w, invitee='carol').invited()
    s.forget()
    m, service = s.a_connector.manager, s.a_connector.service
    mine, local = s.a.get('SessionId'), home.a.get('SessionId')

    def deliveries(ident, who):
        return [(m.DeliverAnswer, service, ident, who, True, ''),
                (m.DeliverAppNotPresent, service, ident, who),
                (m.DeliverAttached, service, ident, who, '192.0.2.9'),
                (m.DeliverContextData, service, ident, who, 'x'),
                (m.DeliverEnd, service, ident, who, True, 0, '')]

    for ident, who in ((mine, 'mallory@m.test'), (local, 'bob@b.test'), (local, home.invitee),
                       ('{99999999-9999-9999-9999-999999999999}', 'bob@b.test')):
        for call, *arguments in deliveries(ident, who):
            expect('NotFound', call, *arguments)
    other = s.b_connector.manager  # bob's, on his machine: alice is the inviter there
    expect('NotFound', other.DeliverAnswer, s.b_connector.service, mine, 'alice@a.test', True, '')
    for call, *arguments in deliveries('{x}', 'bob@b.test'):
        expect('InvalidArgs', call, *arguments)
    for call, *arguments in deliveries(mine, ''):
        expect('InvalidArgs', call, *arguments)
    expect('InvalidArgs', m.DeliverAnswer, service, mine, 'bob@b.test', True, 'x' * 513)
    for address in ('example.org', '192.0.2.1:80', 'fe80::1%lo'):
        expect('InvalidArgs', m.DeliverAttached, service, mine, 'bob@b.test', address)
    expect('SessionStateInvalid', m.DeliverAttached, service, mine, 'bob@b.test', '')
    expect('SessionStateInvalid', m.DeliverContextData, service, mine, 'bob@b.test', 'x')
    expect('ContextDataOverLimit', m.DeliverContextData, service, mine, 'bob@b.test', 'x' * 301)
    expect('InvalidArgs', m.DeliverEnd, service, mine, 'bob@b.test', True, 1, '')
    stranger = w.client('alice').connectors
    expect('NotFound', stranger.DeliverEnd, service, mine, 'bob@b.test', True, 0, '')
    assert s.said() == ([], [])
    assert s.states() == (names.INVITATION, names.INVITATION), s.states()
    assert home.states() == (names.INVITATION, names.INVITATION)


def invitation(**changes):
    fields = {'Application': GUID, 'ApplicationName': 'Chess', 'AppData': '',
              'ApplicationUrl': 'https://chess.example.org/'}
    fields.update(changes)
    return {key: value if isinstance(value, V) else V('s', value)
            for key, value in fields.items() if value is not None}


@test('invitations from a connector: limits, quotas, whom the user takes them from')
def _(w):
    w.start()
    s = Across(w)
    m, service = s.a_connector.manager, s.a_connector.service
    ident = '{%08X-0000-4000-8000-0000000000AA}'

    def deliver(number, who='bob@b.test', **changes):
        m.DeliverInvitation(service, ident % number, who, invitation(**changes))

    for changes in ({'Application': 'chess'}, {'Application': None}, {'ApplicationName': ''},
                    {'ApplicationName': 'x' * 257}, {'ApplicationUrl': 'file:///etc/passwd'},
                    {'ApplicationUrl': None}, {'AppData': 'x' * 513}, {'AppData': V('u', 1)},
                    {'Timeout': V('u', 86401)}, {'Timeout': V('s', '1')}):
        expect('InvalidArgs', deliver, 1, **changes)
    expect('NotLoggedOn', deliver, 1, 'mallory@m.test')
    deliver(1)
    deliver(1)
    expect('InvalidArgs', deliver, 1, AppData='another')
    for number in range(2, 9):
        deliver(number)
    expect('LimitsExceeded', deliver, 9)
    assert len(sessions(s.alice)) == 8
    desk = w.unlocked('alice', DESK)
    desk.messenger.SetPolicy(service, {'AcceptFrom': V('s', 'nobody')})
    expect('NotLoggedOn', deliver, 9)
    desk.messenger.SetPolicy(service, {'AcceptFrom': V('s', 'everyone')})
    deliver(9, 'mallory@m.test')
    mallory = desk.contact(desk.messenger.GetContact('Mallory@M.test', service))
    assert mallory.get('InList') is False
    mallory.set('Blocked', 'b', True)
    expect('NotLoggedOn', deliver, 10, 'mallory@m.test')
    desk.messenger.SetStatus(service, names.STATUS_INVISIBLE)
    expect('NotLoggedOn', deliver, 11)


@test('the same SessionId by somebody else is another session')
def _(w):
    w.start()
    s = Across(w).invited()
    desk = w.unlocked('alice', DESK)
    desk.messenger.SetPolicy(s.a_connector.service, {'AcceptFrom': V('s', 'everyone')})
    m, service, ident = s.a_connector.manager, s.a_connector.service, s.a.get('SessionId')
    m.DeliverInvitation(service, ident, 'mallory@m.test', invitation())
    expect('InvalidArgs', m.DeliverInvitation, service, ident, 'bob@b.test', invitation())
    m.DeliverEnd(service, ident, 'mallory@m.test', True, 0, '')
    assert s.states() == (names.INVITATION, names.INVITATION)
