# SPDX-License-Identifier: LGPL-2.1-or-later
#
# msgr-agent launches real processes, for a service that the test plays itself.

import contextlib
import json
import os
import re
import signal
import stat

from gi.repository import Gio, GLib

from msgrtest.agent_scene import scene
from msgrtest.desktop import Loop
from msgrtest.tap import test

LAUNCH_FAILED = 0x81000601

# Writes what it was given, then does what its name says.
PROGRAM = '''#!/bin/sh
{ echo "pid $$"; for a; do echo "arg $a"; done; env | sed 's/^/env /'; pwd | sed 's/^/cwd /'; } >$0.new
mv $0.new $0.out
%s
'''


class Program:
    """A script in the desktop's folder; its own directory counts as a package's."""

    def __init__(self, s, what, name='program'):
        self.path = s.desktop.file(name, PROGRAM % what, 0o755)
        self.out = self.path + '.out'

    def started(self):
        return os.path.exists(self.out)

    def lines(self, kind):
        Loop.wait_for(self.started, 'the program runs')
        with open(self.out, encoding='utf-8', errors='replace') as file:
            return [line.rstrip('\n').split(' ', 1)[1] for line in file
                    if line.startswith(kind + ' ')]

    def environment(self):
        return dict(line.split('=', 1) for line in self.lines('env') if '=' in line)

    def pid(self):
        return int(self.lines('pid')[0])


def fdinfo_pid(fd):
    with open('/proc/self/fdinfo/%d' % fd, encoding='utf-8') as file:
        for line in file:
            if line.startswith('Pid:'):
                return int(line.split()[1])
    return None


@contextlib.contextmanager
def launched(s, path, **fields):
    pid, fd = s.service.launch(path, **fields)
    try:
        yield pid, fd
    finally:
        os.close(fd)


def refused(s, path, **fields):
    """The launch fails with an error of that name; returns its message."""
    try:
        _pid, fd = s.service.launch(path, **fields)
    except GLib.Error as error:
        assert 'org.msgr.Error.ApplicationLaunchFailed' in error.message, error.message
        return error.message
    os.close(fd)
    raise AssertionError('it was launched')


def begin(s, **options):
    s.service = None
    s.begin(**options)
    s.service.answers['ReportExit'] = lambda path, *args: None
    return s.service.session(State=3)


def report(s, session):
    """What the agent says of the process's end: (process, failed)."""
    args = s.service.wait_call('ReportExit')
    assert args[0] == session
    return args[1], args[2]


@test('a path: its process, by its number and a pidfd of it')
def _(w):
    with scene(w) as s:
        session = begin(s)
        program = Program(s, 'exec sleep 600')
        with launched(s, session, Path=program.path) as (pid, fd):
            assert pid == program.pid() == fdinfo_pid(fd)
            os.kill(pid, signal.SIGTERM)
            assert report(s, session) == (pid, True)


@test('pain 12: nothing of an invitation on the command line or in the environment, but its path')
def _(w):
    with scene(w) as s:
        session = begin(s)
        program = Program(s, 'exec sleep 600')
        s.service.show(session)
        with launched(s, session, Path=program.path, ActivationToken='token-3') as (pid, _fd):
            env = program.environment()
            assert program.lines('arg') == []
            os.kill(pid, signal.SIGKILL)
        assert env['MSGR_SESSION'] == session
        assert env['XDG_ACTIVATION_TOKEN'] == env['DESKTOP_STARTUP_ID'] == 'token-3'
        for word in ('secret', 'alice', 'Alice', 'chess.example.org', 'Chess'):
            assert word not in json.dumps(env), word


OWN = ('NOTIFY_SOCKET', 'LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES', 'INVOCATION_ID',
       'SYSTEMD_EXEC_PID', 'MANAGERPID', 'WATCHDOG_USEC', 'DBUS_STARTER_ADDRESS',
       'DBUS_STARTER_BUS_TYPE', 'STATE_DIRECTORY', 'DESKTOP_AUTOSTART_ID', 'XDG_ACTIVATION_TOKEN',
       'DESKTOP_STARTUP_ID', 'MSGR_SESSION', 'GIO_LAUNCHED_DESKTOP_FILE')


