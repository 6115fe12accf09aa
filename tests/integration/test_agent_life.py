# SPDX-License-Identifier: LGPL-2.1-or-later
#
# msgr-agent while everything around it comes and goes: notification servers, the service, itself.

import os
import re
import signal
import subprocess

from gi.repository import GLib

from msgrtest import names
from msgrtest.agent_scene import scene
from msgrtest.client import DEADLINE
from msgrtest.desktop import AGENT, Loop
from msgrtest.service_mock import Refusal, ServiceMock
from msgrtest.tap import test

TIMEOUT = 0x81000609


@test('pain 5: a server of GNotification: Accept works when the agent has ended meanwhile')
def _(w):
    with scene(w) as s:
        gtk = s.desktop.gtk()
        s.begin()
        path = s.service.invite()
        name = gtk.wait('invites you')
        assert gtk.notices[name]['title'] == 'Alice Tester (alice) invites you'
        s.agent.stop()
        Loop.wait_for(lambda: not s.desktop.peer.owner(AGENT), 'the agent has gone')
        assert name in gtk.notices, 'who is started again need not take it away'
        s.desktop.activatable(AGENT, s.desktop.program)
        s.desktop.file('environment', '')
        s.desktop.peer.bus('UpdateActivationEnvironment', 'a{ss}',
                           (dict(s.desktop.environment(), **s.desktop.sanitizers()),))
        gtk.click(name, 'Accept', token='shell-token')
        assert s.service.wait_call('AcceptWith', path) == ('', {'ActivationToken': 'shell-token'})
        gtk.wait_gone(name)
        s.desktop.end_activated_agent()


@test('pain 5: a server of GNotification: Decline works after the agent was killed and came back')
def _(w):
    with scene(w) as s:
        gtk = s.desktop.gtk()
        s.begin()
        path = s.service.invite()
        name = gtk.wait('invites you')
        s.agent.kill()
        s.again()
        gtk.click(name, 'Decline')
        s.service.wait_call('Decline', path)
        gtk.wait_gone(name)


@test('pain 5: a server of freedesktop.org: killed and back, the same notice is shown, not a second')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.invite()
        number = fdo.wait('invites you')
        fdo.wait_noted(number)
        s.agent.kill()
        s.again()
        s.service.show(path)
        Loop.wait_for(lambda: len([c for c in fdo.calls if c[0] == 'Notify']) == 2, 'shown again')
        assert [c[1][1] for c in fdo.calls if c[0] == 'Notify'] == [0, number], fdo.calls
        fdo.click(number, 'Accept')
        s.service.wait_call('AcceptWith', path)
        fdo.wait_gone(number)


@test('pain 5: ... and its buttons work before the service has shown it again')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.invite()
        number = fdo.wait('invites you')
        fdo.wait_noted(number)
        s.agent.kill()
        s.again()
        fdo.click(number, 'Accept')
        s.service.wait_call('AcceptWith', path)
        fdo.wait_gone(number)


@test('what has ended while the agent was away goes when it is back')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        gone, waits = s.service.invite(), s.service.invite(registered='Go')
        number, other = fdo.wait('Chess'), fdo.wait('Go')
        fdo.wait_noted(number)
        s.agent.kill()
        s.service.change(gone, State=5, Result=TIMEOUT)
        assert waits
        s.again()
        fdo.wait_gone(number)
        assert other in fdo.notices


@test('what shows goes with an agent that is ended, where nobody could answer for it')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        s.service.invite()
        number = fdo.wait('invites you')
        fdo.wait_noted(number)  # the server shows it before the agent knows its number
        s.agent.stop()
        fdo.wait_gone(number)


@test('pain 13: no notification server: said once, nothing accepted; one that comes shows all')
def _(w):
    with scene(w) as s:
        s.begin()
        for name in ('Chess', 'Go', 'Whist'):
            s.service.invite(registered=name)
        s.agent.wait_log('No notification server')
        s.service.wait_call('ListServices', count=3)
        assert len(re.findall('No notification server', s.agent.log)) == 1, s.agent.log
        fdo = s.desktop.fdo()
        numbers = [fdo.wait(name) for name in ('Chess', 'Go', 'Whist')]
        assert not s.service.count('AcceptWith')
        fdo.click(numbers[1], 'Accept')
        s.service.wait_call('AcceptWith')


@test('another server takes over: all is shown there; what was put away is not')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        s.service.invite(registered='Chess')
        s.service.invite(registered='Go')
        number = fdo.wait('Go')
        fdo.wait('Chess')
        fdo.dismiss(number)
        fdo.wait_gone(number)
        s.desktop.servers.remove(fdo)
        fdo.stop()
        second = s.desktop.fdo()
        chess = second.wait('Chess')
        assert [args[4] for args in second.notices.values()] == ['Chess']
        gtk = s.desktop.gtk()
        gtk.wait('Chess')
        assert chess


@test('pain 14: the service goes and comes back: the agent registers again, with its roles')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin('--roles=ui', '--priority=3')
        for count in range(1, 4):
            assert s.service.agents[-1][1] == {'Roles': ['ui'], 'Priority': 3}
            assert len(s.service.agents) == count
            s.service.disappear()
            s.agent.wait_log('The service has left')
            s.service.appear()
            Loop.wait_for(s.service.registered, 'registered again')
        path = s.service.invite()
        fdo.click(fdo.wait('invites you'), 'Accept')
        s.service.wait_call('AcceptWith', path)


