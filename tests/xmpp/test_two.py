# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two machines and two servers: what the table of a session does not have. What goes over the wire
# can get lost, and must end on both sides all the same.

import os
import re
import subprocess

from msgrtest import keys, names
from msgrtest.client import V, expect
from msgrtest.names import (CANCELLED, CANCELLED_REMOTE, CONNECTED, CONNECTION_FAILURE, INVITATION,
                            LAUNCH_FAILED, SESSION_TIMEOUT, TERMINATED)
from msgrtest.scene import GUID, NAME, URL, register
from msgrtest.tap import test
from msgrtest.world import eventually
from xmpptest.network import NEAR
from xmpptest.pair import Pair

QUICK = {'Messenger': {'ClientGrace': 2}}


def ended(side):
    return side.get('State') >= CANCELLED


def both_end(pair):
    for side in (pair.a, pair.b):
        eventually(lambda s=side: ended(s), 'the session has ended on both sides')
    return pair.a.get('Result'), pair.b.get('Result')


def one_session_more(pair):
    """After whatever has happened, it works."""
    pair.forget()
    pair.connected()
    pair.end()


@test('what both read of an invitation, with every character on its way')
def properties(world):
    pair = Pair(world).ready()
    text = 'opening: <e4> & "♞" \'ä\' ]]>\ttab\nline'
    pair.a.Invite(pair.contact, text)
    event = pair.bob.wait('OnInvitation')
    b = pair.found()
    mine, theirs = pair.a.all(), b.all()
    assert event.args[1] == text, event.args
    for name in ('SessionId', 'Application', 'ApplicationName', 'ApplicationUrl', 'State'):
        assert mine[name] == theirs[name], name
    assert (theirs['ApplicationName'], theirs['ApplicationUrl']) == (NAME, URL)
    assert abs(mine['ExpiresAt'] - theirs['ExpiresAt']) < 60e6
    details = event.args[3]
    assert details['SigninName'] == pair.machines.a.account.jid
    assert details['ServiceId'] == pair.machines.b.service
    assert mine['Flags'] & names.FLAG_COMPATIBLE


@test('no address leaves before it was accepted; both have the other\'s when connected')
def addresses(world):
    pair = Pair(world).ready()
    pair.a.set('LocalAddress', 's', '192.0.2.1')
    pair.a.Invite(pair.contact, '')
    pair.found()
    pair.settle()
    assert pair.b.get('RemoteAddress') == ''
    pair.b.AcceptWith('', {'LocalAddress': V('s', '2001:db8::2')})
    pair.bob.wait('BeforeAppLaunch')
    pair.b.SuppressDefault('BeforeAppLaunch')
    pair.wait_states(CONNECTED)
    assert pair.a.get('RemoteAddress') == '2001:db8::2'
    assert pair.b.get('RemoteAddress') == '192.0.2.1'


