# SPDX-License-Identifier: LGPL-2.1-or-later
#
# msgr-agent and the service itself, from the invitation to the running application.

import contextlib
import os

from msgrtest import names
from msgrtest.client import BusError, V
from msgrtest.desktop import Desktop, Loop
from msgrtest.keys import CHESS, DESK, GO
from msgrtest.network import Connector, Network
from msgrtest.player import Player
from msgrtest.scene import GUID, NAME, URL, applications, register, sessions
from msgrtest.tap import test
from msgrtest.world import eventually

LAUNCH_FAILED = 0x81000601


@contextlib.contextmanager
def desk(w, user='bob', config=None):
    """The service, a desktop of bob's with an agent that is registered, and its notices."""
    w.start(config or {'Messenger': {'DecisionWindow': 1}})
    desktop = Desktop(w, user, w.hall.bus.address)
    try:
        desktop.notices = desktop.fdo()
        desktop.agent = desktop.start_agent()
        desktop.agent.wait_log('Registered with the service')
        yield desktop
    finally:
        desktop.close()


def app_file(path):
    return ('{"guid": "%s", "name": "%s", "url": "%s", "path": "%s", "app-ids": ["%s"]}' %
            (GUID, NAME, URL, path, CHESS.id))


def invite(w, path):
    """Alice invites bob, who has nothing but his agent."""
    w.add_app('chess.json', app_file(path))
    alice = w.unlocked('alice', CHESS)
    eventually(lambda: GUID in applications(alice), 'the application is registered')
    session = alice.manager.InviteContact(GUID, alice.contact_of(w.name_of('bob')), 'hello', {})
    alice.forget()
    return alice, alice.session(session)


@test('pain 1: invited, accepted by a click, launched, attached: both are connected')
def _(w):
    with desk(w) as d:
        alice, session = invite(w, '/usr/bin/true')
        number = d.notices.wait('invites you')
        assert d.notices.body(number) == NAME
        bob = w.unlocked('bob', CHESS)
        d.notices.click(number, 'Accept')
        alice.wait('OnAccepted')
        found = eventually(lambda: launching(bob), 'the running program gets its session')
        eventually(lambda: session.get('State') == names.CONNECTED, 'connected')
        assert bob.session(found).get('State') == names.CONNECTED
        d.notices.wait_gone(number)


def launching(client):
    try:
        return client.manager.GetLaunchingSession(0)
    except BusError:
        return None


@test('pain 1: a program that fails ends the session on both sides, at once, and bob is told')
def _(w):
    with desk(w, config={'Messenger': {'DecisionWindow': 1, 'LaunchTimeout': 600}}) as d:
        alice, session = invite(w, '/usr/bin/false')
        d.notices.click(d.notices.wait('invites you'), 'Accept')
        assert alice.wait('OnTermination').args[0] == LAUNCH_FAILED
        assert session.get('State') == names.TERMINATED
        d.notices.wait('It ended with the status 1.')


@test('pain 6: taken back: the notice goes by itself')
def _(w):
    with desk(w) as d:
        _alice, session = invite(w, '/usr/bin/true')
        number = d.notices.wait('invites you')
        session.Cancel(0, '')
        d.notices.wait_gone(number)


@test('pain 14: the service is restarted: the invitation shows on, and can be declined')
def _(w):
    with desk(w) as d:
        alice, session = invite(w, '/usr/bin/true')
        d.notices.wait('invites you')
        w.restart()
        Loop.wait_for(lambda: d.agent.log.count('Registered with the service') == 2, 'again')
        again = w.unlocked('alice', CHESS)
        d.notices.click(d.notices.wait('invites you'), 'Decline')
        eventually(lambda: again.session(session.path).get('State') == names.DECLINED, 'declined')
        assert alice


