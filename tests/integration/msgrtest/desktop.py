# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A user's desktop for msgr-agent: a session bus and folders of its own, notification servers, and
# the agent. The test's own connections live in one thread that runs GLib's main loop.

import json
import os
import signal
import subprocess
import sys
import threading
import time

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

from .client import DEADLINE  # noqa: E402
from .daemon import Daemon, SANITIZERS  # noqa: E402
from .world import Skip  # noqa: E402

AGENT = 'org.msgr.Agent'
AGENT_PATH = '/org/msgr/Agent/Agent1'
FDO = 'org.freedesktop.Notifications'
GTK = 'org.gtk.Notifications'
MOCK = 'org.freedesktop.DBus.Mock'

BUS_CONF = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>unix:path={folder}/bus</listen>
  <servicedir>{folder}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
'''

GTK_XML = '''<node><interface name="org.gtk.Notifications">
  <method name="AddNotification">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
  </method>
  <method name="RemoveNotification">
    <arg type="s" direction="in"/><arg type="s" direction="in"/>
  </method>
</interface></node>'''


class Loop:
    """GLib's main loop in a thread; what waits for something waits on its condition."""

    condition = threading.Condition()
    thread = None

    @classmethod
    def start(cls):
        if cls.thread is None:
            cls.thread = threading.Thread(target=GLib.MainLoop().run, daemon=True)
            cls.thread.start()

    @classmethod
    def wait_for(cls, predicate, what, deadline=DEADLINE):
        end = time.monotonic() + deadline
        with cls.condition:
            while True:
                value = predicate()
                if value:
                    return value
                left = end - time.monotonic()
                assert left > 0, 'never came true: ' + what
                cls.condition.wait(min(left, 0.2))

    @classmethod
    def changed(cls):
        with cls.condition:
            cls.condition.notify_all()


class Peer:
    """A connection of the test's own to some bus."""

    def __init__(self, address):
        Loop.start()
        self.connection = Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
            Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.connection.set_exit_on_close(False)
        self.name = self.connection.get_unique_name()

    def call(self, dest, path, iface, member, signature='', args=(), timeout=DEADLINE * 1000):
        body = GLib.Variant('(' + signature + ')', args) if signature else None
        reply = self.connection.call_sync(dest, path, iface, member, body, None,
                                          Gio.DBusCallFlags.NO_AUTO_START, timeout, None)
        values = reply.unpack()
        return values[0] if len(values) == 1 else values

    def bus(self, member, signature='', args=()):
        return self.call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                         member, signature, args)

    def owner(self, name):
        return self.bus('NameHasOwner', 's', (name,))

    def own(self, name):
        assert self.bus('RequestName', 'su', (name, 4)) == 1, name

    def disown(self, name):
        self.bus('ReleaseName', 's', (name,))

    def close(self):
        if not self.connection.is_closed():
            self.connection.close_sync(None)


class FdoServer:
    """org.freedesktop.Notifications, by python-dbusmock."""

    def __init__(self, desktop, capabilities='actions body body-markup'):
        self.desktop = desktop
        self.notices = {}  # number -> arguments of Notify
        self.calls = []
        self.peer = Peer(desktop.address)
        self.next_number = 1
        for sender, iface, member, callback in ((None, MOCK, 'MethodCalled', self.on_called),
                                                (None, FDO, 'NotificationClosed', self.on_closed)):
            self.peer.connection.signal_subscribe(sender, iface, member, None, None,
                                                  Gio.DBusSignalFlags.NONE, callback)
        self.process = desktop.spawn([
            sys.executable, '-m', 'dbusmock', '--session', '--template', 'notification_daemon',
            '-p', json.dumps({'capabilities': capabilities})])
        Loop.wait_for(lambda: self.peer.owner(FDO), 'the notification server is there')

    # The template numbers what is new from 1, and keeps the number of what is replaced.
    def on_called(self, _connection, _sender, _path, _iface, _member, parameters):
        name, args = parameters.unpack()
        self.calls.append((name, args))
        if name == 'Notify':
            number = args[1]
            if number == 0:
                number = self.next_number
                self.next_number += 1
            self.notices[number] = args
        elif name == 'CloseNotification':
            self.notices.pop(args[0], None)
        Loop.changed()

    def on_closed(self, _connection, _sender, _path, _iface, _member, parameters):
        self.notices.pop(parameters.unpack()[0], None)
        Loop.changed()

    def wait(self, text):
        """The number of the notice with this in its title or body."""
        def look():
            return [number for number, args in list(self.notices.items())
                    if text in args[3] or text in args[4]]
        return Loop.wait_for(look, 'a notice says %r; there were %r' % (text, self.calls))[-1]

    def wait_noted(self, number):
        """Until the agent knows the number of what it shows, and has noted it."""
        def look():
            try:
                with open(self.desktop.path('run/msgr/notices'), encoding='utf-8') as file:
                    return '=%d\n' % number in file.read()
            except FileNotFoundError:
                return False
        Loop.wait_for(look, 'notice %d is noted' % number)

    def wait_gone(self, number):
        Loop.wait_for(lambda: number not in self.notices, 'notice %d goes' % number)

    def title(self, number):
        return self.notices[number][3]

    def body(self, number):
        return self.notices[number][4]

    def hints(self, number):
        return self.notices[number][6]

    def buttons(self, number):
        """label -> action"""
        actions = self.notices[number][5]
        return dict(zip(actions[1::2], actions[0::2]))

    def emit(self, member, signature, *values):
        self.peer.call(FDO, '/org/freedesktop/Notifications', MOCK, 'EmitSignal', 'sssav',
                       (FDO, member, signature,
                        [GLib.Variant(kind, value) for kind, value in zip(signature, values)]))

    def click(self, number, label, token=None):
        action = self.buttons(number)[label]
        if token is not None:
            self.emit('ActivationToken', 'us', number, token)
        self.emit('ActionInvoked', 'us', number, action)

    def dismiss(self, number):
        self.emit('NotificationClosed', 'uu', number, 2)

    def stop(self):
        self.process.terminate()
        self.process.wait(DEADLINE)
        self.peer.close()


class GtkServer:
    """org.gtk.Notifications, as GNOME Shell has it: it activates by the bus."""

    def __init__(self, desktop):
        self.desktop = desktop
        self.notices = {}  # ID -> what it shows
        self.peer = Peer(desktop.address)
        info = Gio.DBusNodeInfo.new_for_xml(GTK_XML).interfaces[0]
        self.peer.connection.register_object('/org/gtk/Notifications', info, self.on_call, None,
                                             None)
        self.peer.own(GTK)

    def on_call(self, _connection, _sender, _path, _iface, member, parameters, invocation):
        app, name, *rest = parameters.unpack()
        assert app == AGENT, app
        if member == 'AddNotification':
            self.notices[name] = rest[0]
        else:
            self.notices.pop(name, None)
        invocation.return_value(None)
        Loop.changed()

    def wait(self, text):
        def look():
            return [name for name, notice in list(self.notices.items())
                    if text in notice['title'] or text in notice.get('body', '')]
        return Loop.wait_for(look, 'a notice says %r: %r' % (text, self.notices))[0]

    def wait_gone(self, name):
        Loop.wait_for(lambda: name not in self.notices, 'notice %s goes' % name)

    def click(self, name, label, token=None):
        """As the shell does it: org.freedesktop.Application of the application's name, which the
        bus starts if nobody has it."""
        button = [b for b in self.notices[name]['buttons'] if b['label'] == label][0]
        action = button['action']
        assert action.startswith('app.'), action
        target = button['target']
        kind = {str: 's', tuple: '(ss)'}[type(target)]
        if isinstance(target, tuple) and len(target) == 3:
            kind = '(ssb)'
        data = {} if token is None else {'activation-token': GLib.Variant('s', token),
                                         'desktop-startup-id': GLib.Variant('s', token)}
        self.peer.connection.call_sync(
            AGENT, '/org/msgr/Agent', 'org.freedesktop.Application', 'ActivateAction',
            GLib.Variant('(sava{sv})', (action[4:], [GLib.Variant(kind, target)], data)), None,
            Gio.DBusCallFlags.NONE, DEADLINE * 1000, None)

    def stop(self):
        self.peer.close()


class Desktop:
    """The session of one user; by itself of the one who runs the test."""

    def __init__(self, w, user=None, system_address=None):
        program = os.environ.get('MSGR_AGENT', '')
        if not os.path.exists(program):
            raise Skip('msgr-agent was not built')
        self.w = w
        self.popen = w.users.become(w.user(user)) if user else {}
        self.folder = w.make_dir('desktop-%s' % (user or 'own'), 0o700,
                                 w.user(user).uid if user else None)
        self.program = w.hall.copy(program, 0o755)
        self.system_address = system_address
        self.processes = []
        self.agents = []
        self.servers = []
        self.extra = {}  # the agent's environment
        for name in ('home', 'run', 'data', 'config', 'state', 'cache', 'services'):
            self.make_dir(name)
        self.make_dir('data/applications')
        self.file('bus.conf', BUS_CONF.format(folder=self.folder))
        self.bus = subprocess.Popen(
            ['dbus-daemon', '--config-file=' + self.folder + '/bus.conf', '--nofork',
             '--nopidfile', '--print-address=1'], stdout=subprocess.PIPE, text=True, cwd='/',
            stderr=subprocess.DEVNULL, env=self.environment(activated=True), **self.popen)
        self.address = self.bus.stdout.readline().strip()
        assert self.address, 'the session bus did not start'
        self.peer = Peer(self.address)

    # folders

    def path(self, name):
        return os.path.join(self.folder, name)

    def own(self, path):
        if self.popen and os.getuid() == 0:
            os.chown(path, self.popen['user'], self.popen['group'])

    def make_dir(self, name):
        os.makedirs(self.path(name), 0o700, exist_ok=True)
        self.own(self.path(name))
        return self.path(name)

    def file(self, name, text, mode=0o644):
        """Written beside and renamed, so that nobody sees half of it."""
        path = self.path(name)
        with open(path + '.new', 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(path + '.new', mode)
        self.own(path + '.new')
        os.rename(path + '.new', path)
        return path

    def desktop_file(self, desktop_id, **keys):
        entry = dict({'Type': 'Application', 'Name': 'Chess', 'Exec': '/usr/bin/true'}, **keys)
        lines = ['%s=%s' % (key.replace('X_Msgr_', 'X-Msgr-'), value)
                 for key, value in entry.items()]
        return self.file('data/applications/' + desktop_id,
                         '[Desktop Entry]\n' + '\n'.join(lines) + '\n')

    def environment(self, activated=False):
        env = {
            'HOME': self.path('home'), 'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8',
            'XDG_RUNTIME_DIR': self.path('run'), 'XDG_DATA_HOME': self.path('data'),
            'XDG_CONFIG_HOME': self.path('config'), 'XDG_STATE_HOME': self.path('state'),
            'XDG_CACHE_HOME': self.path('cache'), 'XDG_DATA_DIRS': '/usr/share',
            'GSETTINGS_BACKEND': 'memory',
        }
        env.update(self.w.users.environment)
        if self.system_address:
            env['MSGR_BUS'] = self.system_address
        if activated:  # what the bus starts has the sanitizers' options, too
            env.update({key: value for key, value in os.environ.items()
                        if key.endswith('SAN_OPTIONS')})
        else:
            env['DBUS_SESSION_BUS_ADDRESS'] = self.address
        return env

    # processes

    def spawn(self, command, **extra):
        process = subprocess.Popen(command, env=dict(self.environment(), **extra), cwd='/',
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, **self.popen)
        self.processes.append(process)
        return process

    def start_agent(self, *args, warns=False, registered=None, **extra):
        """Starts the agent; returns when it has its name, and, if registered is a function that
        tells of it, is registered."""
        env = dict(self.environment(), **self.extra)
        env.update(extra)
        agent = Daemon([self.program, *args], env, warns, **self.popen)
        self.agents.append(agent)
        Loop.wait_for(lambda: self.peer.owner(AGENT) or not agent.running(), 'the agent is there')
        assert agent.running(), agent.log
        if registered:
            Loop.wait_for(registered, 'the agent is registered: ' + agent.log)
        return agent

    @staticmethod
    def sanitizers():
        return dict(SANITIZERS, G_DEBUG='fatal-warnings')

    def end_activated_agent(self):
        """One that the bus has started."""
        pid = self.peer.bus('GetConnectionUnixProcessID', 's', (AGENT,))
        os.kill(pid, signal.SIGTERM)
        Loop.wait_for(lambda: not self.peer.owner(AGENT), 'the agent ends')

    def activatable(self, name, command):
        """Lets the bus start a name."""
        self.file('services/%s.service' % name,
                  '[D-BUS Service]\nName=%s\nExec=%s\n' % (name, command))
        self.peer.bus('ReloadConfig')

    def fdo(self, **options):
        self.servers.append(FdoServer(self, **options))
        return self.servers[-1]

    def gtk(self):
        self.servers.append(GtkServer(self))
        return self.servers[-1]

    def close(self):
        """Ends all of it; an agent must leave cleanly."""
        problem = None
        for agent in self.agents:
            try:
                agent.stop()
            except AssertionError as error:
                problem = problem or AssertionError('%s\n%s' % (error, agent.log))
        for server in self.servers:
            server.stop()
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait(DEADLINE)
        self.peer.close()
        self.bus.terminate()
        self.bus.wait(DEADLINE)
        self.bus.stdout.close()
        if problem:
            raise problem
