# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The main flow, through other implementations of D-Bus than the one that the harness uses.

import os
import re
import shlex
import shutil
import subprocess
import sys
import threading

from msgrtest import names
from msgrtest.client import DEADLINE
from msgrtest.keys import CHESS, Key
from msgrtest.scene import GUID, NAME, PATH, URL
from msgrtest.tap import test
from msgrtest.world import HERE, Skip

FOLDER = os.path.dirname(HERE)

INVITER_HEARS = ['OnLockEnable', 'OnLockChallenge', 'OnLockResult', 'OnLockStatusChanged',
                 'OnAppRegistered', 'OnStateChanged', 'OnStateChanged', 'OnAccepted',
                 'OnReadyToLaunch', 'OnStateChanged', 'OnContextData', 'OnStateChanged',
                 'OnTermination']
INVITEE_HEARS = ['OnLockEnable', 'OnLockChallenge', 'OnLockResult', 'OnLockStatusChanged',
                 'OnAppRegistered', 'OnInvitation', 'OnStateChanged', 'OnReadyToLaunch',
                 'BeforeAppLaunch', 'OnStateChanged', 'OnContextData', 'OnStateChanged',
                 'OnCancelled', 'OnTermination']


class Side:
    """A script that plays one side."""

    def __init__(self, w, command, role, user, peer):
        env = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=w.hall.bus.address, HOME='/nonexistent',
                   LC_ALL='C.UTF-8')
        self.errors = open(os.path.join(w.folder, role + '.err'), 'w+', encoding='utf-8')
        self.process = subprocess.Popen(
            [*command, role, CHESS.id, CHESS.secret, peer], env=env, cwd='/', text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors,
            **w.users.become(w.user(user)))
        self.role = role
        self.lines = []
        self.ready = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if line.strip() == 'ready':
                self.ready.set()
        self.ready.set()

    def finish(self):
        try:
            status = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = 'hangs'
        self.reader.join(DEADLINE)
        self.process.stdout.close()
        self.errors.seek(0)
        text = self.errors.read()
        self.errors.close()
        assert status == 0, '%s: %s\n%s\n%s' % (self.role, status, self.lines, text)
        return [line for line in self.lines if line.startswith(('On', 'Before'))]


def by_script(w, command, source):
    """Both sides by the same script."""
    w.user('bob')
    script = os.path.join(w.folder, source)
    shutil.copyfile(os.path.join(FOLDER, source), script)
    os.chmod(script, 0o644)
    w.start()
    invitee = Side(w, [*command, script], 'invitee', 'bob', w.name_of('alice'))
    try:
        assert invitee.ready.wait(DEADLINE), 'not ready'
        inviter = Side(w, [*command, script], 'inviter', 'alice', w.name_of('bob'))
        heard = inviter.finish()
    finally:
        if invitee.process.poll() is None and sys.exc_info()[0]:
            invitee.process.kill()
    assert heard == INVITER_HEARS, heard
    assert invitee.finish() == INVITEE_HEARS


@test('libdbus, by dbus-python')
def _(w):
    by_script(w, [sys.executable], 'flow_libdbus.py')


@test('gjs')
def _(w):
    if not shutil.which('gjs'):
        raise Skip('gjs is not installed')
    by_script(w, ['gjs'], 'flow.js')


@test('node, by dbus-next')
def _(w):
    if not shutil.which('node') or subprocess.run(
            ['node', '-e', 'require("dbus-next")'], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd='/', check=False).returncode:
        raise Skip('node with dbus-next is not installed')
    by_script(w, ['node'], 'flow-node.js')


class CommandLine:
    """Calls that are programs of their own, each a client of its own: unlocked by Share."""

    def __init__(self, w, tool):
        if not shutil.which(tool):
            raise Skip(tool + ' is not installed')
        self.w = w
        self.tool = tool

    def run(self, user, command):
        env = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=self.w.hall.bus.address, LC_ALL='C.UTF-8')
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True, cwd='/', timeout=DEADLINE,
                              check=False, **self.w.users.become(self.w.user(user)))
        assert done.returncode == 0, '%s: %s' % (shlex.join(command), done.stdout)
        return done.stdout


class Busctl(CommandLine):
    def call(self, user, path, iface, member, signature='', *args):
        return self.run(user, ['busctl', '--system', 'call', names.BUS, path, iface, member,
                               *([signature] if signature else []), *map(str, args)])

    def set(self, user, path, name, value):
        self.run(user, ['busctl', '--system', 'set-property', names.BUS, path, names.SESSION1, name,
                        's', value])

    def get(self, user, path, name):
        return self.run(user, ['busctl', '--system', 'get-property', names.BUS, path,
                               names.SESSION1, name])