@test('the service comes later than the agent; it is not started for nothing')
def _(w):
    with scene(w) as s:
        s.desktop.system_address = 'session'
        s.desktop.activatable(names.BUS, '/bin/touch ' + s.desktop.path('started'))
        s.agent = s.desktop.start_agent()
        s.service = ServiceMock(s.desktop.address)
        Loop.wait_for(s.service.registered, 'registered')
        assert not os.path.exists(s.desktop.path('started'))


@test('a click when the service is away: it is started, once, and the user is told if that fails')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        s.service.invite()
        number = fdo.wait('invites you')
        s.desktop.activatable(names.BUS, '/bin/touch ' + s.desktop.path('started'))
        s.service.disappear()
        s.agent.wait_log('The service has left')
        fdo.click(number, 'Accept')
        Loop.wait_for(lambda: os.path.exists(s.desktop.path('started')), 'it is started')
        s.service.appear()
        s.service.wait_call('AcceptWith')


@test('the service takes no agent: said, and the agent lives on')
def _(w):
    with scene(w) as s:
        s.service = ServiceMock(s.desktop.address)
        s.service.answers['RegisterAgent'] = Refusal('AccessDenied', 'the policy')
        s.desktop.system_address = 'session'
        s.agent = s.desktop.start_agent(warns=True)
        s.agent.wait_log('takes no agent')
        del s.service.answers['RegisterAgent']
        s.service.disappear()
        s.service.appear()
        Loop.wait_for(s.service.registered, 'registered')


@test("no way to the service's bus: said once, tried again")
def _(w):
    with scene(w) as s:
        s.desktop.system_address = 'unix:path=' + s.desktop.path('system')
        s.agent = s.desktop.start_agent(warns=True)
        s.agent.wait_log('There is no way to the bus')
        with open(s.desktop.path('second.conf'), 'w', encoding='utf-8') as file:
            with open(s.desktop.path('bus.conf'), encoding='utf-8') as first:
                file.write(first.read().replace(s.desktop.path('bus'), s.desktop.path('system')))
        bus = subprocess.Popen(['dbus-daemon', '--config-file=' + s.desktop.path('second.conf'),
                                '--nofork', '--nopidfile', '--print-address=1'],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            s.service = ServiceMock(bus.stdout.readline().strip())
            Loop.wait_for(s.service.registered, 'registered')
            assert s.agent.log.count('There is no way to the bus') == 1
        finally:
            bus.terminate()
            bus.wait(DEADLINE)
            bus.stdout.close()
        s.agent.wait_log('has gone')


@test('no session bus at all: it launches, and does not crash')
def _(w):
    with scene(w) as s:
        s.service = ServiceMock(s.desktop.address)
        environment = dict(s.desktop.environment(), MSGR_BUS=s.desktop.address,
                           DBUS_SESSION_BUS_ADDRESS='unix:path=/nonexistent')
        s.desktop.environment = lambda activated=False: environment
        s.desktop.peer.owner = lambda name: s.service.registered()
        s.agent = s.desktop.start_agent()
        pid, fd = s.service.launch(s.service.session(), Path='/usr/bin/true')
        os.close(fd)
        assert pid > 0
        s.service.invite()
        s.agent.wait_log('No notification server')


@test('a second start finds the first and ends with 0')
def _(w):
    with scene(w) as s:
        s.begin()
        second = s.desktop.spawn([s.desktop.program], **s.desktop.sanitizers())
        assert second.wait(DEADLINE) == 0
        assert s.agent.running() and len(s.service.agents) == 1


@test('another agent takes over the windows: what shows goes; it may still launch')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin()
        path = s.service.invite()
        number = fdo.wait('invites you')
        answers = s.service.start_asking('OfferDownload', 'oss', path, 'Chess',
                                         'https://chess.example.org/')
        offer = fdo.wait('can be had')
        s.service.ask('Released', 's', 'launch')
        assert number in fdo.notices and offer in fdo.notices
        s.service.ask('Released', 's', 'ui')
        fdo.wait_gone(number)
        fdo.wait_gone(offer)
        Loop.wait_for(lambda: answers, 'the offer is answered')
        pid, fd = s.service.launch(path, Path='/usr/bin/true')
        os.close(fd)
        assert pid > 0


def end_with(w, number):
    with scene(w) as s:
        s.desktop.fdo()
        s.begin()
        path = s.service.invite()
        s.service.start_asking('OfferDownload', 'oss', path, 'Chess', 'https://x.example/')
        s.service.wait_call('ListServices')
        s.agent.process.send_signal(number)
        assert s.agent.wait() == 0
        s.agent.check_log()
        s.agent.expected_death = True


@test('SIGTERM ends it with 0, with calls under way')
def _(w):
    end_with(w, signal.SIGTERM)


@test('SIGINT ends it with 0, with calls under way')
def _(w):
    end_with(w, signal.SIGINT)


@test('what is wrong on the command line is refused')
def _(w):
    with scene(w) as s:
        for args, status in ((['--roles=chess'], 2), (['--roles='], 2), (['--no-such'], 1),
                             (['--version'], 0), (['--help'], 0)):
            process = s.desktop.spawn([s.desktop.program, *args], **s.desktop.sanitizers())
            assert process.wait(DEADLINE) == status, (args, process.returncode)


@test("nothing of what an invitation carries is in the agent's log")
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        s.begin('--verbose')
        path = s.service.invite(registered=None, ApplicationName='Foreign name',
                                ContextData='context secret')
        number = fdo.wait('invites you')
        fdo.click(number, 'Accept', token='token-secret')
        s.service.wait_call('AcceptWith', path)
        fdo.wait_gone(number)
        s.agent.stop()
        for word in ('secret', 'Foreign', 'alice', 'Alice'):
            assert word not in s.agent.log, s.agent.log