@test("pain 12: the environment is the user's: what was told the agent of itself is not in it")
def _(w):
    with scene(w) as s:
        own = {name: 'x' for name in OWN}
        own.update(LISTEN_FDS='0', WATCHDOG_USEC='0')
        session = begin(s, LANGUAGE='de', **own)
        program = Program(s, 'exec sleep 600')
        with launched(s, session, Path=program.path) as (pid, _fd):
            env = program.environment()
            os.kill(pid, signal.SIGKILL)
        assert env.pop('MSGR_SESSION') == session
        found = set(env) & (set(OWN) | {'G_MESSAGES_DEBUG', 'G_DEBUG', 'JOURNAL_STREAM'})
        assert not found, found
        assert env['LANGUAGE'] == 'de' and env['HOME'] == s.desktop.path('home')
        assert program.lines('cwd') == [s.desktop.path('home')]


@test('a desktop file: its arguments without files and addresses, its folder')
def _(w):
    with scene(w) as s:
        session = begin(s)
        program = Program(s, 'exec sleep 600')
        s.desktop.desktop_file('org.example.Chess.desktop', Name='Chess; rm -rf /',
                               Icon='chess', Path=s.desktop.path('cache'),
                               Exec=program.path + ' --join %U "a b" %i --name=%c %% %f --x=%u')
        with launched(s, session, DesktopId='org.example.Chess.desktop') as (pid, fd):
            assert program.lines('arg') == ['--join', 'a b', '--icon', 'chess',
                                            '--name=Chess; rm -rf /', '%', '--x=']
            assert program.lines('cwd') == [s.desktop.path('cache')]
            assert pid == fdinfo_pid(fd)
            os.kill(pid, signal.SIGKILL)


@test('standard input is empty, and no file of the agent is open in the program')
def _(w):
    with scene(w) as s:
        session = begin(s)
        program = Program(s, 'ls -l /proc/$$/fd >$0.fds; exec sleep 600')
        with launched(s, session, Path=program.path) as (pid, _fd):
            Loop.wait_for(lambda: os.path.exists(program.path + '.fds') and
                          os.path.getsize(program.path + '.fds'), 'the list of files')
            files = {os.readlink('/proc/%d/fd/%s' % (pid, fd))
                     for fd in os.listdir('/proc/%d/fd' % pid) if int(fd) not in (1, 2)}
            assert not {name for name in files if 'socket' in name or 'eventfd' in name}, files
            assert os.readlink('/proc/%d/fd/0' % pid) == '/dev/null'
            assert os.getsid(pid) == pid, 'a signal of a terminal would reach it'
            os.kill(pid, signal.SIGKILL)


@test('exit 0 at once: reported as handed over')
def _(w):
    with scene(w) as s:
        session = begin(s)
        with launched(s, session, Path='/usr/bin/true') as (pid, _fd):
            assert report(s, session) == (pid, False)


@test('pain 1: an exit status and a signal are reported as failures; the user is told why')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        begin(s)
        for count, (what, text) in enumerate((('exit 3', 'It ended with the status 3.'),
                                              ('kill -SEGV $$', 'It ended by the signal 11.'))):
            session = s.service.session(State=3)
            with launched(s, session, Path=Program(s, what).path) as (pid, _fd):
                assert s.service.wait_call('ReportExit', count=count + 1)[1:3] == (pid, True)
            s.service.end(session, 7, LAUNCH_FAILED)
            assert fdo.title(fdo.wait(text)) == 'Chess'


