# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Services beyond the machine: who is a connector, the contacts that it brings, and what its user
# asks of it.

import json
import os
import signal

from msgrtest import names
from msgrtest.agent import Agent, interface
from msgrtest.client import V, expect
from msgrtest.keys import CHESS, DESK, FRIENDS
from msgrtest.network import PATH, Connector, Network, pair
from msgrtest.player import Player
from msgrtest.scene import GUID, register
from msgrtest.tap import test
from msgrtest.world import eventually

ALICE, BOB = 'alice@a.test', 'bob@b.test'


def services(client):
    return {entry[0]: entry[1:] for entry in client.messenger.ListServices()}


def contacts(client):
    return {entry[1]['SigninName']: entry[1] for entry in client.messenger.ListContacts()}


def service(ident, **more):
    details = {'Id': V('s', ident), 'Name': V('s', 'Net'), 'SigninName': V('s', 'alice@net')}
    details.update(more)
    return details


def start(w, **options):
    """alice's desk and her connector, signed in; bob's too."""
    w.start(**options)
    desk = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    network, alice, bob = pair(w)
    desk.wait('OnSignin', where=lambda e: e.args == [0, alice.service])
    eventually(lambda: contacts(desk).get(BOB, {}).get('Status') == names.STATUS_ONLINE,
               'bob is seen')
    desk.forget()
    return desk, network, alice, bob


@test('a service comes, signs in, and brings its contacts')
def _(w):
    desk, _, alice, _ = start(w)
    assert services(desk)[alice.service] == ['Test network', ALICE, ALICE, names.STATUS_ONLINE]
    bob = contacts(desk)[BOB]
    assert bob['ServiceId'] == alice.service and bob['ServiceName'] == 'Test network'
    assert bob['InList'] and not bob['Blocked'] and not bob['IsSelf']
    me = desk.contact(desk.messenger.GetContact('Alice@A.test', alice.service))
    assert me.get('IsSelf') is True
    register(desk)
    expect('InvitedSelf', desk.manager.InviteContact, GUID, me.path, '', {})
    expect('NotFound', desk.messenger.GetContact, BOB, 'test:nowhere')
    for name in ('', 'x' * 130, 'a\nb'):
        expect('NotFound', desk.messenger.GetContact, name, alice.service)


@test('RegisterConnector: what it refuses')
def _(w):
    w.start()
    one, other = w.client('alice'), w.client('alice')
    for changes in ({'Id': V('s', '')}, {'Id': V('s', 'local')}, {'Id': V('s', 'a b')},
                    {'Id': V('s', 'x' * 161)}, {'Id': V('s', 'ä')}, {'Id': V('u', 1)},
                    {'Name': V('s', '')}, {'Name': V('s', 'x' * 257)}, {'SigninName': V('s', '')},
                    {'SigninName': V('s', 'x' * 130)}, {'FriendlyName': V('s', 'a\tb')}):
        expect('InvalidArgs', one.connectors.RegisterConnector, PATH, service('net', **changes))
    for key in ('Id', 'Name', 'SigninName'):
        details = service('net')
        del details[key]
        expect('InvalidArgs', one.connectors.RegisterConnector, PATH, details)
    one.connectors.RegisterConnector(PATH, service('net'))
    one.connectors.RegisterConnector(PATH, service('net', Name=V('s', 'Renamed')))
    expect('LimitsExceeded', other.connectors.RegisterConnector, PATH, service('net'))
    for number in range(7):
        other.connectors.RegisterConnector(PATH, service('net%d' % number))
    expect('LimitsExceeded', other.connectors.RegisterConnector, PATH,
           service('one-more'))
    other.connectors.UnregisterConnector('net3', {'Forget': V('b', True)})
    other.connectors.RegisterConnector(PATH, service('net9'))
    w.client('bob').connectors.RegisterConnector(PATH, service('net'))
    desk = w.unlocked('alice', DESK)
    assert services(desk)['net'][0] == 'Renamed' and len(services(desk)) == 9
    one.close()
    eventually(lambda: not other.connectors.start('RegisterConnector', PATH, service('net'))
               .reply().error, 'a service without a connector may get another')


