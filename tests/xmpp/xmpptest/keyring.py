# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A user's session bus with a keyring that others wrote: gnome-keyring.

import os
import signal
import subprocess

from msgrtest.client import DEADLINE
from msgrtest.daemon import SANITIZERS
from msgrtest.world import eventually

from .server import need

CONFIG = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/session.sock</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
'''
# libsecret 0.20 loses a part of the keyring's answer each time that it looks up a password, and
# more where that takes unlocking. The answer was read in GDBus's thread: only that is in its trace,
# and only if the trace is taken in the slow way.
SUPPRESSIONS = 'leak:g_dbus_message_new_from_blob\nleak:libsecret-1.so\n'
SECRETS = 'org.freedesktop.secrets'
SERVICE = '/org/freedesktop/secrets'
COLLECTION = SERVICE + '/collection/login'


class SessionBus:
    """Of one user, in the home directory that is given. Nothing on it is started by being asked
    for: the keyring is there, or it is not."""

    def __init__(self, world, user, home):
        need('gnome-keyring-daemon', 'gdbus')
        self.popen = world.users.become(user)
        self.keyring = None
        runtime = world.make_dir('runtime', 0o700, user.uid)
        config = runtime + '/session.conf'
        with open(config, 'w', encoding='utf-8') as file:
            file.write(CONFIG.format(folder=runtime))
        os.chmod(config, 0o644)
        self.environment = dict(world.users.environment, PATH=os.environ['PATH'], HOME=home,
                                XDG_RUNTIME_DIR=runtime, LC_ALL='C.UTF-8')
        self.bus = subprocess.Popen(
            ['dbus-daemon', '--config-file=' + config, '--nofork', '--nopidfile',
             '--print-address=1'], stdout=subprocess.PIPE, text=True, env=self.environment,
            **self.popen)
        self.address = self.bus.stdout.readline().strip()
        self.programs = dict(self.tolerate_leaks(runtime + '/suppressions'),
                             DBUS_SESSION_BUS_ADDRESS=self.address)  # for programs of ours
        self.environment['DBUS_SESSION_BUS_ADDRESS'] = self.address
        world.own(self)

    @staticmethod
    def tolerate_leaks(path):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(SUPPRESSIONS)
        os.chmod(path, 0o644)
        return {'ASAN_OPTIONS': SANITIZERS['ASAN_OPTIONS'] + ':fast_unwind_on_malloc=0',
                'LSAN_OPTIONS': SANITIZERS['LSAN_OPTIONS'] + ':suppressions=' + path}

    def call(self, destination, path, method, *arguments):
        done = subprocess.run(
            ['gdbus', 'call', '--session', '--dest', destination, '--object-path', path,
             '--method', method, *arguments], env=self.environment, cwd='/', text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE, check=False,
            **self.popen)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def has_keyring(self):
        return 'true' in self.call('org.freedesktop.DBus', '/org/freedesktop/DBus',
                                   'org.freedesktop.DBus.NameHasOwner', SECRETS)

    def open_keyring(self, password='of the keyring'):
        """It is there, and unlocked by this password; the first one makes it."""
        self.keyring = subprocess.Popen(
            ['gnome-keyring-daemon', '--foreground', '--components=secrets', '--unlock'],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=self.environment, cwd='/', text=True, **self.popen)
        self.keyring.stdin.write(password)
        self.keyring.stdin.close()
        eventually(lambda: self.has_keyring() or self.keyring.poll() is not None,
                   'the keyring is there')
        assert self.keyring.poll() is None, 'gnome-keyring-daemon has ended'
        eventually(lambda: COLLECTION in self.call(
            SECRETS, SERVICE, 'org.freedesktop.Secret.Service.ReadAlias', 'default'),
                   'the keyring has a place for passwords')

    def close_keyring(self):
        if self.keyring is not None:
            self.keyring.send_signal(signal.SIGTERM)
            self.keyring.wait(DEADLINE)
            self.keyring = None
            eventually(lambda: not self.has_keyring(), 'the keyring is gone')

    def lock_keyring(self):
        assert COLLECTION in self.call(SECRETS, SERVICE, 'org.freedesktop.Secret.Service.Lock',
                                       "['%s']" % COLLECTION)

    def secrets_of(self, jid):
        """What the keyring has for an account: paths of items."""
        found = self.call(SECRETS, SERVICE, 'org.freedesktop.Secret.Service.SearchItems',
                          "{'protocol': 'xmpp', 'account': '%s'}" % jid)
        return [word for word in found.replace("'", ' ').split() if word.startswith(COLLECTION)]

    def close(self):
        self.close_keyring()
        self.bus.terminate()
        self.bus.wait(DEADLINE)
        self.bus.stdout.close()