def interfaces(daemon):
    """(name, flags) of those in the network that a process is in."""
    found = subprocess.run(['nsenter', '--net=/proc/%d/ns/net' % daemon.pid, 'ip', '-o', 'link'],
                           stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.findall(r'^\d+: ([^:@]+)\S* <([^>]*)>', found, re.MULTILINE)


@test('the services reach no network, and a session between their machines works')
def no_network(world):
    pair = Pair(world)
    daemons = [world.daemon, pair.there.daemon]
    networks = {os.readlink('/proc/%s/ns/net' % pid)
                for pid in ['self'] + [daemon.pid for daemon in daemons]}
    assert len(networks) == 3, networks
    pair.connected()
    pair.a.SendContextData('here')
    pair.bob.wait('OnContextData')
    pair.a.Cancel(0, '')
    pair.wait_states(TERMINATED)
    for daemon in daemons:
        assert interfaces(daemon) == [('lo', 'LOOPBACK')], interfaces(daemon)
        with open('/proc/%d/net/dev' % daemon.pid, encoding='ascii') as file:
            assert [line.split()[:3] for line in list(file)[2:]] == [['lo:', '0', '0']]


@test('the default of LocalAddress is the address that reaches the server')
def default_address(world):
    pair = Pair(world).connected()
    for side, other in ((pair.a, pair.b), (pair.b, pair.a)):
        assert side.get('LocalAddress').startswith('10.98.0.'), side.get('LocalAddress')
        assert side.get('LocalAddress') == other.get('RemoteAddress')
    assert NEAR.startswith('10.98.0.')


@test('an invitation that nobody answers ends on both sides with SESSION_TIMEOUT')
def timeout(world):
    pair = Pair(world)
    pair.a = pair.alice.session(pair.alice.manager.InviteContact(
        GUID, pair.contact, '', {'Timeout': V('u', 2)}))
    pair.found()
    assert both_end(pair) == (SESSION_TIMEOUT, SESSION_TIMEOUT)
    assert pair.states() == (CANCELLED, CANCELLED)
    one_session_more(pair)


@test('accepting an application that is not there is told to both, and works once it is')
def not_present(world):
    pair = Pair(world)
    pair.bob.manager.UnRegisterApplication(GUID)
    pair.settle()
    try:
        pair.invited()
    except Exception:  # it may be refused already here, where that is known
        assert pair.a.get('State') != INVITATION
        return
    expect('AppNotRegistered', pair.b.Accept, '')
    pair.alice.wait('OnAppNotPresent')
    register(pair.bob)
    pair.b.Accept('')
    pair.alice.wait('OnAccepted')


@test('what the contact cannot run is known before it is invited')
def compatible(world):
    pair = Pair(world)
    other = '{77777777-7777-7777-7777-777777777777}'
    register(pair.alice, other, 'Checkers')
    pair.settle()
    session = pair.alice.session(pair.alice.manager.CreateSession())
    session.set('Application', 's', other)
    expect('AppNotRegistered', session.Invite, pair.contact, '')
    assert pair.alice.wait('OnAppNotPresent', session.path).args[0] == 'Checkers'
    assert session.get('State') == names.READY and not session.get('Flags') & names.FLAG_COMPATIBLE
    register(pair.bob, other, 'Checkers')
    pair.settle()
    session.Invite(pair.contact, '')
    assert session.get('Flags') & names.FLAG_COMPATIBLE


@test('an application that is launched nowhere ends both')
def launch_failed(world):
    pair = Pair(world, config={'Messenger': {'DecisionWindow': 50}}).invited()
    pair.b.Accept('')
    assert both_end(pair) == (LAUNCH_FAILED, LAUNCH_FAILED)


@test('context data go both ways, in their order')
def context_data(world):
    pair = Pair(world).accepted()
    for number in range(20):
        pair.a.SendContextData('a%d ♞' % number)
        pair.b.SendContextData('b%d' % number)
    for client, last in ((pair.bob, 'a19 ♞'), (pair.alice, 'b19')):
        client.wait('OnContextData', None, lambda e, last=last: e.args == [last])
    mine, theirs = pair.said()
    assert theirs == [('OnContextData', ['a%d ♞' % n]) for n in range(20)], theirs
    assert mine == [('OnContextData', ['b%d' % n]) for n in range(20)], mine


@test('a client that goes ends the session on both sides after the grace')
def client_gone(world):
    pair = Pair(world, config=QUICK).connected()
    pair.alice.close()
    eventually(lambda: pair.b.get('State') == TERMINATED, 'it has ended at the other side')
    assert pair.b.get('Result') == CONNECTION_FAILURE


@test('a cancel and an accept that meet end on both sides')
def crossing(world):
    pair = Pair(world)
    for _round in range(3):
        pair.invited()
        accept = pair.b.start('Accept', '')
        pair.a.Cancel(0, 'no')
        accept.reply()
        results = both_end(pair)
        assert CANCELLED_REMOTE in results or pair.states() == (CANCELLED, CANCELLED), results
        pair.forget()


@test('both cancel at once, and both end')
def both_cancel(world):
    pair = Pair(world)
    for _round in range(3):
        pair.connected()
        other = pair.b.start('Cancel', 0, 'b')
        pair.a.Cancel(0, 'a')
        other.reply()
        both_end(pair)
        assert pair.states() == (TERMINATED, TERMINATED)
        pair.forget()


@test('an invitation while the other is signed out is NotLoggedOn')
def signed_out(world):
    pair = Pair(world)
    other = pair.machines.b
    other.client.messenger.Signout(other.service)
    eventually(lambda: pair.machines.a.contact(other.account.jid).get('Status') ==
               names.STATUS_OFFLINE, 'bob is away')
    pair.a = pair.alice.session(pair.alice.manager.CreateSession())
    pair.a.set('Application', 's', GUID)
    expect('NotLoggedOn', pair.a.Invite, pair.contact, '')


@test('an invitation that the network does not carry is an OnSendError, and CANCELLED')
def not_sent(world):
    pair = Pair(world).ready()
    pair.stage.site('b.test').proxy.stall()
    pair.a.Invite(pair.contact, 'hello')
    event = pair.alice.wait('OnSendError', pair.a.path)
    assert event.args == [names.HRESULTS['InvitationSendFailure']], event
    assert pair.a.get('State') == CANCELLED
    pair.stage.site('b.test').proxy.resume()
    pair.settle()
    eventually(lambda: all(ended(pair.bob.session(path)) for path, _fields in
                           pair.bob.manager.ListSessions()), 'nothing waits at the other side')


@test('a policy that takes no invitations looks like nobody there')
def policy(world):
    pair = Pair(world).ready()
    desk = pair.machines.b
    desk.client.messenger.SetPolicy(desk.service, {'AcceptFrom': V('s', 'nobody')})
    pair.a.Invite(pair.contact, '')
    event = pair.alice.wait('OnSendError', pair.a.path)
    assert event.args == [names.HRESULTS['InvitationSendFailure']], event
    assert not pair.bob.manager.ListSessions()


@test('a connector that is killed and comes back within the grace loses no session')
def connector_back(world):
    pair = Pair(world).connected()
    pair.machines.a.connector.kill()
    pair.machines.a.start().wait_signed_in()
    pair.settle()
    assert pair.states() == (CONNECTED, CONNECTED)
    pair.a.SendContextData('still here')
    assert pair.bob.wait('OnContextData').args == ['still here']


@test('a connector that stays away ends its sessions on both sides')
def connector_gone(world):
    pair = Pair(world, config=QUICK).connected()
    pair.machines.a.connector.kill()
    assert both_end(pair) == (CONNECTION_FAILURE, CONNECTION_FAILURE)
    assert pair.a.get('State') == TERMINATED == pair.b.get('State')
    pair.machines.a.client.forget()
    pair.machines.a.start().wait_signed_in()
    one_session_more(pair)


@test('a server that is killed and started again loses no session')
def server_back(world):
    pair = Pair(world).connected()
    site = pair.stage.site('b.test')
    site.server.kill()
    pair.machines.b.wait_signed_out()
    site.server.start()
    pair.machines.b.wait_signed_in()
    assert pair.states() == (CONNECTED, CONNECTED)


@test('a connection that is cut in a session is followed by another, and nothing is lost')
def cut(world):
    pair = Pair(world).accepted()
    for site in ('a.test', 'b.test'):
        pair.stage.site(site).proxy.cut()
    for desk in (pair.machines.a, pair.machines.b):
        desk.wait_signed_out()
        desk.wait_signed_in()
    pair.b.SuppressDefault('BeforeAppLaunch')
    pair.wait_states(CONNECTED)


@test('the service of the one is killed in a session, and comes back')
def service_back(world):
    pair = Pair(world).connected()
    world.daemon.kill()
    world.start(standard=False)
    alice = world.unlocked('alice', keys.CHESS)
    desk = pair.machines.a
    desk.client = world.unlocked('alice', keys.FRIENDS, 'Private')
    eventually(lambda: desk.status != names.STATUS_OFFLINE, 'the account is online again')
    a = alice.session(pair.a.path)
    assert a.get('State') == CONNECTED
    pair.b.SendContextData('still there?')
    alice.wait('OnContextData', a.path)


@test('two sessions at once, and alerts beside them, are kept apart')
def apart(world):
    pair = Pair(world)
    desk = pair.machines.b
    desk.enable_alerts(0)
    first = pair.connected().a, pair.b
    pair.connected()
    first[0].SendContextData('one')
    pair.a.SendContextData('two')
    bob = {e.path: e.args for e in (pair.bob.wait('OnContextData', first[1].path),
                                    pair.bob.wait('OnContextData', pair.b.path))}
    assert bob == {first[1].path: ['one'], pair.b.path: ['two']}, bob
    elsewhere = pair.stage.peer(pair.machines.a.account).connect('other')
    elsewhere.headline(desk.account.jid, 'news')
    assert desk.wait_alert('news')['Publisher'] == pair.machines.a.account.jid
