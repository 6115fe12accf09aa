# SPDX-License-Identifier: LGPL-2.1-or-later
#
# msgr-agent's notifications, with a service and notification servers that the test plays itself.

import os

from gi.repository import GLib

from msgrtest import names
from msgrtest.agent_scene import scene
from msgrtest.desktop import AGENT, AGENT_PATH, Loop, Peer
from msgrtest.service_mock import AGENT1, Refusal, ServiceMock, details
from msgrtest.tap import test

TIMEOUT = 0x81000609
CANCELLED_REMOTE = 0x81000607
LAUNCH_FAILED = 0x81000601


@test('an invitation shows who invites and to what, by the name that is registered here')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        s.service.invite()
        number = fdo.wait('invites you')
        assert fdo.title(number) == 'Alice Tester (alice) invites you', fdo.title(number)
        assert fdo.body(number) == 'Chess'
        assert set(fdo.buttons(number)) == {'Accept', 'Decline'}
        assert fdo.hints(number)['desktop-entry'] == AGENT
        assert fdo.hints(number)['urgency'] == 1
        assert 'secret data' not in repr(fdo.calls)


@test("an unknown application is shown as such, with its address's host in full, as plain text")
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        s.service.invite(registered=None, ApplicationName='Your <b>Bank</b> & Co',
                         ApplicationUrl='https://bank.example.org.evil.example:8443/login')
        number = fdo.wait('invites you')
        assert fdo.body(number) == (
            'To an unknown application, “Your &lt;b&gt;Bank&lt;/b&gt; &amp; Co”, to be had from '
            "bank.example.org.evil.example:8443. It isn&apos;t installed here."
        ), fdo.body(number)


@test('a server without markup gets the text as it is; one without buttons no buttons')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo(capabilities='body')
        s.begin()
        s.service.invite(registered='Cat & Mouse')
        number = fdo.wait('invites you')
        assert fdo.body(number) == 'Cat & Mouse' and fdo.buttons(number) == {}


@test("the host's letters are those that a resolver sees")
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        s.service.invite(registered=None, ApplicationUrl='https://сhess.example/')
        assert 'xn--' in fdo.body(fdo.wait('invites you'))


@test("the icon is the application's")
def _(w):
    with scene(w) as s:
        s.desktop.desktop_file('org.example.Chess.desktop', Icon='chess-icon')
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.session()
        s.service.show(path, desktop_id='org.example.Chess.desktop')
        number = fdo.wait('invites you')
        assert fdo.notices[number][2] == 'chess-icon'


@test('Accept accepts, with the token of the desktop; the notice goes')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.invite()
        number = fdo.wait('invites you')
        fdo.click(number, 'Accept', token='wayland-token-1')
        assert s.service.wait_call('AcceptWith', path) == (
            '', {'ActivationToken': 'wayland-token-1'})
        fdo.wait_gone(number)


@test("another notice's token is not taken")
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.invite()
        number = fdo.wait('invites you')
        s.service.invite(registered='Go')
        other = fdo.wait('Go')
        fdo.emit('ActivationToken', 'us', other, 'not-for-you')
        fdo.click(number, 'Accept')
        assert s.service.wait_call('AcceptWith', path) == ('', {})


@test('Decline declines; the notice goes')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.invite()
        number = fdo.wait('invites you')
        fdo.click(number, 'Decline')
        assert s.service.wait_call('Decline', path) == ('',)
        fdo.wait_gone(number)


@test('an invitation that is withdrawn goes, and only that one')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        first, second = s.service.invite(), s.service.invite(registered='Go')
        number, other = fdo.wait('Chess'), fdo.wait('Go')
        s.service.withdraw(first, CANCELLED_REMOTE)
        fdo.wait_gone(number)
        assert other in fdo.notices
        s.service.withdraw(second)
        fdo.wait_gone(other)


