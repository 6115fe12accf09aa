# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two machines, joined by a network that the tests have made: alice on one, bob on the other.

from msgrtest import names
from msgrtest.client import V, expect
from msgrtest.keys import CHESS, DESK, FRIENDS
from msgrtest.network import Across, Connector, Network, pair
from msgrtest.scene import GUID, GUID2, register
from msgrtest.tap import test
from msgrtest.world import eventually


def services(client):
    return {entry[0]: entry[1:] for entry in client.messenger.ListServices()}


def contacts(client):
    return {entry[1]['SigninName']: entry[1] for entry in client.messenger.ListContacts()}


@test('a service comes, signs in, and brings its contacts')
def _(w):
    w.start()
    desk = w.unlocked('alice', DESK)
    network, alice, _ = pair(w)
    assert desk.wait('OnSignin').args == [0, 'test:alice@a.test']
    eventually(lambda: 'bob@b.test' in contacts(desk), 'the list has bob')
    assert services(desk)['test:alice@a.test'] == [
        'Test network', 'alice@a.test', 'alice@a.test', names.STATUS_ONLINE]
    bob = contacts(desk)['bob@b.test']
    assert bob['ServiceId'] == alice.service and bob['ServiceName'] == 'Test network'


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
