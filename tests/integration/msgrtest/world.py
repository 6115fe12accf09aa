# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a test finds: the bus of its file, and for itself a service with fresh folders, and clients
# of any user. All of it is gone when the test is over.

import os
import shutil
import sys
import tempfile
import time

from . import keys, names
from .bus import Bus
from .client import Client, DEADLINE, Worker
from .daemon import Daemon
from .users import has_network, in_namespace

HERE = os.path.dirname(os.path.abspath(__file__))

# Decided at once nowhere, refused for haste nowhere: a test that wants it otherwise says so.
CONFIG = {
    'Messenger': {'DecisionWindow': 10000, 'LaunchTimeout': 600},
    'Limits': {'CallBurst': 0, 'CallRate': 0, 'UserCallRate': 0},
}


class Skip(Exception):
    """The test can't be run here; the argument says why."""


def config_text(changes):
    groups = {group: dict(values) for group, values in CONFIG.items()}
    for group, values in changes.items():
        groups.setdefault(group, {}).update(values)
    lines = []
    for group, values in groups.items():
        lines.append('[%s]' % group)
        lines += ['%s=%s' % pair for pair in values.items()]
    return '\n'.join(lines) + '\n'


def eventually(predicate, what, deadline=DEADLINE):
    """Asks again until the answer is true, and returns it."""
    end = time.monotonic() + deadline
    while True:
        value = predicate()
        if value:
            return value
        assert time.monotonic() < end, 'never came true: ' + what
        time.sleep(0.02)


class Hall:
    """What the tests of one file share: the users, their processes, and the bus."""

    def __init__(self, users, msgrd, policy, permissive=False):
        self.folder = tempfile.mkdtemp(prefix='msgr-test-', dir='/tmp')
        os.chmod(self.folder, 0o755)
        self.users = users
        # Where an ordinary user can reach them, wherever the sources are.
        self.msgrd = self.copy(msgrd, 0o755)
        self.worker_script = self.copy(os.path.join(HERE, 'worker.py'), 0o644)
        self.monitor_script = self.copy(os.path.join(HERE, 'monitor.py'), 0o644)
        self.policy = policy
        self.workers = {}
        self.shared = {}
        self.worker_log = open(self.folder + '/workers.log', 'w', encoding='utf-8')
        service = self.users.find('service')
        self.bus = Bus(self.folder + '/bus', policy, service.uid, self.users.environment,
                       permissive)

    def copy(self, path, mode):
        """Renamed into its place, for what is there may be running."""
        target = os.path.join(self.folder, os.path.basename(path))
        shutil.copyfile(path, target + '.new')
        os.chmod(target + '.new', mode)
        os.rename(target + '.new', target)
        return target

    def new_worker(self, short):
        user = self.users.find(short)
        if user is None:
            raise Skip('needs root: several users')
        popen = dict(self.users.become(user), stderr=self.worker_log)
        return Worker(short, [sys.executable, self.worker_script], popen)

    def worker(self, short):
        if short not in self.workers:
            self.workers[short] = self.new_worker(short)
        return self.workers[short]

    def share(self, make):
        """What make(hall) returns, made once for all tests of the file; closed after the last."""
        if make not in self.shared:
            self.shared[make] = make(self)
        return self.shared[make]

    def close(self):
        for thing in reversed(list(self.shared.values())):
            thing.close()
        for worker in self.workers.values():
            worker.close()
        self.bus.check()
        self.bus.stop()
        self.worker_log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Neighbour:
    """Another machine: the same users and programs, on a bus of its own."""

    def __init__(self, hall):
        self.folder = tempfile.mkdtemp(prefix='machine-', dir=hall.folder)
        os.chmod(self.folder, 0o755)
        self.users = hall.users
        self.msgrd = hall.msgrd
        self.monitor_script = hall.monitor_script
        self.worker = hall.worker
        self.share = hall.share
        self.copy = hall.copy
        self.bus = Bus(self.folder + '/bus', hall.policy, hall.users.find('service').uid,
                       hall.users.environment, False)

    def close(self):
        self.bus.check()
        self.bus.stop()