class Gdbus(CommandLine):
    def call(self, user, path, iface, member, signature='', *args):
        typed = ["'%s'" % a if kind in 'so' else a for kind, a in zip(signature, args)]
        return self.run(user, ['gdbus', 'call', '--system', '-d', names.BUS, '-o', path, '-m',
                               iface + '.' + member, *map(str, typed)])

    def set(self, user, path, name, value):
        self.run(user, ['gdbus', 'call', '--system', '-d', names.BUS, '-o', path, '-m',
                        names.PROPERTIES + '.Set', names.SESSION1, name, "<'%s'>" % value])

    def get(self, user, path, name):
        return self.run(user, ['gdbus', 'call', '--system', '-d', names.BUS, '-o', path, '-m',
                               names.PROPERTIES + '.Get', names.SESSION1, name])


def share(w, user):
    """Unlocks a user for a while, by a key of its own."""
    key = Key('org.example.Shell', 'ed25519', capabilities=('sessions', 'share'))
    c = w.client(user)
    c.keys.AddKey(key.json)
    c.unlock(key)
    c.lock.Share(600)
    return c


def object_path(text):
    return re.search(r'/org/msgr/Messenger/(Session|Contact)/[0-9a-f]{32}', text).group(0)


def by_command_line(w, tool):
    w.user('bob')
    w.start()
    watch = {user: share(w, user) for user in ('alice', 'bob')}
    for user in watch:
        tool.call(user, names.MANAGER, names.MANAGER1, 'RegisterApplication', 'ssssu', GUID, NAME,
                  URL, PATH, 0)
    contact = object_path(tool.call('alice', names.ROOT, names.MESSENGER1, 'GetContact', 'ss',
                                    w.name_of('bob'), 'local'))
    mine = object_path(tool.call('alice', names.MANAGER, names.MANAGER1, 'CreateSession'))
    tool.set('alice', mine, 'Application', GUID)
    tool.call('alice', mine, names.SESSION1, 'Invite', 'os', contact, 'hello')
    theirs = watch['bob'].wait('OnInvitation').args[0]
    tool.call('bob', theirs, names.SESSION1, 'Accept', 's', 'yes')
    tool.call('bob', theirs, names.SESSION1, 'SuppressDefault', 's', 'BeforeAppLaunch')
    for user, path in (('alice', mine), ('bob', theirs)):
        assert str(names.CONNECTED) in tool.get(user, path, 'State')
    tool.call('alice', mine, names.SESSION1, 'SendContextData', 's', 'e4')
    assert watch['bob'].wait('OnContextData', theirs).args == ['e4']
    assert 'e4' in tool.get('bob', theirs, 'ContextData')
    tool.call('bob', theirs, names.SESSION1, 'Cancel', 'us', 0, 'over')
    watch['alice'].wait('OnTermination', mine)
    assert str(names.TERMINATED) in tool.get('alice', mine, 'State')
    return mine


@test('sd-bus, by busctl and Share')
def _(w):
    tool = Busctl(w, 'busctl')
    path = by_command_line(w, tool)
    text = tool.run('alice', ['busctl', '--system', 'introspect', names.BUS, path,
                              names.SESSION1])
    for member in ('.Accept', '.State', '.OnTermination', '.AcceptWith'):
        assert member in text, text


@test('gdbus and Share')
def _(w):
    tool = Gdbus(w, 'gdbus')
    path = by_command_line(w, tool)
    text = tool.run('alice', ['gdbus', 'introspect', '--system', '-d', names.BUS, '-o', path])
    assert 'interface org.msgr.Session1' in text


@test('busctl for a newcomer: introspection and trees work while locked')
def _(w):
    tool = Busctl(w, 'busctl')
    w.start()
    for path in (names.ROOT, names.MANAGER, names.PRIVATE):
        text = tool.run('alice', ['busctl', '--system', 'introspect', names.BUS, path])
        assert 'org.freedesktop.DBus.Properties' in text
    text = tool.run('alice', ['busctl', '--system', 'introspect', names.BUS, names.MANAGER])
    assert '.CreateSession' in text and '.RequestChallenge' in text
    tree = tool.run('alice', ['busctl', '--system', 'tree', names.BUS])
    assert names.MANAGER in tree and names.SESSIONS + '/' not in tree


@test('busctl tree shows the own objects to the unlocked')
def _(w):
    tool = Busctl(w, 'busctl')
    w.start()
    share(w, 'alice')
    path = object_path(tool.call('alice', names.MANAGER, names.MANAGER1, 'CreateSession'))
    assert path in tool.run('alice', ['busctl', '--system', 'tree', names.BUS])
    if w.users.many:
        assert path not in tool.run('bob', ['busctl', '--system', 'tree', names.BUS])