@test('withdrawn before it could be shown: it never shows')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.session()
        s.service.show(path)
        s.service.withdraw(path)
        s.service.invite(registered='Go')
        fdo.wait('Go')
        assert not [args for args in fdo.notices.values() if 'Chess' in args[4]], fdo.notices


@test('pain 6: what has expired says so when it is answered, and is not accepted')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.invite()
        number = fdo.wait('invites you')
        s.service.change(path, State=5, Result=TIMEOUT)
        s.service.answers['AcceptWith'] = Refusal('SessionStateInvalid')
        fdo.click(number, 'Accept')
        fdo.wait('This invitation has expired.')
        fdo.wait_gone(number)
        assert not s.service.count('AcceptWith')


@test('pain 6: expired in the very moment of the answer: the same is said')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.invite()

        def expire(_path, *_args):
            s.service.change(path, State=5, Result=TIMEOUT)
            raise Refusal('SessionStateInvalid')

        s.service.answers['AcceptWith'] = expire
        fdo.click(fdo.wait('invites you'), 'Accept')
        fdo.wait('This invitation has expired.')
        assert s.service.count('AcceptWith') == 1


@test('answered elsewhere, taken back, or gone for good: each says so')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        for state, result, text in ((3, 0, 'accepted already'), (4, 0, 'accepted already'),
                                    (6, 0x81000602, 'declined already'),
                                    (5, CANCELLED_REMOTE, 'taken back'), (7, 0, 'is over')):
            path = s.service.invite(registered='Game of %d' % state)
            number = fdo.wait('Game of %d' % state)
            s.service.change(path, State=state, Result=result)
            s.service.answers['Decline'] = Refusal('SessionStateInvalid')
            fdo.click(number, 'Decline')
            said = fdo.wait(text)
            fdo.dismiss(said)
            fdo.wait_gone(number)


@test('clicked twice: accepted once, and nothing is said of it')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.invite()
        number = fdo.wait('invites you')
        action = fdo.buttons(number)['Accept']
        for _count in range(3):
            fdo.emit('ActionInvoked', 'us', number, action)
        s.service.wait_call('AcceptWith', path)
        fdo.wait_gone(number)
        assert s.service.count('AcceptWith') == 1
        assert not fdo.notices, fdo.notices


@test('a missing application: Accept leaves the invitation, the download is offered')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.invite(registered=None)
        number = fdo.wait('invites you')
        s.service.answers['AcceptWith'] = Refusal('AppNotRegistered')
        fdo.click(number, 'Accept')
        s.service.wait_call('AcceptWith', path)
        answers = s.service.start_asking('OfferDownload', 'oss', path, 'Chess',
                                         'https://chess.example.org/get')
        offer = fdo.wait('can be had from chess.example.org')
        assert number in fdo.notices and set(fdo.buttons(offer)) == {'Open Page', 'Not Now'}
        fdo.click(offer, 'Not Now')
        Loop.wait_for(lambda: answers, 'OfferDownload is answered')
        assert answers == [()]
        fdo.wait_gone(offer)


def browser(s):
    """What is opened is written to a file."""
    log = s.desktop.path('opened')
    script = s.desktop.file('browser', '#!/bin/sh\n{ echo "$@"; env; } >%s.new\n'
                            'mv %s.new %s\n' % (log, log, log), 0o755)
    s.desktop.desktop_file('browser.desktop', Exec=script + ' %u',
                           MimeType='x-scheme-handler/https;x-scheme-handler/http;')
    s.desktop.file('config/mimeapps.list', '[Default Applications]\n'
                   'x-scheme-handler/https=browser.desktop\n'
                   'x-scheme-handler/http=browser.desktop\n')
    return log