@test('a connector speaks for its own services, under the name for connectors')
def _(w):
    w.start()
    mine, other, stranger = w.client('alice'), w.client('alice'), w.client('bob')
    mine.connectors.RegisterConnector(PATH, service('net'))
    for client in (other, stranger):
        c = client.connectors
        for call in ((c.ReportSignedIn, 'net', {}), (c.ReportSignedOut, 'net', 0, {}),
                     (c.UnregisterConnector, 'net', {}), (c.ReplaceContacts, 'net', []),
                     (c.UpdateContacts, 'net', []), (c.DeliverContactRequest, 'net', 'x', {}),
                     (c.WithdrawContactRequest, 'net', 'x'), (c.ListSessions, 'net'),
                     (c.ListApplications, 'net'), (c.DeliverAlert, 'net', 'x', 'x', {})):
            expect('NotFound', *call)
    unique = mine.call('/', names.DBUS, 'GetNameOwner', 's', [names.BUS], dest=names.DBUS)
    for member, (signature, _) in names.METHODS[names.CONNECTORMANAGER1].items():
        if signature == 's':
            for dest in (names.BUS, unique):
                expect('AccessDenied', mine.call, names.ROOT, names.CONNECTORMANAGER1, member, 's',
                       ['net'], dest=dest)


@test('Connectors=false: none')
def _(w):
    w.start({'Policy': {'Connectors': 'false'}})
    c = w.client('alice').connectors
    expect('AccessDenied', c.RegisterConnector, PATH, service('net'))
    expect('AccessDenied', c.ReportSignedIn, 'net', {})


@test('Connectors=false from now on: those that are there are signed out')
def _(w):
    desk, _, alice, _ = start(w)
    w.configure({'Policy': {'Connectors': 'false'}})
    w.daemon.process.send_signal(signal.SIGHUP)
    assert desk.wait('OnSignout').args == [alice.service]
    expect('AccessDenied', alice.manager.ListSessions, alice.service)
    assert services(desk)[alice.service][3] == names.STATUS_OFFLINE


@test('Signin, Signout, SetStatus and SetFriendlyName act on the service')
def _(w):
    desk, _, alice, bob = start(w)
    desk.messenger.SetStatus(alice.service, 0xA)
    eventually(lambda: alice.status == 0xA, 'the connector has the status')
    assert services(desk)[alice.service][3] == 0xA and services(desk)['local'][3] != 0xA
    desk.messenger.SetFriendlyName(alice.service, 'Alice L.')
    eventually(lambda: getattr(alice, 'friendly_name', '') == 'Alice L.', 'and the name')
    assert services(desk)[alice.service][2] == 'Alice L.'
    desk.messenger.Signout(alice.service)
    assert desk.wait('OnSignout').args == [alice.service]
    assert services(desk)[alice.service][3] == names.STATUS_OFFLINE
    assert contacts(desk)[BOB]['Status'] == names.STATUS_OFFLINE
    desk.forget()
    alice.fails['ReportSignedIn'] = names.HRESULTS['AuthenticationFailed']
    desk.messenger.Signin(alice.service)
    assert desk.wait('OnSignin').args == [names.HRESULTS['AuthenticationFailed'], alice.service]
    desk.forget()
    alice.fails.clear()
    desk.messenger.Signin(alice.service)
    assert desk.wait('OnSignin').args == [0, alice.service]
    desk.forget()
    desk.messenger.Signin(alice.service)
    assert desk.wait('OnSignin').args == [0, alice.service]
    desk.messenger.Signout(alice.service)
    desk.wait('OnSignout')
    expect('AccessDenied', alice.manager.ReportSignedIn, alice.service, {})
    alice.die()
    again = alice.successor()
    eventually(lambda: again.status == 0xA, 'it has got the status')
    desk.barrier()
    assert not again.online, 'who has signed out stays so'
    desk.messenger.Signin(alice.service)
    eventually(lambda: again.online, 'it is signed in')
    for call in (desk.messenger.Signin, desk.messenger.Signout):
        expect('NotFound', call, 'test:nowhere')


