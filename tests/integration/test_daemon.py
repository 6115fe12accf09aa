# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The program itself: options, configuration files, signals, replacing one another, the session bus.

import os
import re
import signal
import subprocess
import sys

from msgrtest import keys, names
from msgrtest.bus import SYSTEM_CONF
from msgrtest.client import Client, Worker, expect
from msgrtest.daemon import SANITIZERS, Daemon
from msgrtest.keys import CHESS, Key
from msgrtest.scene import GUID, Scene, applications, register
from msgrtest.tap import test
from msgrtest.world import eventually


def run(w, *arguments, **environment):
    """Runs the program to its end: (status, what it printed)."""
    env = dict(os.environ, **SANITIZERS, LC_ALL='C.UTF-8', **w.environment())
    env.update(environment)
    done = subprocess.run([w.hall.msgrd, *arguments], env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
                          timeout=60, check=False, cwd='/',
                          **w.users.become(w.users.find('service')))
    return done.returncode, done.stdout


@test('--version')
def _(w):
    status, text = run(w, '--version')
    assert status == 0 and re.search(r'\d+\.\d+', text), text
    w.start()
    version = w.client('alice').messenger.get('Version')
    assert version in text, (version, text)


@test('--help tells every option')
def _(w):
    status, text = run(w, '--help')
    assert status == 0
    for option in ('--session', '--address', '--config', '--keys-dir', '--apps-dir', '--state-dir',
                   '--replace', '--verbose', '--version'):
        assert option in text, option


@test('what is wrong on the command line ends it, with a word about it')
def _(w):
    for arguments in (['--no-such-option'], ['--config'], ['an-argument'],
                      ['--session', '--address=unix:path=/x'], ['--keys-dir']):
        status, text = run(w, *arguments)
        assert status not in (0, 99) and status > 0, (arguments, status)
        assert text.strip(), arguments


@test('no bus: an error, not a crash')
def _(w):
    status, text = run(w, *w.command('--address=unix:path=/no/such/bus')[1:], G_DEBUG='')
    assert status not in (0, 99) and status > 0, status
    assert text.strip()


@test('--address in place of the environment')
def _(w):
    w.configure({})
    w.add_key(CHESS)
    watcher = w.watch_names()
    w.daemon = w.spawn(w.command('--address=' + w.hall.bus.address),
                       DBUS_SYSTEM_BUS_ADDRESS='unix:path=/no/such/bus')
    w.wait_names(watcher, w.daemon)
    w.unlocked('alice', CHESS)


@test('a second one does not start beside the first, which goes on')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    second = w.spawn(w.command(), warns=True)
    second.expected_death = True
    assert second.wait() not in (0, 99)
    assert c.manager.ListSessions() == []


@test('--replace: hands over, with the sessions as they are')
def _(w):
    w.start()
    s = Scene(w).connected()
    s.a.SendContextData('before')
    first = w.daemon
    watcher = w.watch_names()
    w.daemon = w.spawn(w.command('--replace'))
    assert first.wait() == 0, 'the first did not end well'
    first.expected_death = True
    first.check_log()
    w.wait_names(watcher, w.daemon)
    s.alice.unlock(CHESS)
    s.bob.unlock(CHESS)
    assert s.states() == (names.CONNECTED, names.CONNECTED)
    assert s.b.get('ContextData') == 'before'
    for _ in range(4):
        s.a.SendContextData('after')
    expect('ContextDataOverLimit', s.a.SendContextData, 'after')


@test('--replace where there is nothing to replace')
def _(w):
    w.start(args=['--replace'])
    w.unlocked('alice', CHESS)


def shutdown(w, number):
    w.start()
    clients = [w.unlocked('alice', CHESS), w.client('alice')]
    if w.users.many:
        clients.append(w.unlocked('bob', CHESS))
    clients[1].lock.get('Status')
    w.daemon.process.send_signal(number)
    for client in clients:
        event = client.wait('OnAppShutdown')
        assert event.path == names.MANAGER and event.args == []
    w.daemon.expected_death = True
    assert w.daemon.wait() == 0
    w.daemon.check_log()