@test('pain 1: what cannot be started is said at once, to the service and to the user')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        session = begin(s)
        no_interpreter = s.desktop.file('bad', '#!/no/such/interpreter\n', 0o755)
        no_program = s.desktop.file('text', 'not a program', 0o755)
        not_executable = s.desktop.file('plain', '#!/bin/sh\n', 0o644)
        s.desktop.desktop_file('gone.desktop', Exec='/no/such/program')
        s.desktop.desktop_file('wrong.desktop', Exec='"unbalanced')
        for fields in ({'Path': no_interpreter}, {'Path': no_program}, {'Path': not_executable},
                       {'Path': '/usr/bin/no-such-program'}, {'DesktopId': 'gone.desktop'},
                       {'DesktopId': 'wrong.desktop'}, {'DesktopId': 'never.desktop'}, {}):
            refused(s, session, **fields)
            assert not s.service.count('ReportExit')
        for path in ('/usr/bin/no-such-program', s.desktop.path('none')):  # with consent, too
            refused(s, session, Path=path)
            s.service.end(session, 7, LAUNCH_FAILED)
            fdo.wait('There is no program “%s”.' % path)


@test('a program that forks: the parent hands over, the child lives')
def _(w):
    with scene(w) as s:
        session = begin(s)
        program = Program(s, 'sleep 600 & echo $! >$0.child.new; mv $0.child.new $0.child; exit 0')
        with launched(s, session, Path=program.path) as (pid, _fd):
            assert report(s, session) == (pid, False)
        with open(program.path + '.child', encoding='utf-8') as file:
            child = int(file.read())
        os.kill(child, signal.SIGKILL)


@test('a program that executes another is the same process')
def _(w):
    with scene(w) as s:
        session = begin(s)
        program = Program(s, 'exec /bin/sh -c "exec sleep 600"')
        with launched(s, session, Path=program.path) as (pid, fd):
            Loop.wait_for(lambda: os.readlink('/proc/%d/exe' % pid).endswith('sleep'), 'executed')
            assert pid == fdinfo_pid(fd)
            os.kill(pid, signal.SIGKILL)


@test('asked twice for one session: the same process, as long as it lives; then another')
def _(w):
    with scene(w) as s:
        session, other = begin(s), None
        program = Program(s, 'exec sleep 600')
        with launched(s, session, Path=program.path) as (pid, _fd):
            with launched(s, session, Path=program.path) as (same, fd):
                assert same == pid == fdinfo_pid(fd)
            other = s.service.session(State=3)
            with launched(s, other, Path=program.path) as (second, _fd2):
                assert second != pid
                os.kill(second, signal.SIGKILL)
                s.service.wait_call('ReportExit')
            os.kill(pid, signal.SIGKILL)
            s.service.wait_call('ReportExit', count=2)
        with launched(s, session, Path=program.path) as (third, _fd):
            assert third not in (pid, second)
            os.kill(third, signal.SIGKILL)


@test('the agent was killed and came back: it answers with the process that lives')
def _(w):
    with scene(w) as s:
        session = begin(s)
        program = Program(s, 'exec sleep 600')
        with launched(s, session, Path=program.path) as (pid, _fd):
            program.pid()
            s.agent.kill()
            assert os.path.exists('/proc/%d' % pid), 'it died with the agent'
            s.service.agent = None
            s.agent = s.desktop.start_agent(registered=s.service.registered)
            with launched(s, session, Path=program.path) as (same, fd):
                assert same == pid == fdinfo_pid(fd)
            os.kill(pid, signal.SIGKILL)
            Loop.wait_for(lambda: gone(pid), 'it ends')
            with launched(s, session, Path=program.path) as (second, _fd2):
                assert second != pid
                os.kill(second, signal.SIGKILL)


def gone(pid):
    """A zombie that nobody reaps has ended, too."""
    try:
        with open('/proc/%d/stat' % pid, encoding='utf-8') as file:
            return file.read().rsplit(')', 1)[1].split()[0] == 'Z'
    except FileNotFoundError:
        return True


