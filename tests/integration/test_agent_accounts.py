# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Services that can't be signed in to, as msgr-agent shows them.

from gi.repository import GLib

from msgrtest import names
from msgrtest.agent_scene import scene
from msgrtest.desktop import AGENT, Loop
from msgrtest.service_mock import Refusal
from msgrtest.tap import test

SERVICE = 'test:bob@b.test'
OUT = 'is signed out'
FINGERPRINT = 'ab' * 32


@test('an account that has given up: which, and why')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        for hr, message, body in (
                ('AuthenticationFailed', '', 'The password was not accepted.'),
                ('NetworkConfigFailure', 'refused: self-signed (SHA-256 %s)' % FINGERPRINT,
                 "Its settings, or its server&apos;s certificate, are not in order. "
                 '“refused: self-signed (SHA-256 %s)”' % FINGERPRINT),
                ('ConnectionFailure', 'in use elsewhere',
                 "The server doesn&apos;t let you in. “in use elsewhere”")):
            s.service.give_up(Result=names.HRESULTS[hr], Message=message)
            number = fdo.wait(body)
            assert fdo.title(number) == 'Test network: bob@b.test ' + OUT, fdo.title(number)
            assert fdo.body(number) == body, fdo.body(number)
            assert fdo.hints(number)['urgency'] == 1
        assert len(fdo.notices) == 1, 'there is one for each account'
        assert list(fdo.buttons(number)) == ['Try Again']


@test('hostile texts: one line, no markup, no turned direction')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.give_up('x=[y]:%', Name='\n\u202e', Message='\x1b[1m<b>\u2066click</b>\n\n&')
        number = fdo.wait(OUT)
        assert fdo.title(number) == 'x=[y]:% ' + OUT, fdo.title(number)
        assert fdo.body(number).endswith('“[1m&lt;b&gt; click&lt;/b&gt; &amp;”'), fdo.body(number)
        fdo.wait_noted(number)


@test('Try Again signs in; the notice goes when the service says so')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.give_up()
        number = fdo.wait(OUT)
        for _count in range(2):
            fdo.click(number, 'Try Again')
            assert s.service.wait_call('Signin') == (SERVICE,)
            s.service.calls.clear()
        s.service.withdraw_signed_out()
        fdo.wait_gone(number)
        assert not fdo.notices


@test('what could not be tried is told')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        for error, said in (('NotFound', 'no such account'), ('LimitsExceeded', 'not be tried')):
            s.service.answers['Signin'] = Refusal(error)
            s.service.give_up()
            number = fdo.wait(OUT)
            fdo.click(number, 'Try Again')
            fdo.dismiss(fdo.wait(said))
            fdo.wait_gone(number)


@test('shown before: no banner; the agent killed and started again: the same notice')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.give_up()
        s.service.give_up('test:other')
        numbers = [fdo.wait(OUT)]
        Loop.wait_for(lambda: len(fdo.notices) == 2, 'both show')
        number, other = sorted(fdo.notices, key=lambda n: SERVICE not in
                               fdo.buttons(n)['Try Again'])
        for shown in (number, other):
            fdo.wait_noted(shown)
        s.agent.kill()
        del s.service.stopped['test:other']
        s.again()
        fdo.wait_gone(other)
        s.service.give_up(again=True)
        Loop.wait_for(lambda: fdo.hints(number)['urgency'] == 0, 'shown again, in its place')
        assert list(fdo.notices) == [number], numbers
        fdo.click(number, 'Try Again')
        s.service.wait_call('Signin')


@test('a server of GNotification: Try Again works when the agent was killed and came back')
def _(w):
    with scene(w) as s:
        gtk = s.desktop.gtk()
        s.begin()
        s.service.give_up()
        name = gtk.wait(OUT)
        s.agent.kill()
        s.again()
        gtk.click(name, 'Try Again')
        assert s.service.wait_call('Signin') == (SERVICE,)
        s.service.withdraw_signed_out()
        gtk.wait_gone(name)


@test('an account that is tried again, or that nobody wants, does not show on')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.give_up()
        number = fdo.wait(OUT)
        fdo.wait_noted(number)
        for change in ({'WillRetry': True}, {'Wanted': False}, {'Connector': False}, {'Result': 0}):
            s.agent.kill()
            s.service.stopped[SERVICE].update(
                {key: GLib.Variant('u' if key == 'Result' else 'b', value)
                 for key, value in change.items()})
            s.again()
            fdo.wait_gone(number)
            s.service.give_up()
            number = fdo.wait(OUT)
            fdo.wait_noted(number)


@test('another agent takes over the windows: what shows goes')
def _(w):
    with scene(w) as s:
        fdo = s.begin_with_fdo()
        s.service.give_up()
        number = fdo.wait(OUT)
        s.service.ask('Released', 's', 'ui')
        fdo.wait_gone(number)


@test("nothing of what a server says is in the agent's log")
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin('--verbose')
        s.service.answers['Signin'] = Refusal('NotFound')
        s.service.give_up(Message='secret')
        fdo.click(fdo.wait(OUT), 'Try Again')
        fdo.wait('no such account')
        s.agent.stop()
        assert 'secret' not in s.agent.log and 'bob@' not in s.agent.log, s.agent.log
        assert s.desktop.peer.owner(AGENT) is False