class World:
    """One test's own."""

    def __init__(self, hall):
        self.hall = hall
        self.users = hall.users
        self.service_uid = hall.users.find('service').uid
        self.folder = tempfile.mkdtemp(prefix='case-', dir=hall.folder)
        os.chmod(self.folder, 0o755)
        self.keys_dir = self.make_dir('keys.d')
        self.apps_dir = self.make_dir('apps.d')
        self.config_dir = self.make_dir('etc')
        self.state_dir = self.make_dir('state', 0o700, self.service_uid)
        self.config_file = os.path.join(self.folder, 'test.conf')
        self.daemon = None
        self.daemons = []
        self.clients = []
        self.owned = []
        self.elsewhere = {}  # user -> the neighbour that its clients are at
        self.network = None  # that it is on, with its neighbour
        self.changes = {}

    def neighbour(self):
        """The test's own on another machine, which is the same for all tests of a file."""
        return self.own(World(self.hall.share(Neighbour)))

    def own(self, thing):
        """Closes it when the test is over, the last one first."""
        self.owned.append(thing)
        return thing

    def make_dir(self, name, mode=0o755, owner=None):
        path = os.path.join(self.folder, name)
        os.mkdir(path)
        os.chmod(path, mode)
        if owner is not None and os.getuid() == 0:
            os.chown(path, owner, owner)
        return path

    def user(self, short):
        user = self.users.find(short)
        if user is None:
            raise Skip('needs root: several users')
        return user

    def name_of(self, short):
        return self.user(short).name

    def need_mounts(self):
        if not in_namespace():
            raise Skip('needs root and a mount namespace')

    # files

    def add_key(self, key, **options):
        return key.write(self.keys_dir, **dict({'owner': self.service_uid}, **options))

    def add_app(self, name, text):
        keys.put(os.path.join(self.apps_dir, name), text)

    def configure(self, changes):
        keys.put(self.config_file, config_text(changes))

    # the service

    def command(self, *extra):
        return [self.hall.msgrd, '--config=' + self.config_file, '--keys-dir=' + self.keys_dir,
                '--apps-dir=' + self.apps_dir, '--state-dir=' + self.state_dir, *extra]

    def environment(self):
        return dict(self.users.environment, DBUS_SYSTEM_BUS_ADDRESS=self.hall.bus.address,
                    CONFIGURATION_DIRECTORY=self.config_dir)

    def spawn(self, command, warns=False, **environment):
        """Where there is a network, the service has none of it: as its unit has it."""
        service = self.users.find('service')
        popen = self.users.become(service)
        if has_network():
            command, popen = self.users.without_network(service, command), {}
        daemon = Daemon(command, dict(self.environment(), **environment), warns, **popen)
        self.daemons.append(daemon)
        return daemon

    def start(self, config=None, standard=True, args=(), warns=False):
        """Starts the service and waits until it has both of its names."""
        self.changes = config or {}
        if config is not None or not os.path.exists(self.config_file):
            self.configure(config or {})
        if standard:
            for key in keys.STANDARD:
                self.add_key(key)
        watcher = self.watch_names()
        self.daemon = self.spawn(self.command(*args), warns)
        self.wait_names(watcher, self.daemon)
        return self.daemon

    def watch_names(self):
        rules = ["type='signal',sender='%s',member='NameOwnerChanged',arg0='%s'" % (
            names.DBUS, name) for name in (names.BUS, names.AGENTS)]
        return self.client('alice', rules)

    def wait_names(self, watcher, daemon):
        def there():
            owned = {e.args[0] for e in watcher.events
                     if e.member == 'NameOwnerChanged' and e.args[2]}
            return owned >= {names.BUS, names.AGENTS} or not daemon.running()

        eventually(lambda: there(), 'the service has its names')
        if not daemon.running():
            daemon.expected_death = True
            raise AssertionError('the service ended at once, with %d' % daemon.wait())
        if not daemon.warns:
            assert 'WARNING' not in daemon.log, 'the service warns of what the test gave it'
        watcher.close()

    def restart(self, **options):
        """SIGTERM, then the service again with what it kept."""
        self.daemon.stop()
        return self.start(standard=False, **options)

    # clients

    def client(self, short, matches=None):
        if short in self.elsewhere:
            return self.elsewhere[short].client(short, matches)
        client = Client(self.hall.worker(short), self.hall.bus.address, matches)
        self.clients.append(client)
        return client

    def process(self, short):
        """A process of its own, as something that an agent launches is."""
        return self.own(self.hall.new_worker(short))

    def client_in(self, worker, key=None):
        client = Client(worker, self.hall.bus.address)
        return client.unlock(key) if key else client

    def unlocked(self, short, key, *lockables):
        return self.client(short).unlock(key, *lockables)

    # the end

    def close(self, failed=False):
        """Ends everything; what goes wrong in that fails a test that had gone well."""
        problem = None
        steps = [t.close for t in reversed(self.owned)]
        steps += [c.close for c in self.clients] + [d.stop for d in self.daemons]
        for step in steps:
            try:
                step()
            except AssertionError as error:
                problem = problem or error
        for daemon in self.daemons:
            if daemon.running():
                daemon.kill()
        worlds = [self] + [thing for thing in self.owned if isinstance(thing, World)]
        logs = [daemon.log for world in worlds for daemon in world.daemons]
        shutil.rmtree(self.folder, ignore_errors=True)
        if problem and not failed:
            raise problem
        return logs