@test('SIGTERM: OnAppShutdown to every client, then exit 0')
def _(w):
    shutdown(w, signal.SIGTERM)


@test('SIGINT: the same')
def _(w):
    shutdown(w, signal.SIGINT)


@test('SIGTERM with calls on their way: each is answered or the service is gone, nothing hangs')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    pending = [c.manager.start('CreateSession') for _ in range(50)]
    w.daemon.process.send_signal(signal.SIGTERM)
    for call in pending:
        call.reply()
    w.daemon.expected_death = True
    assert w.daemon.wait() == 0
    w.daemon.check_log()


@test('SIGTERM while newcomers are being asked for: nothing hangs, nothing leaks')
def _(w):
    users = ('alice', 'bob', 'carol', 'dave') if w.users.many else ('alice',)
    for heard in (None, 0, 1, 5, -1):  # whose answer is waited for
        w.start()
        clients = [w.client(user) for _ in range(6) for user in users]
        pending = [c.lock.start('RequestChallenge', 1) for c in clients]
        if heard is not None:
            pending[heard].reply()
        w.daemon.process.send_signal(signal.SIGTERM)
        for call in pending:
            call.reply()
        w.daemon.expected_death = True
        assert w.daemon.wait() == 0
        w.daemon.check_log()


@test('SIGHUP: the configuration and the keys are read again')
def _(w):
    w.start()
    c = w.client('alice')
    assert c.messenger.get('Limits')['InvitationTimeout'] == 300
    late = Key('org.example.Late', 'ed25519')
    w.add_key(late)
    w.configure({'Messenger': {'InvitationTimeout': 77}, 'Limits': {'SessionsPerClient': 1}})
    w.daemon.process.send_signal(signal.SIGHUP)
    eventually(lambda: c.messenger.get('Limits')['InvitationTimeout'] == 77, 'it is read')
    assert c.messenger.get('Limits')['MaxSessionsPerClient'] == 1

    def opens():
        d = w.client('bob' if w.users.many else 'alice')
        challenge = d.request('SessionManager', 1)
        failed = d.lock.start('SendResponse', late.id, late.respond(challenge), 1).reply().error
        return not failed

    assert opens()
    c.unlock(CHESS)
    c.manager.CreateSession()
    expect('LimitsExceeded', c.manager.CreateSession)


@test('SIGHUP: who is denied from then on is locked, is told so, and is not there any more')
def _(w):
    w.start()
    s = Scene(w)
    sharer = Key('org.example.Sharer', capabilities=('sessions', 'share'))
    s.bob.keys.AddKey(sharer.json)
    other = w.client('bob')
    other.unlock(sharer)
    other.lock.Share(600)
    s.forget()
    w.configure({'Policy': {'DenyUsers': w.name_of('bob')}})
    w.daemon.process.send_signal(signal.SIGHUP)
    assert s.bob.wait('OnLockStatusChanged').args == [names.LOCK_INITIALIZED]
    expect('AccessDenied', s.bob.manager.ListSessions)
    expect('NotLoggedOn', s.alice.manager.InviteContact, s.guid, s.contact, '', {})
    w.configure({})
    w.daemon.process.send_signal(signal.SIGHUP)
    eventually(lambda: s.bob.lock.start('RequestChallenge', 1).reply().error !=
               'org.freedesktop.DBus.Error.AccessDenied', 'bob may come back')
    expect('ApiLocked', s.bob.manager.ListSessions)


@test('SIGHUP with a wrong file: the service goes on')
def _(w):
    w.start(warns=True)
    c = w.unlocked('alice', CHESS)
    keys.put(w.config_file, '[Messenger\nno config at all\n')
    w.daemon.process.send_signal(signal.SIGHUP)
    w.daemon.wait_log(r'test\.conf')
    assert c.manager.ListSessions() == []


