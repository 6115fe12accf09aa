# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Who asks to see the user's status, as msgr-agent shows it and has it answered.

from gi.repository import GLib

from msgrtest.agent_scene import scene
from msgrtest.desktop import AGENT, Loop
from msgrtest.service_mock import Refusal
from msgrtest.tap import test

NAME = 'mallory@m.test'
SERVICE = 'test:bob@b.test'
ASKS = 'wants to add you to their contacts'
OVER = 'answered already, or taken back'


def click_action(s, action, target):
    """As anybody in the session may ask for it."""
    s.desktop.peer.call(AGENT, '/org/msgr/Agent', 'org.freedesktop.Application', 'ActivateAction',
                        'sava{sv}', (action, [target], {}))


@test('a contact request shows who asks, by which service, and what they say')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for(Message='We met in Ulm')
        number = fdo.wait(ASKS)
        assert fdo.title(number) == 'Mallory (%s) %s' % (NAME, ASKS), fdo.title(number)
        assert fdo.body(number) == 'By way of Test network: “We met in Ulm”', fdo.body(number)
        assert set(fdo.buttons(number)) == {'Accept', 'Refuse'}
        assert fdo.hints(number)['urgency'] == 1


@test('without a name, a message and a service\'s name there are the other names')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for(FriendlyName='', ServiceName='')
        number = fdo.wait(ASKS)
        assert fdo.title(number) == '%s %s' % (NAME, ASKS), fdo.title(number)
        assert fdo.body(number) == 'By way of %s.' % SERVICE, fdo.body(number)


@test('hostile texts: one line, no markup, no turned direction')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for('mal\u202elory\n=[x]@m.test', FriendlyName='\u2066<b>Your Bank</b>\u2029',
                          ServiceName='Net\x1b[1m\nwork',
                          Message='\n\n\u202e<a href="x">gnp.exe</a>\t&amp;\x07\r\n' + '\n' * 290)
        number = fdo.wait(ASKS)
        assert fdo.title(number) == '<b>Your Bank</b> (mal lory =[x]@m.test) ' + ASKS, \
            fdo.title(number)
        assert fdo.body(number) == (
            'By way of Net [1m work: “&lt;a href=&quot;x&quot;&gt;gnp.exe&lt;/a&gt; &amp;amp;”'), \
            fdo.body(number)
        fdo.wait_noted(number)
        fdo.click(number, 'Accept')
        assert s.service.wait_call('AnswerContactRequest') == (
            'mal\u202elory\n=[x]@m.test', SERVICE, True)
        fdo.wait_gone(number)


@test('Accept accepts, Refuse refuses, and the notices go')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        for label, name in (('Accept', 'anna@m.test'), ('Refuse', 'otto@m.test')):
            s.service.ask_for(name)
            number = fdo.wait(name)
            fdo.click(number, label)
            fdo.wait_gone(number)
        assert [args for name, _path, args in s.service.calls
                if name == 'AnswerContactRequest'] == [('anna@m.test', SERVICE, True),
                                                       ('otto@m.test', SERVICE, False)]
        assert not fdo.notices, fdo.notices


@test('clicked twice, and both: answered once')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for()
        number = fdo.wait(ASKS)
        buttons = fdo.buttons(number)
        for label in ('Accept', 'Accept', 'Refuse'):
            fdo.emit('ActionInvoked', 'us', number, buttons[label])
        assert s.service.wait_call('AnswerContactRequest') == (NAME, SERVICE, True)
        fdo.wait_gone(number)
        assert not fdo.notices, fdo.notices


@test('answered elsewhere: it goes, and only that one')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for('anna@m.test')
        s.service.ask_for('anna@m.test', service='test:other')
        Loop.wait_for(lambda: len(fdo.notices) == 2, 'both show')
        number, other = sorted(fdo.notices, key=lambda n: SERVICE not in fdo.buttons(n)['Accept'])
        s.service.withdraw_request('anna@m.test')
        fdo.wait_gone(number)
        assert other in fdo.notices


@test('withdrawn before it could be shown: it never shows')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for('anna@m.test')
        s.service.withdraw_request('anna@m.test')
        s.service.ask_for('otto@m.test')
        fdo.wait('otto')
        assert not [args for args in fdo.notices.values() if 'anna' in args[3]], fdo.notices


@test('what was shown before comes without a banner and without a sound')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for(again=True)
        hints = fdo.hints(fdo.wait(ASKS))
        assert hints['urgency'] == 0 and hints['suppress-sound'], hints