def described(client, ident):
    return {entry[0]: entry[1] for entry in client.messenger.DescribeServices({})}[ident]


def why(client, ident):
    found = described(client, ident)
    return [found[key] for key in ('Result', 'WillRetry', 'Message', 'SigningIn', 'Connector')]


@test('why a service is signed out can be read, by its user; and the agent shows who gave up')
def _(w):
    desk, _, alice, _ = start(w)
    agent = Agent(w, 'alice')
    lost, refused = names.CONNECTION_FAILURE, names.HRESULTS['AuthenticationFailed']
    assert why(desk, alice.service) == [0, False, '', False, True]
    assert described(desk, 'local')['Wanted'] is True and 'Result' not in described(desk, 'local')
    alice.reason = {'WillRetry': V('b', True), 'Message': V('s', 'nobody is there')}
    alice.sign_out(lost)
    desk.wait('OnSignout')
    assert why(desk, alice.service) == [lost, True, 'nobody is there', False, True]
    desk.forget()
    alice.sign_out(lost)
    alice.manager.ReportSignedOut(alice.service, refused, {'Message': V('s', 'wrong password')})
    assert desk.wait('OnSignin').args == [refused, alice.service], 'only what is new is told'
    assert why(desk, alice.service) == [refused, False, 'wrong password', False, True]
    shown = agent.wait('ShowSignedOut').args
    assert shown[0] == alice.service and shown[1]['Again'] is False, shown
    assert {key: shown[1][key] for key in described(desk, alice.service)} == \
        described(desk, alice.service)
    agent.register()
    assert agent.wait('ShowSignedOut').args[1]['Again'] is True
    for details in ({'Message': V('s', 'x' * 257)}, {'Message': V('s', 'a\nb')},
                    {'Message': V('s', '\u202e')}, {'WillRetry': V('u', 1)}):
        expect('InvalidArgs', alice.manager.ReportSignedOut, alice.service, lost, details)
    alice.silent.add('Signin')
    desk.messenger.Signin(alice.service)
    agent.wait('WithdrawSignedOut', None)
    assert why(desk, alice.service) == [0, False, '', True, True]
    alice.die()
    eventually(lambda: why(desk, alice.service) == [lost, False, '', False, False],
               'it has no connector')
    assert agent.idle()
    expect('ApiLocked', w.client('alice').messenger.DescribeServices, {})
    assert alice.service not in [entry[0] for entry in
                                 w.unlocked('bob', DESK).messenger.DescribeServices({})]


@test('signing out of the last service locks, of another one it does not')
def _(w):
    desk, _, alice, _ = start(w)
    desk.messenger.Signout('local')
    desk.wait('OnSignout')
    desk.manager.ListSessions()
    assert services(desk)['local'][3] == names.STATUS_OFFLINE
    desk.messenger.Signout(alice.service)
    desk.wait('OnSignout', where=lambda e: e.args == [alice.service])
    expect('ApiLocked', desk.manager.ListSessions)
    expect('ApiNotInitialized', desk.lock.RequestChallenge, 1)
    desk.messenger.Signin(alice.service)
    desk.wait('OnSignin', where=lambda e: e.args == [0, alice.service])
    desk.unlock(DESK)
    desk.manager.ListSessions()


