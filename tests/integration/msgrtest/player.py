# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Users who run programs of the build, msgrctl to begin with, and what these say.

import os
import shutil
import subprocess
import threading

from .client import DEADLINE
from .world import HERE, Skip

TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))


def built(variable, path):
    """A program of the build: where the build system says, or where it is by default."""
    program = os.environ.get(variable, os.path.join(TOP, 'build', path))
    if not os.path.exists(program):
        raise Skip('%s is not built; %s can tell where it is' % (path, variable))
    return program


class Player:
    """A user with a home directory, who runs programs."""

    def __init__(self, w, user):
        self.w = w
        self.name = w.name_of(user)
        self.popen = w.users.become(w.user(user))
        home = w.make_dir('home-' + user, 0o700, w.user(user).uid)
        self.bin = w.make_dir('bin-' + user)
        self.env = {key: value for key, value in os.environ.items()
                    if not key.startswith(('DBUS_', 'XDG_', 'MSGR_'))}
        self.env.update(HOME=home, LC_ALL='C.UTF-8', PATH=self.bin + ':' + os.environ['PATH'],
                        DBUS_SYSTEM_BUS_ADDRESS=w.hall.bus.address)
        self.msgrctl = self.install(built('MSGRCTL', 'src/ctl/msgrctl'))

    def install(self, program):
        """Where its user can run it, wherever the sources are."""
        target = os.path.join(self.bin, os.path.basename(program))
        shutil.copyfile(program, target)
        os.chmod(target, 0o755)
        return target

    def ctl(self, *arguments, said=''):
        """Runs msgrctl, with this on its standard input: its exit status and what it says."""
        done = subprocess.run([self.msgrctl, *arguments], env=self.env, cwd='/', text=True,
                              input=said, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=DEADLINE, check=False, **self.popen)
        return done.returncode, done.stdout

    def start(self, command):
        return Program(self, command)


class Program:
    """A program that runs; what it says is collected."""

    def __init__(self, player, command):
        self.command = command
        self.lines = []
        self.condition = threading.Condition()
        self.process = subprocess.Popen(command, env=player.env, cwd='/', text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, **player.popen)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.condition:
                self.lines.append(line.rstrip('\n'))
                self.condition.notify_all()
        with self.condition:
            self.process.stdout.close()
            self.condition.notify_all()

    def said(self, wanted, times=1):
        """Waits until it has said a line so often."""
        with self.condition:
            self.condition.wait_for(lambda: self.process.stdout.closed or
                                    self.lines.count(wanted) >= times, DEADLINE)
            assert self.lines.count(wanted) >= times, self.lines

    def end(self):
        """Waits for its end: its exit status and all that it said."""
        try:
            status = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = 'hangs'
        self.process.wait()
        self.reader.join(DEADLINE)
        return status, self.lines
