# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The service under test: started with folders of its own, its log kept, and at the end it must
# leave cleanly.

import os
import re
import signal
import subprocess
import threading
import time

from .client import DEADLINE

SANITIZERS = {
    'ASAN_OPTIONS': 'halt_on_error=1:exitcode=99:detect_leaks=1:strict_string_checks=1:'
                    'verify_asan_link_order=0:disable_coredump=1',
    'UBSAN_OPTIONS': 'halt_on_error=1:print_stacktrace=1:exitcode=99',
    'LSAN_OPTIONS': 'exitcode=99:report_objects=1:print_suppressions=0',
    'G_SLICE': 'always-malloc',
    'MALLOC_CHECK_': '2',
}


class Daemon:
    def __init__(self, command, environment, warns=False, **popen):
        """warns: the test makes it warn, which otherwise ends it."""
        env = {key: value for key, value in os.environ.items()
               if not key.startswith(('DBUS_', 'XDG_', 'MSGR_', 'NOTIFY_'))}
        env.update(SANITIZERS)
        env['G_DEBUG'] = 'fatal-criticals' if warns else 'fatal-warnings'
        env['G_MESSAGES_DEBUG'] = 'all'
        env['LC_ALL'] = 'C.UTF-8'
        env.update(environment)
        self.warns = warns
        self.lines = []
        self.condition = threading.Condition()
        self.ended = False
        self.expected_death = False
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        cwd='/', restore_signals=False, **popen)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    @property
    def pid(self):
        return self.process.pid

    @property
    def log(self):
        return '\n'.join(self.lines)

    def read(self):
        for line in self.process.stdout:
            with self.condition:
                self.lines.append(line.decode('utf-8', 'replace').rstrip('\n'))
                self.condition.notify_all()
        with self.condition:
            self.ended = True
            self.condition.notify_all()

    def wait_log(self, pattern, since=0, deadline=DEADLINE):
        """Waits for a line of the log that this regular expression is found in."""
        end = time.monotonic() + deadline
        with self.condition:
            while True:
                for line in self.lines[since:]:
                    if re.search(pattern, line):
                        return line
                left = end - time.monotonic()
                if left <= 0 or self.ended:
                    raise AssertionError('no line of the log matches %r' % pattern)
                self.condition.wait(left)

    def wait(self):
        """Waits until it has ended by itself; returns its exit status."""
        status = self.process.wait(DEADLINE)
        self.reader.join(DEADLINE)
        return status

    def running(self):
        return self.process.poll() is None

    def kill(self):
        """As if the machine had lost its power, but for the kernel."""
        self.expected_death = True
        self.process.kill()
        self.process.wait(DEADLINE)
        self.reader.join(DEADLINE)

    def stop(self):
        """SIGTERM: it must leave with 0, and the sanitizers must have nothing to say."""
        if self.expected_death:
            return
        self.expected_death = True
        if self.running():
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError('the service does not end after SIGTERM') from None
        assert status == 0, 'the service ended with status %d' % status
        self.check_log()

    def check_log(self):
        for line in self.lines:
            if re.search(r'(GLib|GLib-GObject|GLib-GIO|Json)-(WARNING|CRITICAL)|CRITICAL \*\*|'
                         r'runtime error:|ERROR: (Address|Leak)Sanitizer', line):
                raise AssertionError('in the log of the service: ' + line)

    def open_files(self):
        return len(os.listdir('/proc/%d/fd' % self.pid))