@test('a page is opened after the click only, with the token of it')
def _(w):
    with scene(w) as s:
        log = browser(s)
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.session()
        answers = s.service.start_asking('OfferDownload', 'oss', path, 'Chess',
                                         'https://chess.example.org/get?x=1')
        offer = fdo.wait('can be had from')
        assert not os.path.exists(log)
        fdo.click(offer, 'Open Page', token='token-2')
        Loop.wait_for(lambda: os.path.exists(log), 'the page is opened')
        with open(log, encoding='utf-8') as file:
            lines = file.read().splitlines()
        assert lines[0] == 'https://chess.example.org/get?x=1'
        assert 'XDG_ACTIVATION_TOKEN=token-2' in lines
        assert not [line for line in lines if line.startswith('G_MESSAGES_DEBUG')]
        Loop.wait_for(lambda: answers, 'OfferDownload is answered')


@test('what is no page of http or https is neither offered nor opened')
def _(w):
    with scene(w) as s:
        log = browser(s)
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.session()
        for url in ('file:///etc/passwd', 'javascript:alert(1)', 'https:///x', 'ssh://x.example'):
            try:
                s.service.ask('OfferDownload', 'oss', path, 'Chess', url)
            except GLib.Error as error:
                assert 'InvalidArgs' in error.message, error.message
            else:
                raise AssertionError(url)
            s.desktop.peer.call(AGENT, '/org/msgr/Agent', 'org.freedesktop.Application',
                                'ActivateAction', 'sava{sv}',
                                ('open-page', [GLib.Variant('(ss)', ('x', url))], {}))
        s.service.invite()
        fdo.wait('invites you')
        assert len(fdo.notices) == 1 and not os.path.exists(log)


@test('an offer goes when its session ends, and the service is answered')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.session()
        answers = s.service.start_asking('OfferDownload', 'oss', path, 'Chess',
                                         'https://chess.example.org/')
        offer = fdo.wait('can be had from')
        s.service.withdraw(path, TIMEOUT)
        fdo.wait_gone(offer)
        Loop.wait_for(lambda: answers, 'OfferDownload is answered')


def alert(**fields):
    values = dict({'Alert': 'Your table is free', 'Id': GLib.Variant('t', 7),
                   'SiteId': GLib.Variant('i', 1), 'Publisher': 'org.example.Cafe',
                   'Time': GLib.Variant('t', 1), 'Url': '', 'Again': False}, **fields)
    return details(**values)


@test('an alert: its publisher, its text, its page; again: without a banner')
def _(w):
    with scene(w) as s:
        log = browser(s)
        s.desktop.desktop_file('org.example.Cafe.desktop', Name='The Café')
        fdo = s.desktop.fdo()
        s.begin()
        s.service.ask('ShowAlert', 'a{sv}', alert(Url='https://cafe.example/'))
        number = fdo.wait('Your table is free')
        assert fdo.title(number) == 'The Café' and fdo.hints(number)['urgency'] == 1
        fdo.click(number, 'Open Page')
        Loop.wait_for(lambda: os.path.exists(log), 'the page is opened')
        fdo.wait_gone(number)
        s.service.ask('ShowAlert', 'a{sv}', alert(Id=GLib.Variant('t', 8), Again=True,
                                                  Publisher='org.example.\u202eNobody',
                                                  Url='ftp://x.example/'))
        number = fdo.wait('Your table is free')
        assert fdo.title(number) == 'org.example. Nobody'
        assert fdo.hints(number)['urgency'] == 0 and fdo.hints(number)['suppress-sound']
        assert fdo.buttons(number) == {}


@test('of many alerts the last ones show, and a new notification server gets no more than these')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        for number in range(1, 61):
            s.service.ask('ShowAlert', 'a{sv}', alert(Id=GLib.Variant('t', number),
                                                      Alert='number %d.' % number))
        fdo.wait('number 60.')
        Loop.wait_for(lambda: len(fdo.notices) == 50, 'fifty alerts show')
        assert sorted(args[4] for args in fdo.notices.values()) == sorted(
            'number %d.' % number for number in range(11, 61))
        fdo.stop()
        fdo = s.desktop.fdo()
        fdo.wait('number 11.')
        Loop.wait_for(lambda: len(fdo.notices) == 50, 'the same fifty show')