@test('a program ends with the agent only if it wants to')
def _(w):
    with scene(w) as s:
        session = begin(s)
        program = Program(s, 'exec sleep 600')
        with launched(s, session, Path=program.path) as (pid, _fd):
            program.pid()
            s.agent.stop()
            assert not gone(pid)
            os.kill(pid, signal.SIGKILL)


# --- consent ---

def decisions(s):
    return s.desktop.path('state/msgr/programs.json')


@test('a path of a package, or of apps.d, is not asked about; another is, once, and for good')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        session = begin(s)
        program = Program(s, 'exit 0', name='home/chess')
        with launched(s, session, Path='/usr/bin/true', RegisteredBy='org.example.Chess'):
            s.service.wait_call('ReportExit')
        with launched(s, session, Path=program.path):
            s.service.wait_call('ReportExit', count=2)
        assert not fdo.notices
        answers = launch_later(s, session, program.path)
        number = fdo.wait('no package has put there')
        assert program.path in fdo.body(number) and not answers
        fdo.click(number, 'Run')
        Loop.wait_for(lambda: answers, 'it is launched')
        assert answers[0] > 0, answers
        s.service.wait_call('ReportExit', count=3)
        assert stat.S_IMODE(os.stat(decisions(s)).st_mode) == 0o600
        s.agent.stop()
        s.service.agent = None
        s.agent = s.desktop.start_agent(registered=s.service.registered)
        with launched(s, session, Path=program.path, RegisteredBy='org.example.Chess'):
            s.service.wait_call('ReportExit', count=4)


@test('the path of a program that asks for consent does not read as another')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        session = begin(s)
        program = Program(s, 'exit 0', name='home/\u202ess\u2067ehc')
        answers = launch_later(s, session, program.path)
        number = fdo.wait('no package has put there')
        assert '/home/ ss ehc, which' in fdo.body(number), fdo.body(number)
        fdo.click(number, "Don't Run")
        Loop.wait_for(lambda: answers, 'it is not launched')


def launch_later(s, session, path):
    """A list that gets the process, or the error."""
    answers = []

    def done(connection, result):
        try:
            reply, _fds = connection.call_with_unix_fd_list_finish(result)
            answers.append(reply.unpack()[0])
        except GLib.Error as error:
            answers.append(error)
        Loop.changed()

    entry = {'Guid': '{1}', 'Name': 'Chess', 'Url': '', 'DesktopId': '', 'Path': path,
             'RegisteredBy': 'org.example.Chess', 'ActivationToken': ''}
    s.service.peer.connection.call_with_unix_fd_list(
        s.service.agent[0], s.service.agent[1], 'org.msgr.Agent1', 'LaunchApplication',
        GLib.Variant('(oa{sv})', (session, {k: GLib.Variant('s', v) for k, v in entry.items()})),
        None, Gio.DBusCallFlags.NONE, 30000, None, None, done)
    return answers


@test('refused: it is not run, now or later; a changed file is another one')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        session = begin(s)
        program = Program(s, 'exit 0', name='home/chess')
        answers = launch_later(s, session, program.path)
        fdo.click(fdo.wait('no package has put there'), "Don't Run")
        Loop.wait_for(lambda: answers, 'it is refused')
        assert isinstance(answers[0], GLib.Error)
        refused(s, session, Path=program.path, RegisteredBy='org.example.Chess')
        Program(s, 'exit 0 # changed', name='home/chess')
        answers = launch_later(s, session, program.path)
        fdo.click(fdo.wait('no package has put there'), 'Run')
        Loop.wait_for(lambda: answers, 'it is launched')
        assert answers[0] > 0 and program.pid() == answers[0]
        with open(decisions(s), encoding='utf-8') as file:
            assert [entry['path'] for entry in json.load(file).values()] == [program.path]


@test('not answered in time: not run; the word that comes later counts for the next time')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        session = begin(s)
        program = Program(s, 'exit 0', name='home/chess')
        refused(s, session, Path=program.path, RegisteredBy='org.example.Chess')
        assert not program.started()
        fdo.click(fdo.wait('no package has put there'), 'Run')
        Loop.wait_for(lambda: os.path.exists(decisions(s)), 'it is noted')
        with launched(s, session, Path=program.path, RegisteredBy='org.example.Chess'):
            s.service.wait_call('ReportExit')