@test('the roster is reconciled, not appended')
def _(w):
    desk, _, alice, _ = start(w)
    online = {'Status': V('u', names.STATUS_ONLINE)}
    alice.manager.ReplaceContacts(alice.service, [
        ('Carol@C.test', dict(online, FriendlyName=V('s', 'Carol C.'))), (BOB, online),
        ('dave@d.test', {'InList': V('b', False), 'Blocked': V('b', True)})])
    carol = contacts(desk)['carol@c.test']
    assert carol['FriendlyName'] == 'Carol C.' and carol['Status'] == names.STATUS_ONLINE
    assert set(contacts(desk)) == {BOB, 'carol@c.test'}
    dave = desk.contact(desk.messenger.GetContact('dave@d.test', alice.service))
    assert dave.get('Blocked') is True and dave.get('InList') is False
    desk.forget()
    alice.manager.ReplaceContacts(alice.service, [('carol@c.test', {})])
    gone = desk.wait('OnContactListRemove').args[0]
    assert desk.contact(gone).get('SigninName') == BOB
    carol = contacts(desk)['carol@c.test']
    assert carol['FriendlyName'] == 'carol@c.test' and carol['Status'] == names.STATUS_OFFLINE
    assert dave.get('Blocked') is False
    alice.manager.UpdateContacts(alice.service, [
        ('carol@c.test', {'Status': V('u', 0x22)}), ('nobody@n.test', {'Status': V('u', 2)})])
    assert contacts(desk)['carol@c.test']['Status'] == 0x22
    desk.wait('OnContactStatusChange', where=lambda e: e.args[1] == 0x22)
    assert set(contacts(desk)) == {'carol@c.test'}
    for details in ({'Status': V('u', names.STATUS_INVISIBLE)}, {'Status': V('u', 3)},
                    {'Status': V('s', 'x')}, {'InList': V('u', 1)}, {'FriendlyName': V('s', '\n')},
                    {'Applications': V('as', ['chess'])}, {'Applications': V('s', GUID)},
                    {'Applications': V('as', [GUID] * 257)}):
        expect('InvalidArgs', alice.manager.UpdateContacts, alice.service,
               [('erin@e.test', {}), ('carol@c.test', details)])
    expect('InvalidArgs', alice.manager.ReplaceContacts, alice.service, [('', {})])
    assert contacts(desk)['carol@c.test']['Status'] == 0x22
    w.daemon.kill()
    w.start(standard=False)
    desk.unlock(DESK)
    assert contacts(desk)['carol@c.test']['Status'] == names.STATUS_OFFLINE


@test('the roster has limits: it is taken whole, or not at all')
def _(w):
    desk, _, alice, _ = start(w, config={'Limits': {'ContactsPerUser': 10}})
    def many(count, **details):
        return [('c%d@c.test' % number, details) for number in range(count)]
    alice.manager.ReplaceContacts(alice.service, many(10))
    expect('LimitsExceeded', alice.manager.ReplaceContacts, alice.service, many(11))
    expect('LimitsExceeded', alice.manager.UpdateContacts, alice.service,
           [(BOB, {'InList': V('b', True)})])
    assert len(contacts(desk)) == 10 and BOB not in contacts(desk)
    blocked = {'InList': V('b', False), 'Blocked': V('b', True)}
    expect('LimitsExceeded', alice.manager.UpdateContacts, alice.service, many(11, **blocked))
    alice.manager.ReplaceContacts(alice.service, many(10, **blocked))
    assert contacts(desk) == {}


@test('AddContact, Remove and Blocked go by way of the connector, and are taken back if it refuses')
def _(w):
    desk, network, alice, _ = start(w)
    carol = Connector(w, 'carol', 'carol@c.test', network)
    eventually(lambda: carol.online, 'carol is there')
    add = (names.PRIVATE, names.PRIVATE1, 'AddContact', 'sv')
    desk.call(*add, ['Carol@C.test', V('s', alice.service)])
    event = desk.wait('OnContactListAdd')
    assert event.args[0] == 0 and contacts(desk)['carol@c.test']['InList']
    desk.forget()
    for name, fails, hr in (('nobody@n.test', None, 0x80070057),
                            ('carol@c.test', 'org.example.Error.Whatever', 0x8100031e)):
        alice.fails = {'AddContact': fails} if fails else {}
        desk.call(*add, [name, V('s', alice.service)])
        assert desk.wait('OnContactListAdd').args == [hr, '/']
        desk.forget()
    contact = desk.contact(desk.messenger.GetContact('carol@c.test', alice.service))
    alice.fails = {'RemoveContact': 'org.example.Error.Whatever'}
    contact.Remove()
    assert desk.wait('OnContactListRemove').args == [contact.path]
    assert desk.wait('OnContactListAdd').args == [0, contact.path]
    assert contact.get('InList') is True
    alice.fails = {}
    contact.Remove()
    eventually(lambda: 'carol@c.test' not in network.friends[ALICE], 'it is removed there')
    assert contact.get('InList') is False
    expect('NotFound', contact.Remove)
    alice.fails = {'SetBlocked': 'org.example.Error.Whatever'}
    contact.set('Blocked', 'b', True)
    desk.barrier()
    assert contact.get('Blocked') is True, 'a block holds here'
    contact.set('Blocked', 'b', False)
    eventually(lambda: contact.get('Blocked'), 'who could not be unblocked there is blocked here')