@test('do not disturb: who is busy or on the phone is not interrupted, who is away is')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        for status, urgency in ((0xA, 0), (0x32, 0), (2, 1), (0x22, 1), (0xE, 1), (0x42, 1)):
            s.service.status = status
            path = s.service.invite(registered='Status %d' % status)
            number = fdo.wait('Status %d' % status)
            assert fdo.hints(number)['urgency'] == urgency, (status, fdo.hints(number))
            s.service.withdraw(path)


@test('pain 1: nothing starts: the user is told, with the name of what did not')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.invite(State=3)
        s.service.end(path, 7, LAUNCH_FAILED)
        number = fdo.wait('did not start')
        assert fdo.title(number) == 'Chess'
        other = s.service.invite()
        s.service.end(other, 7, CANCELLED_REMOTE)
        s.service.invite(registered='Go')
        fdo.wait('Go')
        assert len([args for args in fdo.notices.values() if 'start' in args[4]]) == 1


@test('nobody but the service may ask the agent')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.session()
        stranger = Peer(s.desktop.address)
        for member, signature, args in (
                ('ShowInvitation', 'oa{sv}', (path, {})), ('WithdrawInvitation', 'ou', (path, 0)),
                ('LaunchApplication', 'oa{sv}', (path, details(Path='/usr/bin/true'))),
                ('OfferDownload', 'oss', (path, 'x', 'https://x.example/')),
                ('ShowAlert', 'a{sv}', (alert(),)), ('ChooseContact', 'oa{sv}', (path, {})),
                ('ShowContactRequest', 'ssa{sv}', ('test:x', 'mallory', {})),
                ('WithdrawContactRequest', 'ss', ('test:x', 'mallory')),
                ('ShowSignedOut', 'sa{sv}', ('test:x', {})), ('WithdrawSignedOut', 's', ('x',)),
                ('Released', 's', ('ui',))):
            try:
                s.service.ask(member, signature, *args, peer=stranger)
            except GLib.Error as error:
                assert 'AccessDenied' in error.message, error.message
            else:
                raise AssertionError(member)
        stranger.close()
        s.service.invite()
        fdo.wait('invites you')
        assert len(fdo.notices) == 1


@test('who took the name from the service may; who had it may not')
def _(w):
    with scene(w) as s:
        s.desktop.fdo()
        s.begin()
        old, target = s.service.peer, s.service.agent
        old.disown(names.BUS)
        old.disown(names.AGENTS)
        path = s.service.session()
        second = ServiceMock(s.desktop.address)
        Loop.wait_for(second.registered, 'the agent finds the new service')
        second.ask('Released', 's', 'launch')
        try:
            old.call(target[0], AGENT_PATH, AGENT1, 'WithdrawInvitation', 'ou', (path, 0))
        except GLib.Error as error:
            assert 'AccessDenied' in error.message, error.message
        else:
            raise AssertionError('the old service is obeyed')
        second.close()


@test('actions with foreign targets do nothing')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        for action, kind, target in (('accept', 's', '/org/msgr/Messenger/Session/../x'),
                                     ('accept', 's', '/org/msgr/Messenger'), ('decline', 's', ''),
                                     ('accept', 's', '/org/example/Other'),
                                     ('let-run', '(ssb)', ('x', '/home/x/y', True))):
            s.desktop.peer.call(AGENT, '/org/msgr/Agent', 'org.freedesktop.Application',
                                'ActivateAction', 'sava{sv}',
                                (action, [GLib.Variant(kind, target)], {}))
        s.service.invite()
        fdo.wait('invites you')
        assert not s.service.count('AcceptWith') and not s.service.count('Decline')
        assert not s.service.count('GetAll')