@test('who is busy is not interrupted')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.answers['ListServices'] = lambda _path: GLib.Variant(
            '(a(ssssu))', ([(SERVICE, 'Test network', 'bob@b.test', 'Bob', 0xA)],))
        s.service.ask_for()
        assert fdo.hints(fdo.wait(ASKS))['urgency'] == 0


@test('a late answer is told, and the notice goes')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for()
        number = fdo.wait(ASKS)
        s.service.answers['AnswerContactRequest'] = Refusal('NotFound')
        fdo.click(number, 'Accept')
        said = fdo.wait(OVER)
        assert fdo.title(said) == 'Contact request'
        fdo.wait_gone(number)


@test('an answer that fails is told; the request shows on, and can be answered')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for()
        s.service.answers['AnswerContactRequest'] = Refusal('LimitsExceeded')
        fdo.click(fdo.wait(ASKS), 'Accept')
        said = fdo.wait('It waits on.')
        number = fdo.wait(ASKS)
        assert number != said
        assert fdo.hints(number)['urgency'] == 0, 'no second banner'
        del s.service.answers['AnswerContactRequest']
        fdo.click(number, 'Accept')
        fdo.wait_gone(number)


@test('the agent is killed and started again: the same notice, which works before it is shown again')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for()
        number = fdo.wait(ASKS)
        fdo.wait_noted(number)
        s.agent.kill()
        s.again()
        s.service.ask_for(again=True)
        Loop.wait_for(lambda: len([c for c in fdo.calls if c[0] == 'Notify']) == 2, 'shown again')
        assert [c[1][1] for c in fdo.calls if c[0] == 'Notify'] == [0, number], fdo.calls
        s.agent.kill()
        s.again()
        fdo.click(number, 'Accept')
        s.service.wait_call('AnswerContactRequest')
        fdo.wait_gone(number)


@test('what was answered while the agent was away goes when it is back')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for('anna@m.test')
        s.service.ask_for('otto@m.test')
        s.service.invite()
        number, other, invitation = fdo.wait('anna'), fdo.wait('otto'), fdo.wait('invites you')
        for shown in (number, other, invitation):
            fdo.wait_noted(shown)
        s.agent.kill()
        del s.service.requests[SERVICE, 'anna@m.test']
        s.again()
        fdo.wait_gone(number)
        assert other in fdo.notices and invitation in fdo.notices


@test('a server of GNotification: the buttons work when the agent was killed and came back')
def _(w):
    with scene(w) as s:
        gtk = s.desktop.gtk()
        s.begin()
        for label, name, accept in (('Accept', 'anna@m.test', True),
                                    ('Refuse', 'otto@m.test', False)):
            s.service.calls.clear()
            s.service.ask_for(name, Message='Ulm')
            shown = gtk.wait(name)
            assert gtk.notices[shown]['body'] == 'By way of Test network: “Ulm”'
            assert gtk.notices[shown]['priority'] == 'high', gtk.notices[shown]
            s.agent.kill()
            s.again()
            gtk.click(shown, label)
            assert s.service.wait_call('AnswerContactRequest') == (name, SERVICE, accept)
            gtk.wait_gone(shown)
        s.service.ask_for(again=True)
        assert gtk.notices[gtk.wait(ASKS)]['priority'] == 'low'


@test('another agent takes over the windows: what shows goes')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.ask_for()
        number = fdo.wait(ASKS)
        s.service.ask('Released', 's', 'ui')
        fdo.wait_gone(number)


@test('a click of the wrong type does nothing, one for nobody is told')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.answers['AnswerContactRequest'] = Refusal('NotFound')
        for target in (GLib.Variant('s', NAME), GLib.Variant('(ssb)', (SERVICE, NAME, True))):
            try:
                click_action(s, 'accept-contact', target)
            except GLib.Error:
                pass  # GLib may say so, too
        click_action(s, 'refuse-contact', GLib.Variant('(ss)', ('\n', 'x' * 100000)))
        fdo.wait(OVER)
        assert s.service.count('AnswerContactRequest') == 1


@test("nothing of what a contact request carries is in the agent's log")
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin('--verbose')
        s.service.ask_for(Message='secret')
        s.service.answers['AnswerContactRequest'] = Refusal('NotFound')
        fdo.click(fdo.wait(ASKS), 'Accept')
        fdo.wait(OVER)
        s.agent.stop()
        for word in ('secret', 'allory'):
            assert word not in s.agent.log, s.agent.log