@test('what is owed to the network is sent when it can be, also after a restart')
def _(w):
    desk, network, alice, _ = start(w)
    contact = desk.contact(desk.messenger.GetContact(BOB, alice.service))
    alice.sign_out(names.CONNECTION_FAILURE)
    contact.Remove()
    contact.set('Blocked', 'b', True)
    w.daemon.kill()
    w.start(standard=False)
    desk.unlock(DESK)
    asked = []
    alice.do_RemoveContact = lambda call: asked.append((call.member, call.args))
    alice.do_SetBlocked = lambda call: asked.append((call.member, call.args))
    alice.register()
    eventually(lambda: len(asked) == 2, 'both have been sent')
    assert sorted(asked) == [('RemoveContact', [BOB]), ('SetBlocked', [BOB, True])]
    eventually(lambda: alice.online, 'it is signed in')

    def unblocked():
        """Once its answers have been heard, the network is right."""
        alice.send_roster()
        return contact.get('Blocked') is False

    eventually(unblocked, 'what the network says is so')


@test('however much is owed, it is sent when it can be')
def _(w):
    w.start()
    desk = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    first = w.client('alice')
    first.connectors.RegisterConnector(PATH, service('net'))
    first.connectors.ReportSignedIn('net', {})
    first.connectors.ReplaceContacts('net', [('c%d@c.test' % number, {}) for number in range(400)])
    first.close()
    for path, _ in desk.messenger.ListContacts():
        desk.contact(path).Remove()
    second = w.client('alice').export(PATH, interface(names.CONNECTOR1))
    second.connectors.RegisterConnector(PATH, service('net'))
    second.wait_call('SetStatus').answer()
    second.wait_call('Signin').answer()
    second.connectors.ReportSignedIn('net', {})
    removed = set()
    for _ in range(400):
        call = second.wait_call('RemoveContact')
        removed.add(call.args[0])
        call.answer()
    second.barrier()
    assert len(removed) == 400 and contacts(desk) == {}


@test('what a connector that hangs was asked fails in few transactions')
def _(w):
    w.start()
    desk = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    client = w.client('alice').export(PATH, interface(names.CONNECTOR1))
    client.connectors.RegisterConnector(PATH, service('net'))
    client.connectors.ReportSignedIn('net', {})
    client.connectors.ReplaceContacts('net', [('c%d@c.test' % n, {}) for n in range(200)])
    client.connectors.ReportSignedOut('net', 0, {})
    for path, _ in desk.messenger.ListContacts():
        desk.contact(path).Remove()
    w.restart()  # which empties the log
    desk.unlock(DESK, 'SessionManager', 'Private')
    client.connectors.RegisterConnector(PATH, service('net'))
    client.connectors.ReportSignedIn('net', {})
    w.daemon.wait_log('does not answer')
    eventually(lambda: len(contacts(desk)) == 200, 'all are taken back')
    pages = os.path.getsize(w.state_dir + '/msgr.db-wal') // 4096
    assert pages < 100, '%d pages were written' % pages


