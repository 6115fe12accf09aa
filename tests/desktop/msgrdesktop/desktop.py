# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One user's desktop: a virtual display, a session bus, folders of the user's own, and what runs
# there. All of it ends with the test.

import contextlib
import glob
import os
import signal
import subprocess

from msgrtest.client import DEADLINE
from msgrtest.world import eventually

from . import screen, stage


class Program:
    """A process of a user's; what it says goes to a file."""

    def __init__(self, desktop, command, **popen):
        self.name = os.path.basename(command[0])
        self.path = os.path.join(desktop.logs, '%s-%d.log' % (self.name, len(desktop.programs)))
        with open(self.path, 'wb') as log:
            popen = {'stdin': subprocess.DEVNULL, **desktop.user, **popen}
            self.process = subprocess.Popen(command, env=desktop.env, cwd='/', stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True,
                                            **popen)
        desktop.programs.append(self)

    @property
    def said(self):
        with open(self.path, encoding='utf-8', errors='replace') as file:
            return file.read()

    def ended(self):
        """Waits for its end: its exit status."""
        return self.process.wait(DEADLINE)

    def kill(self, number=signal.SIGKILL):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(DEADLINE)


class Desktop:
    """A user's, with an X server and nothing else; msgr is installed."""

    def __init__(self, w, short):
        stage.installed(w)
        user = w.user(short)
        self.w, self.short, self.user = w, short, w.users.become(user)
        self.name = w.name_of(short)
        self.programs = []
        self.home = w.make_dir('home-' + short, 0o700, user.uid)
        self.runtime = w.make_dir('run-' + short, 0o700, user.uid)
        self.logs = w.make_dir('logs-' + short)
        self.env = {
            'PATH': '/usr/bin:/bin', 'HOME': self.home, 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC',
            'USER': self.name, 'LOGNAME': self.name, 'XDG_RUNTIME_DIR': self.runtime,
            'XDG_DATA_DIRS': '/usr/share', 'DBUS_SYSTEM_BUS_ADDRESS': w.hall.bus.address,
            'GSETTINGS_BACKEND': 'keyfile', 'GTK_A11Y': 'none', 'NO_AT_BRIDGE': '1',
            'LIBGL_ALWAYS_SOFTWARE': '1', 'GSK_RENDERER': 'cairo', 'GIO_USE_VFS': 'local',
            'G_MESSAGES_DEBUG': 'msgr',
            'ASAN_OPTIONS': 'detect_leaks=0:verify_asan_link_order=0', 'UBSAN_OPTIONS': 'halt_on_error=1',
        }

    # its life

    def __enter__(self):
        try:
            self.start_display()
            self.start_bus()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, error, _traceback):
        if kind and not issubclass(kind, AssertionError):
            kind = None
        self.close()
        if kind:
            error.args = (str(error) + self.report(),)

    def close(self):
        for program in reversed(self.programs):
            program.kill()
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def pids(self, program=''):
        """What runs on this desktop, whoever started it: by its environment and its name."""
        mark = ('XDG_RUNTIME_DIR=' + self.runtime).encode()
        found = []
        for folder in glob.glob('/proc/[0-9]*'):
            with contextlib.suppress(OSError):
                with open(folder + '/environ', 'rb') as file:
                    is_ours = mark in file.read().split(b'\0')
                with open(folder + '/cmdline', 'rb') as file:
                    if is_ours and program.encode() in file.read():
                        found.append(int(folder[6:]))
        return found

    @staticmethod
    def environment(pid):
        with open('/proc/%d/environ' % pid, encoding='utf-8') as file:
            return file.read()

    def report(self):
        return ''.join('\n%s, %s says:\n%s' % (self.short, p.name, p.said[-4000:])
                       for p in self.programs if p.said.strip())

    def run(self, *command, **popen):
        return Program(self, list(command), **popen)

    def ask(self, *command):
        """Runs a command to its end; what it printed."""
        done = subprocess.run(command, env=self.env, cwd='/', stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=DEADLINE,
                              check=False, **self.user)
        assert done.returncode == 0, '%s: %s' % (command, done.stderr.decode())
        return done.stdout

    def fails(self, *command):
        """Runs a command that has to fail: what it says of that."""
        try:
            said = self.ask(*command)
        except AssertionError as error:
            return str(error)
        raise AssertionError('%s: succeeded: %s' % (command, said))

    def put(self, path, text):
        """A file of the user's."""
        self.ask('mkdir', '-p', os.path.dirname(path))
        subprocess.run(['tee', path], input=text.encode(), stdout=subprocess.DEVNULL, check=True,
                       **self.user)

    def start_display(self):
        reader, writer = os.pipe()
        self.run('Xvfb', '-displayfd', str(writer), '-screen', '0', '%dx%dx24' % (screen.WIDTH, screen.HEIGHT),
                 '-nolisten', 'tcp', '-ac', '-noreset', '-fbdir', self.runtime, pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as file:
            number = file.readline().strip()
        assert number, 'the display does not start'
        self.env['DISPLAY'] = ':' + number

    def start_bus(self):
        """Its services get this environment, as in a desktop session."""
        reader, writer = os.pipe()
        self.run('dbus-daemon', '--session', '--nofork', '--nopidfile',
                 '--print-address=%d' % writer, pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as file:
            address = file.readline().strip()
        assert address, 'the session bus does not start'
        self.env['DBUS_SESSION_BUS_ADDRESS'] = address

    def start_agent(self):
        """As it is started with a desktop session: before anything is to be shown."""
        agent = self.run('msgr-agent')
        eventually(lambda: 'Registered with the service' in agent.said, 'the agent has registered')
        return agent

    def start_notifications(self):
        self.run('/usr/lib/notification-daemon/notification-daemon')
        self.ask('gdbus', 'wait', '--session', '--timeout', str(DEADLINE),
                 'org.freedesktop.Notifications')

    # the display

    def look(self):
        return screen.from_memory(self.runtime + '/Xvfb_screen0')

    def save(self, path):
        """What is to be seen, as a picture."""
        with open(path, 'wb') as file:
            file.write(self.ask('import', '-silent', '-window', 'root', 'png:-'))

    def window(self, title):
        """Waits until a window with this title is shown: its number."""
        def find():
            done = subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', title],
                                  env=self.env, stdout=subprocess.PIPE, check=False, **self.user)
            return done.stdout.split()

        return eventually(find, 'a window "%s" on the display of %s' % (title, self.short))[-1] \
            .decode()

    def place(self, window):
        """Left, top, width and height."""
        found = dict(line.split('=') for line in self.ask(
            'xdotool', 'getwindowgeometry', '--shell', window).decode().split())
        return [int(found[name]) for name in ('X', 'Y', 'WIDTH', 'HEIGHT')]

    def xdo(self, *words):
        self.ask('xdotool', *map(str, words))

    def click(self, x, y):
        self.xdo('mousemove', x, y, 'click', 1)

    def drag(self, *points):
        """Draws with the mouse, from each of these points to the next."""
        for (x0, y0), (x1, y1) in zip(points, points[1:]):
            self.xdo('mousemove', x0, y0, 'mousedown', 1, 'mousemove', x1, y1,
                     'mouseup', 1)
        self.xdo('mousemove', screen.WIDTH - 1, screen.HEIGHT - 1)  # it would hide some pixels

    def press(self, window, *keys):
        self.xdo('windowfocus', '--sync', window, 'key', *keys)

    def close_window(self, window):
        """By the button in its own title bar: there is no window manager."""
        left, top, width, _height = self.place(window)
        self.click(left + width - 27, top + 27)

    def notification(self):
        """Waits until one is shown by notification-daemon, all of it: its window."""
        def find():
            done = subprocess.run(['xdotool', 'search', '--onlyvisible', '--class',
                                   'notification-daemon'], env=self.env, stdout=subprocess.PIPE,
                                  check=False, **self.user)
            return done.stdout.split()

        return eventually(find, 'a notification on the display of %s' % self.short)[-1].decode()

    def click_accept(self):
        """The left one of the two buttons in the last line of a notification."""
        last = None

        def is_painted():
            nonlocal last
            before, last = last, self.place(self.notification())
            x, y = last[0] + last[2] - 152, last[1] + last[3] - 38
            return last == before and self.look().at(x, y + 15) != (0, 0, 0) and (x, y)

        self.click(*eventually(is_painted, 'the notification stays where it is'))