@test('a desktop file is registered for the ID that it names, by the agent, as long as it is there')
def _(w):
    with desk(w) as d:
        path = d.desktop_file('org.example.Chess.desktop', X_Msgr_Guid=GUID,
                              X_Msgr_AppId=CHESS.id, X_Msgr_Url=URL)
        bob, go = w.unlocked('bob', CHESS), w.unlocked('bob', GO)
        eventually(lambda: GUID in applications(bob), 'it is registered')
        app = applications(bob)[GUID]
        assert app['RegisteredBy'] == 'org.msgr.Agent' and app['Name'] == NAME, app
        assert app['DesktopId'] == 'org.example.Chess.desktop'
        alice = w.unlocked('alice', CHESS)
        register(alice)
        alice.manager.InviteContact(GUID, alice.contact_of(w.name_of('bob')), '', {})
        bob.wait('OnInvitation')
        assert len(sessions(bob)) == 1 and sessions(go) == {}
        os.unlink(path)
        eventually(lambda: GUID not in applications(bob), 'it is unregistered')


@test('the user chooses whom to invite: cancelled with the window')
def _(w):
    with desk(w) as d:
        d.agent.stop()
        script = d.file('choose', '#!/bin/sh\nread line; exit 0\n', 0o755)
        d.agent = d.start_agent(MSGR_CHOOSE=script)
        d.agent.wait_log('Registered with the service')
        bob = w.unlocked('bob', CHESS)
        register(bob)
        session = bob.session(bob.manager.InviteContact(GUID, '/', '', {}))
        bob.wait('OnTermination', session.path)
        assert session.get('State') == names.CANCELLED


ASKS = 'wants to add you to their contacts'
MALLORY = 'mallory@m.test'


@contextlib.contextmanager
def asked(w):
    """Bob's desktop, and his connector, by which somebody has asked to see his status."""
    with desk(w) as d:
        d.connector = Connector(w, 'bob', 'bob@b.test', Network())
        eventually(lambda: d.connector.online, 'the account is signed in')
        ask(d)
        d.number = d.notices.wait(ASKS)
        yield d


def ask(d, name=MALLORY, **details):
    d.connector.manager.DeliverContactRequest(
        d.connector.service, name,
        dict({'FriendlyName': V('s', 'Mallory'), 'Message': V('s', 'hello')}, **details))


def urgency(d):
    return d.notices.hints(d.number)['urgency']


def answers(d):
    return getattr(d.connector, 'answers', [])


@test('a contact request shows, and its answer by a click reaches the network')
def _(w):
    with asked(w) as d:
        assert d.notices.title(d.number) == 'Mallory (%s) %s' % (MALLORY, ASKS)
        assert d.notices.body(d.number) == 'By way of Test network: “hello”'
        d.notices.click(d.number, 'Accept')
        eventually(lambda: answers(d) == [(MALLORY, True)], 'the network has the answer')
        d.notices.wait_gone(d.number)
        ask(d, 'otto@m.test')
        d.notices.click(d.notices.wait('otto'), 'Refuse')
        eventually(lambda: answers(d)[1:] == [('otto@m.test', False)], 'so it has the other one')
        assert w.unlocked('bob', DESK).messenger.ListContactRequests() == []


@test('a contact request is answered by msgrctl meanwhile, or taken back: it goes')
def _(w):
    with asked(w) as d:
        player = Player(w, 'bob')
        assert player.ctl('keys', 'new')[0] == 0
        status, said = player.ctl('contacts', 'accept', MALLORY)
        assert status == 0, said
        d.notices.wait_gone(d.number)
        eventually(lambda: answers(d) == [(MALLORY, True)], 'the network has the answer')
        ask(d, 'otto@m.test')
        number = d.notices.wait('otto')
        d.connector.manager.WithdrawContactRequest(d.connector.service, 'otto@m.test')
        d.notices.wait_gone(number)