@test('changed between the question and the answer: not run')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        session = begin(s)
        program = Program(s, 'exit 0', name='home/chess')
        answers = launch_later(s, session, program.path)
        number = fdo.wait('no package has put there')
        Program(s, 'exit 0 # other', name='home/chess')
        fdo.click(number, 'Run')
        Loop.wait_for(lambda: answers, 'it is refused')
        assert isinstance(answers[0], GLib.Error) and not program.started()


@test('Accept asks before it accepts: a refusal leaves the invitation, and may be thought over')
def _(w):
    with scene(w) as s:
        fdo = s.desktop.fdo()
        begin(s)
        program = Program(s, 'exit 0', name='home/chess')
        s.service.applications({
            'Guid': '{11111111-1111-1111-1111-111111111111}', 'Name': 'Chess', 'DesktopId': '',
            'Path': program.path, 'RegisteredBy': 'org.example.Chess'})
        path = s.service.invite()
        number = fdo.wait('invites you')
        for answer in ("Don't Run", 'Run'):
            fdo.click(number, 'Accept', token='token-5')
            question = fdo.wait('no package has put there')
            assert not s.service.count('AcceptWith') and number in fdo.notices
            fdo.click(question, answer)
            fdo.wait_gone(question)
        assert s.service.wait_call('AcceptWith', path) == ('', {'ActivationToken': 'token-5'})


# --- the bus and systemd ---

APPLICATION_XML = '''<node><interface name="org.freedesktop.Application">
  <method name="Activate"><arg type="a{sv}" direction="in"/></method>
</interface></node>'''


class Application:
    """A D-Bus activated application, or one that is running already."""

    def __init__(self, peer, name):
        self.activations = []
        self.refuses = False
        info = Gio.DBusNodeInfo.new_for_xml(APPLICATION_XML).interfaces[0]
        peer.connection.register_object('/' + name.replace('.', '/').replace('-', '_'), info,
                                        self.on_call, None, None)
        peer.own(name)

    def on_call(self, _connection, _sender, _path, _iface, _member, parameters, invocation):
        self.activations.append(parameters.unpack()[0])
        if self.refuses:
            invocation.return_dbus_error('org.example.No', 'no')
        else:
            invocation.return_value(None)
        Loop.changed()


@test('a D-Bus activated application is activated, with the token; there is no process to tell')
def _(w):
    with scene(w) as s:
        session = begin(s)
        s.desktop.desktop_file('org.example.Go-Game.desktop', DBusActivatable='true')
        application = Application(s.desktop.peer, 'org.example.Go-Game')
        with launched(s, session, DesktopId='org.example.Go-Game.desktop',
                      ActivationToken='token-6') as (pid, _fd):
            assert pid == 0
        assert application.activations == [{'activation-token': 'token-6',
                                            'desktop-startup-id': 'token-6'}]
        application.refuses = True
        refused(s, session, DesktopId='org.example.Go-Game.desktop')
        assert application.activations[1] == {}
        s.desktop.desktop_file('org.example.Never.desktop', DBusActivatable='true')
        refused(s, session, DesktopId='org.example.Never.desktop')


@test('a single-instance application that runs already: the second process hands over')
def _(w):
    with scene(w) as s:
        session = begin(s)
        script = s.desktop.file('single', """#!/usr/bin/python3
import sys
from gi.repository import Gio
app = Gio.Application(application_id='org.example.Single')
def activate(app):
    with open(sys.argv[0] + '.activated', 'a', encoding='utf-8') as file:
        file.write('x')
    app.hold()
app.connect('activate', activate)
sys.exit(app.run([]))
""", 0o755)
        activated = script + '.activated'
        s.desktop.desktop_file('org.example.Single.desktop', Exec=script + ' %U')
        first = s.desktop.spawn([script])
        Loop.wait_for(lambda: os.path.exists(activated) and os.path.getsize(activated) == 1,
                      'the first is there')
        with launched(s, session, DesktopId='org.example.Single.desktop') as (pid, _fd):
            assert report(s, session) == (pid, False)
        assert os.path.getsize(activated) == 2 and first.poll() is None