@test('unknown keys and bad values are named with file and line, and the default holds')
def _(w):
    text = '\n'.join([
        '# a comment', '[Messenger]', 'InvitationTimeout=soon', 'NoSuchKey=1', 'AllowMd5=perhaps',
        'Environment=staging', 'ClientGrace=-5', '', '[Limits]', 'SessionsPerClient=many',
        'CallBurst=0', 'CallRate=0', 'UserCallRate=0', 'Colour=red', '[NoSuchGroup]', 'x=1',
        '[Local]', 'UidRanges=9-1', '[Policy]', 'UserKeys=2', ''])
    keys.put(w.config_file, text)
    w.start(warns=True)
    for line, key in ((3, 'InvitationTimeout'), (4, 'NoSuchKey'), (5, 'AllowMd5'),
                      (6, 'Environment'), (7, 'ClientGrace'), (10, 'SessionsPerClient'),
                      (14, 'Colour'), (18, 'UidRanges'), (20, 'UserKeys')):
        w.daemon.wait_log(r'test\.conf.*\b%d\b.*%s|%s.*test\.conf.*\b%d\b' % (line, key, key, line))
    w.daemon.wait_log(r'test\.conf.*(\b1[56]\b.*NoSuchGroup|NoSuchGroup.*\b1[56]\b)')
    c = w.client('alice')
    limits = c.messenger.get('Limits')
    assert limits['InvitationTimeout'] == 300 and limits['MaxSessionsPerClient'] == 64
    assert c.messenger.get('Environment') == 'production'


@test('no configuration at all: the defaults')
def _(w):
    w.configure({})
    os.unlink(w.config_file)
    w.add_key(CHESS)
    watcher = w.watch_names()
    w.daemon = w.spawn(w.command())
    w.wait_names(watcher, w.daemon)
    c = w.client('alice')
    assert c.messenger.get('Environment') == 'production'
    assert c.messenger.get('Limits')['InvitationTimeout'] == 300


@test('drop-ins of the configuration folder: later names win')
def _(w):
    keys.put(os.path.join(w.config_dir, 'msgrd.conf'),
             '[Messenger]\nInvitationTimeout=11\n[Limits]\nSessionsPerClient=11\n')
    folder = os.path.join(w.config_dir, 'msgrd.conf.d')
    os.mkdir(folder)
    keys.put(folder + '/10-first.conf', '[Messenger]\nInvitationTimeout=22\n')
    keys.put(folder + '/20-second.conf', '[Messenger]\nInvitationTimeout=33\n')
    keys.put(folder + '/30-not-one.txt', '[Messenger]\nInvitationTimeout=44\n')
    watcher = w.watch_names()
    w.daemon = w.spawn([a for a in w.command() if not a.startswith('--config')])
    w.wait_names(watcher, w.daemon)
    limits = w.client('alice').messenger.get('Limits')
    assert limits['InvitationTimeout'] == 33 and limits['MaxSessionsPerClient'] == 11


@test('STATE_DIRECTORY in place of --state-dir')
def _(w):
    other = w.make_dir('other', 0o700, w.service_uid)
    w.configure({})
    w.add_key(CHESS)
    watcher = w.watch_names()
    command = [a for a in w.command() if not a.startswith('--state-dir')]
    w.daemon = w.spawn(command, STATE_DIRECTORY=other)
    w.wait_names(watcher, w.daemon)
    register(w.unlocked('alice', CHESS))
    assert os.listdir(other) and not os.listdir(w.state_dir)


@test('--verbose says more')
def _(w):
    lengths = []
    for arguments in ([], ['--verbose']):
        w.configure({})
        w.add_key(CHESS)
        watcher = w.watch_names()
        w.daemon = w.spawn(w.command(*arguments), G_MESSAGES_DEBUG='')
        w.wait_names(watcher, w.daemon)
        w.unlocked('alice', CHESS)
        w.daemon.stop()
        lengths.append(len(w.daemon.lines))
    assert lengths[1] > lengths[0], lengths