@test('a contact request that the network does not let be answered comes back, with a banner')
def _(w):
    with asked(w) as d:
        d.connector.fails = {'AnswerContactRequest': 'org.example.Error.Whatever'}
        d.notices.click(d.number, 'Accept')
        d.notices.wait_gone(d.number)
        number = d.notices.wait(ASKS)
        assert d.notices.hints(number)['urgency'] == 1
        d.connector.fails = {}
        d.notices.click(number, 'Accept')
        eventually(lambda: answers(d) == [(MALLORY, True)], 'the network has the answer')


@test('a contact request over the death of the agent, and of the service: no second banner')
def _(w):
    with asked(w) as d:
        d.notices.wait_noted(d.number)
        d.agent.kill()
        d.agent = d.start_agent()
        Loop.wait_for(lambda: urgency(d) == 0, 'it is shown again, in its place')
        d.connector.die()
        w.daemon.kill()
        w.start(standard=False)
        Loop.wait_for(lambda: d.agent.log.count('Registered with the service') == 2, 'again')
        assert list(d.notices.notices) == [d.number] and urgency(d) == 0
        d.notices.click(d.number, 'Refuse')
        d.notices.wait_gone(d.number)
        connector = d.connector.successor()
        eventually(lambda: getattr(connector, 'answers', []) == [(MALLORY, False)],
                   'the network gets the answer when it is there again')


@test('a contact request that was answered while the agent was dead goes when it is back')
def _(w):
    with asked(w) as d:
        d.notices.wait_noted(d.number)
        d.agent.kill()
        w.unlocked('bob', DESK).messenger.AnswerContactRequest(MALLORY, d.connector.service, True)
        d.agent = d.start_agent()
        d.notices.wait_gone(d.number)


OUT = 'is signed out'


@test('an account that has given up shows, with what its connector says; tried again by a click')
def _(w):
    with desk(w) as d:
        connector = Connector(w, 'bob', 'bob@b.test', Network())
        eventually(lambda: connector.online, 'the account is signed in')
        connector.reason = {'WillRetry': V('b', True), 'Message': V('s', 'nobody is there')}
        connector.sign_out(names.CONNECTION_FAILURE)
        connector.reason = {'Message': V('s', 'the password is wrong')}
        connector.fails = {'ReportSignedIn': names.HRESULTS['AuthenticationFailed']}
        connector.sign_out(names.HRESULTS['AuthenticationFailed'])
        number = d.notices.wait(OUT)
        assert d.notices.title(number) == 'Test network: bob@b.test ' + OUT
        assert d.notices.body(number) == 'The password was not accepted. “the password is wrong”'
        assert d.notices.hints(number)['urgency'] == 1
        assert not [call for call in d.notices.calls if 'nobody is there' in repr(call)]
        d.notices.click(number, 'Try Again')
        d.notices.wait_gone(number)
        number = d.notices.wait(OUT)
        d.notices.wait_noted(number)
        d.agent.kill()
        d.agent = d.start_agent()
        Loop.wait_for(lambda: d.notices.hints(number)['urgency'] == 0, 'shown again, in its place')
        connector.fails = {}
        d.notices.click(number, 'Try Again')
        d.notices.wait_gone(number)
        eventually(lambda: connector.online, 'the account is signed in')


@test('an account that has given up goes when the user signs it out, or its connector leaves')
def _(w):
    with desk(w) as d:
        connector = Connector(w, 'bob', 'bob@b.test', Network())
        client = w.unlocked('bob', DESK)
        eventually(lambda: connector.online, 'the account is signed in')
        connector.sign_out(names.HRESULTS['AuthenticationFailed'])
        number = d.notices.wait(OUT)
        client.messenger.Signout(connector.service)
        d.notices.wait_gone(number)
        connector.fails = {'ReportSignedIn': names.HRESULTS['AuthenticationFailed']}
        client.messenger.Signin(connector.service)
        number = d.notices.wait(OUT)
        connector.die()
        d.notices.wait_gone(number)