@test('contact requests: shown, kept, answered, withdrawn')
def _(w):
    desk, _, alice, _ = start(w)
    agent = Agent(w, 'alice')
    alice.manager.DeliverContactRequest(alice.service, 'Mallory@M.test', {
        'FriendlyName': V('s', 'Mallory'), 'Message': V('s', 'hello')})
    shown = agent.wait('ShowContactRequest').args
    assert shown[:2] == [alice.service, 'mallory@m.test'] and shown[2]['Again'] is False
    event = desk.wait('OnContactRequest').args
    assert event[:2] == ['mallory@m.test', alice.service] and event[2]['Message'] == 'hello'
    desk.forget()
    alice.manager.DeliverContactRequest(alice.service, 'mallory@m.test', {
        'FriendlyName': V('s', 'Mallory'), 'Message': V('s', 'hello')})
    alice.manager.DeliverContactRequest(alice.service, 'nina@n.test', {})
    assert desk.wait('OnContactRequest').args[0] == 'nina@n.test', 'the same again is not told'
    agent.wait('ShowContactRequest')
    for details in ({'Message': V('s', 'x' * 301)}, {'FriendlyName': V('u', 1)}):
        expect('InvalidArgs', alice.manager.DeliverContactRequest, alice.service, 'x@x', details)
    w.daemon.kill()
    w.start(standard=False)
    desk.unlock(DESK)
    assert [entry[0] for entry in desk.messenger.ListContactRequests()] == [
        'mallory@m.test', 'nina@n.test']
    alice.online = False
    alice.register()
    eventually(lambda: alice.online, 'it is signed in')
    agent.register()
    assert [agent.wait('ShowContactRequest').args[1] for _ in range(2)] == ['mallory@m.test',
                                                                            'nina@n.test']
    alice.fails = {'AnswerContactRequest': 'org.example.Error.Whatever'}
    desk.forget()
    desk.messenger.AnswerContactRequest('Mallory@M.test', alice.service, True)
    assert agent.wait('WithdrawContactRequest', None).args == [alice.service, 'mallory@m.test']
    assert desk.wait('OnContactRequest').args[0] == 'mallory@m.test', 'it waits again'
    agent.wait('ShowContactRequest')
    alice.fails = {}
    desk.messenger.AnswerContactRequest('mallory@m.test', alice.service, True)
    eventually(lambda: getattr(alice, 'answers', []) == [('mallory@m.test', True)], 'answered')
    agent.wait('WithdrawContactRequest', None)
    alice.manager.WithdrawContactRequest(alice.service, 'nina@n.test')
    agent.wait('WithdrawContactRequest', None)
    assert desk.messenger.ListContactRequests() == []
    for name, ident in (('nina@n.test', alice.service), ('x', 'local'), ('x', 'test:nowhere')):
        expect('NotFound', desk.messenger.AnswerContactRequest, name, ident, True)
    chess = w.unlocked('alice', CHESS)
    expect('AccessDenied', chess.messenger.ListContactRequests)
    expect('AccessDenied', chess.messenger.AnswerContactRequest, 'x', alice.service, True)
    for number in range(101):
        alice.manager.DeliverContactRequest(alice.service, 'n%d@n.test' % number, {})
    waiting = [entry[0] for entry in desk.messenger.ListContactRequests()]
    assert len(waiting) == 100 and waiting[0] == 'n1@n.test'


@test('alerts come from contacts and from the own server, and from nobody else')
def _(w):
    desk, _, alice, _ = start(w)
    reader = w.unlocked('alice', FRIENDS, 'Private')
    reader.call(names.PRIVATE, names.PRIVATE1, 'EnableAlertEvents', 'ai', [[0, 7]])
    deliver = alice.manager.DeliverAlert
    deliver(alice.service, BOB, 'from bob', {'SiteId': V('i', 7), 'Url': V('s', 'https://b.test/')})
    event = reader.wait('OnAlertReceived').args
    assert event[0] == 'from bob' and event[2]['Publisher'] == BOB and event[2]['SiteId'] == 7
    reader.forget()
    deliver(alice.service, 'a.test', 'maintenance', {})
    assert reader.wait('OnAlertReceived').args[2]['Publisher'] == 'a.test'
    expect('NotLoggedOn', deliver, alice.service, 'mallory@m.test', 'spam', {})
    expect('NotLoggedOn', deliver, alice.service, 'test', 'spam', {})
    desk.contact(desk.messenger.GetContact(BOB, alice.service)).set('Blocked', 'b', True)
    expect('NotLoggedOn', deliver, alice.service, BOB, 'x', {})
    expect('InvalidArgs', deliver, alice.service, 'a.test', 'x' * 4097, {})
    expect('InvalidArgs', deliver, alice.service, 'a.test', 'x', {'Url': V('s', 'file:///')})
    for _ in range(58):
        deliver(alice.service, 'a.test', 'again', {})
    expect('LimitsExceeded', deliver, alice.service, 'a.test', 'too much', {})