@test('runs without any privilege, as its own user')
def _(w):
    w.start()
    with open('/proc/%d/status' % w.daemon.pid, encoding='utf-8') as file:
        text = file.read()
    assert re.search(r'^Uid:\t%d\t%d\t%d' % ((w.service_uid,) * 3), text, re.MULTILINE)
    assert os.path.exists(SYSTEM_CONF)


@test('another process cannot take the names')
def _(w):
    w.start()
    for user in ('alice', 'root') if w.users.many else ('alice',):
        c = w.client(user)
        for name in (names.BUS, names.AGENTS):
            reply = c.start('/', names.DBUS, 'RequestName', 'su', [name, 2],
                            dest=names.DBUS).reply()
            if not w.users.many:
                continue  # the only user owns them, so it may ask
            assert reply.error == 'org.freedesktop.DBus.Error.AccessDenied', reply.fields


# --session


class SessionBus:
    """A bus of one user's own, with the service on it in its own folders."""

    def __init__(self, w):
        self.user = w.users.find('alice')
        self.home = w.make_dir('home', 0o700, self.user.uid)
        self.become = w.users.become(self.user)
        self.environment = dict(
            w.users.environment, HOME=self.home, XDG_CONFIG_HOME=self.home + '/config',
            XDG_STATE_HOME=self.home + '/state', XDG_DATA_HOME=self.home + '/data',
            XDG_RUNTIME_DIR=self.home, XDG_DATA_DIRS=self.home + '/share',
            XDG_CONFIG_DIRS=self.home + '/etc')
        self.bus = subprocess.Popen(
            ['dbus-daemon', '--session', '--nofork', '--nopidfile', '--print-address=1',
             '--address=unix:path=' + self.home + '/bus'], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env=dict(os.environ, **self.environment),
            **self.become)
        self.address = self.bus.stdout.readline().strip()
        assert self.address, 'the session bus did not start'
        self.environment['DBUS_SESSION_BUS_ADDRESS'] = self.address
        popen = dict(self.become, stderr=subprocess.DEVNULL)
        self.worker = Worker('alice', [sys.executable, w.hall.worker_script], popen)

    def client(self):
        return Client(self.worker, self.address)

    def make(self, path):
        path = os.path.join(self.home, path)
        os.makedirs(path)
        return path

    def stop(self):
        self.worker.close()
        self.bus.terminate()
        self.bus.wait()
        self.bus.stdout.close()


def start_on(w, session):
    daemon = Daemon([w.hall.msgrd, '--session'], session.environment, **session.become)
    w.daemons.append(daemon)
    w.daemon = daemon
    watcher = session.client()
    eventually(lambda: all(watcher.call('/', names.DBUS, 'NameHasOwner', 's', [name],
                                        dest=names.DBUS) for name in (names.BUS, names.AGENTS))
               or not daemon.running(), 'the service is on the session bus')
    assert daemon.running(), 'it ended at once'


@test('--session: the session bus, environment test, folders of XDG')
def _(w):
    session = SessionBus(w)
    try:
        start_on(w, session)
        c = session.client()
        assert c.messenger.get('Environment') == 'test'
        mine = Key('org.example.Mine', 'ed25519', environment='test')
        c.keys.AddKey(mine.json)
        c.unlock(mine)
        register(c)
        assert set(applications(c)) == {GUID}
        contact = c.contact_of('echo')
        path = c.manager.InviteContact(GUID, contact, 'alone', {})
        c.wait('OnStateChanged', path, lambda e: e.args == [names.ACCEPTED])
        assert c.session(path).get('State') == names.CONNECTED
        w.daemon.stop()
        kept = [name for name in os.listdir(session.home + '/state')]
        assert kept, 'nothing is kept under XDG_STATE_HOME'
        start_on(w, session)
        c.unlock(mine)
        assert set(applications(c)) == {GUID}
        w.daemon.stop()
    finally:
        for daemon in w.daemons:
            if daemon.running():
                daemon.kill()
        session.stop()