SYSTEMD_XML = '''<node><interface name="org.freedesktop.systemd1.Manager">
  <method name="StartTransientUnit">
    <arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="a(sv)" direction="in"/><arg type="a(sa(sv))" direction="in"/>
    <arg type="o" direction="out"/>
  </method>
</interface></node>'''


class Systemd:
    """A user manager that takes its time."""

    def __init__(self, peer, fails=False):
        self.peer = peer
        self.fails = fails
        self.units = []
        info = Gio.DBusNodeInfo.new_for_xml(SYSTEMD_XML).interfaces[0]
        peer.connection.register_object('/org/freedesktop/systemd1', info, self.on_call, None,
                                        None)
        peer.own('org.freedesktop.systemd1')

    def on_call(self, _connection, sender, _path, _iface, _member, parameters, invocation):
        name, mode, properties, _aux = parameters.unpack()
        self.units.append((name, mode, dict(properties), sender))
        if self.fails:
            invocation.return_dbus_error('org.freedesktop.systemd1.No', 'no')
        else:
            invocation.return_value(GLib.Variant('(o)', ('/org/freedesktop/systemd1/job/1',)))
        Loop.changed()

    def finish(self):
        name, _mode, _properties, sender = self.units[-1]
        self.peer.connection.emit_signal(
            sender, '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager', 'JobRemoved',
            GLib.Variant('(uoss)', (1, '/org/freedesktop/systemd1/job/1', name, 'done')))


@test('where systemd manages the session: in a scope of its own, before the program runs')
def _(w):
    with scene(w) as s:
        systemd = Systemd(s.desktop.peer)
        session = begin(s)
        program = Program(s, 'exec sleep 600', name='my-game.sh')
        start(s, session, program.path)
        Loop.wait_for(lambda: systemd.units, 'a unit is started')
        name, mode, properties, _sender = systemd.units[0]
        assert re.fullmatch(r'app-msgr-my\\x2dgame\.sh-[0-9a-f]{8}\.scope', name), name
        assert mode == 'fail' and properties['Slice'] == 'app.slice', properties
        [pid] = properties['PIDs']
        assert os.readlink('/proc/%d/exe' % pid).endswith('/msgr-agent'), 'it waits at the gate'
        assert not program.started()
        systemd.finish()
        assert program.pid() == pid
        os.kill(pid, signal.SIGKILL)


@test('systemd refuses: launched without a scope')
def _(w):
    with scene(w) as s:
        systemd = Systemd(s.desktop.peer, fails=True)
        session = begin(s)
        program = Program(s, 'exec sleep 600', name='my-game.sh')
        with launched(s, session, Path=program.path) as (pid, _fd):
            assert program.pid() == pid
            os.kill(pid, signal.SIGKILL)
        assert [unit[0].split('-')[2] for unit in systemd.units] == [r'my\x2dgame.sh']


@test('the agent dies before the program runs: it never does')
def _(w):
    with scene(w) as s:
        systemd = Systemd(s.desktop.peer)
        session = begin(s)
        program = Program(s, 'exec sleep 600')
        start(s, session, program.path)
        Loop.wait_for(lambda: systemd.units, 'a unit is started')
        pid = systemd.units[0][2]['PIDs'][0]
        s.agent.kill()
        Loop.wait_for(lambda: gone(pid), 'the process ends')
        assert not program.started()


def start(s, session, path):
    s.service.start_asking('LaunchApplication', 'oa{sv}', session,
                           {'Path': GLib.Variant('s', path),
                            'RegisteredBy': GLib.Variant('s', 'system')})