@test('what the user can run is told to its connectors')
def _(w):
    desk, _, alice, _ = start(w)
    assert alice.manager.ListApplications(alice.service) == []
    register(desk)
    eventually(lambda: alice.applications == [GUID], 'it has heard')
    assert alice.manager.ListApplications(alice.service) == [GUID]
    desk.manager.UnRegisterApplication(GUID)
    eventually(lambda: alice.applications == [], 'and that it is gone')


@test('UnregisterConnector: with Forget, nothing is left')
def _(w):
    desk, _, alice, _ = start(w)
    register(desk)
    chess = desk.session(desk.manager.InviteContact(
        GUID, desk.messenger.GetContact(BOB, alice.service), '', {}))
    alice.manager.UnregisterConnector(alice.service, {})
    assert desk.wait('OnTermination').args == [names.CONNECTION_FAILURE, '']
    assert BOB in contacts(desk) and alice.service in services(desk)
    alice.online = False
    alice.register()
    eventually(lambda: alice.online, 'it is there again')
    desk.messenger.SetPolicy(alice.service, {'AcceptFrom': V('s', 'nobody')})
    alice.manager.UnregisterConnector(alice.service, {'Forget': V('b', True)})
    assert contacts(desk) == {} and list(services(desk)) == ['local']
    assert chess.get('State') == names.TERMINATED
    w.daemon.kill()
    w.start(standard=False)
    desk.unlock(DESK)
    assert contacts(desk) == {} and list(services(desk)) == ['local']
    assert chess.get('State') == names.TERMINATED
    alice.register()
    assert desk.messenger.GetPolicy(alice.service)['AcceptFrom'] == 'contacts'


@test('a connector that says nothing holds up nobody else')
def _(w):
    w.start()
    network = Network()
    mute = Connector(w, 'alice', ALICE, network, register=False)
    mute.silent = {'Signin', 'SetStatus'}
    mute.register()
    other = Connector(w, 'alice', 'alice@other.test', network)
    eventually(lambda: other.online, 'the other one is signed in')
    assert not mute.online


@test('msgrctl contacts requests, accept and refuse')
def _(w):
    _, _, alice, _ = start(w)
    player = Player(w, 'alice')

    def run(*arguments, status=0):
        ended, said = player.ctl(*arguments)
        assert ended == status, (ended, said)
        return said

    run('keys', 'new')
    assert 'Nobody' in run('contacts', 'requests')
    for name in ('nina@n.test', 'mallory@m.test'):
        alice.manager.DeliverContactRequest(alice.service, name, {'Message': V('s', 'please')})
    listed = json.loads(run('contacts', 'requests', '--json'))
    assert [(entry['SigninName'], entry['ServiceId'], entry['Message']) for entry in listed] == [
        ('nina@n.test', alice.service, 'please'), ('mallory@m.test', alice.service, 'please')]
    assert 'nina@n.test' in run('contacts', 'requests')
    run('contacts', 'accept', 'Nina@N.test')
    run('contacts', 'refuse', 'mallory@m.test', '--service', alice.service)
    eventually(lambda: len(getattr(alice, 'answers', [])) == 2, 'both are answered')
    assert alice.answers == [('nina@n.test', True), ('mallory@m.test', False)]
    run('contacts', 'accept', 'nina@n.test', status=1)
