# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the servers have in common: a process of an unprivileged user that listens sooner or later,
# and may be killed and started again.

import os
import shutil
import signal
import socket
import subprocess
import time

from msgrtest.client import DEADLINE
from msgrtest.world import Skip, eventually

NOBODY = 65534


def need(*programs):
    for program in programs:
        if not shutil.which(program, path=os.environ['PATH'] + ':/usr/sbin:/sbin'):
            raise Skip('%s is not installed' % program)


def listens(address, port):
    with socket.socket() as probe:
        probe.settimeout(DEADLINE)
        return probe.connect_ex((address, port)) == 0


class Server:
    """Subclasses have: command(), environment(), ports (all of them must listen), and log_path."""

    def __init__(self, folder, host, address):
        self.folder = folder
        self.host = host
        self.address = address
        self.process = None
        os.makedirs(folder)
        os.chmod(folder, 0o755)

    def hand_over(self):
        """The folder and all in it belong to the server's user."""
        for parent, _folders, files in os.walk(self.folder):
            for name in [parent] + [os.path.join(parent, file) for file in files]:
                os.chown(name, NOBODY, NOBODY)

    def start(self):
        self.output = open(self.folder + '/output.log', 'ab')
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=self.output,
            stderr=subprocess.STDOUT, cwd=self.folder, env=self.environment(), user=NOBODY,
            group=NOBODY, extra_groups=[])
        eventually(lambda: not self.running() or all(listens(self.address, port)
                                                     for port in self.ports),
                   '%s listens' % self.host)
        assert self.running(), '%s ended at once: %s' % (self.host, self.log()[-2000:])
        return self

    def environment(self):
        return {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': self.folder,
                'LC_ALL': 'C.UTF-8'}

    def running(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        text = ''
        for path in (self.folder + '/output.log', self.log_path):
            if os.path.exists(path):
                with open(path, encoding='utf-8', errors='replace') as file:
                    text += file.read()
        return text

    def mark(self):
        """Where the log ends now, for wait_log()."""
        return len(self.log())

    def wait_log(self, text, since=0):
        eventually(lambda: text in self.log()[since:], '%s logs %r' % (self.host, text))

    def end(self, number):
        if self.process is None:
            return
        if self.running():
            self.process.send_signal(number)
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        self.output.close()

    def stop(self):
        """It takes its leave of its clients."""
        self.end(signal.SIGTERM)

    def kill(self):
        self.end(signal.SIGKILL)

    def restart(self):
        self.stop()
        return self.start()

    def freeze(self):
        """Its connections stay, and nobody answers."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def memory(self):
        """Resident, in kB."""
        with open('/proc/%d/status' % self.process.pid, encoding='ascii') as file:
            return int([line for line in file if line.startswith('VmRSS')][0].split()[1])

    def wait_port_closed(self):
        end = time.monotonic() + DEADLINE
        while any(listens(self.address, port) for port in self.ports):
            assert time.monotonic() < end, '%s still listens' % self.host
            time.sleep(0.02)

    def close(self):
        self.kill()
