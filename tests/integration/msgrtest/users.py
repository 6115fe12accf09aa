# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Several real users on any machine, without a change to its user database: as root, everything
# runs in a mount namespace of its own with a user database of its own; where namespaces are
# forbidden (some containers), nss_wrapper shows it to the bus and the service; and without root
# there is one user, and the tests that need more are skipped.

import collections
import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile

User = collections.namedtuple('User', 'name uid gecos')

SERVICE = User('msgrt-svc', 48000, '')
ALICE = User('msgrt-alice', 48001, 'Alice Tester,,,')
BOB = User('msgrt-bob', 48002, 'Bob Tester')
CAROL = User('msgrt-carol', 48003, 'Carol Tester')
DAVE = User('msgrt-dave', 48004, '')
SYSTEM = User('msgrt-system', 640, 'not a person')  # outside of every range of people
ALL = (SERVICE, ALICE, BOB, CAROL, DAVE, SYSTEM)
CROWD = [User('msgrt-crowd-%d' % n, 48200 + n, '') for n in range(64)]  # for benchmarks

PLAYERS = 'msgrt-players'  # a group; bob is in it
PLAYERS_GID = 48100

MARKER = 'MSGR_TEST_NAMESPACE'
NETWORK_MARKER = 'MSGR_TEST_NETWORK'
UNSHARE = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc',
           '--propagation', 'private']


def is_root():
    return os.getuid() == 0


def enter_namespace(argv, network=False):
    """Runs this program again in a namespace of its own, where that is possible; network: with a
    network of its own too, in which there is nothing yet."""
    if not is_root() or os.environ.get(MARKER):
        return
    unshare = UNSHARE + (['--net'] if network else [])
    allowed = os.environ.get('MSGR_TEST_NO_NAMESPACE') is None and subprocess.run(
        unshare + ['true'], stderr=subprocess.DEVNULL, check=False).returncode == 0
    os.environ[MARKER] = 'yes' if allowed else 'no'
    if allowed:
        os.environ[NETWORK_MARKER] = 'yes' if network else 'no'
        os.execvp(unshare[0], unshare + [sys.executable] + argv)


def in_namespace():
    return os.environ.get(MARKER) == 'yes'


def has_network():
    """Whether this process may do with its network what it likes."""
    return os.environ.get(NETWORK_MARKER) == 'yes'


def write_database(folder):
    """The machine's users and ours, as files there."""
    passwd = os.path.join(folder, 'passwd')
    group = os.path.join(folder, 'group')
    shutil.copy('/etc/passwd', passwd)
    shutil.copy('/etc/group', group)
    with open(passwd, 'a', encoding='utf-8') as file:
        for user in (*ALL, *CROWD):
            file.write('%s:x:%d:%d:%s:/nonexistent:/usr/sbin/nologin\n' % (
                user.name, user.uid, user.uid, user.gecos))
    with open(group, 'a', encoding='utf-8') as file:
        for user in (*ALL, *CROWD):
            file.write('%s:x:%d:\n' % (user.name, user.uid))
        file.write('%s:x:%d:%s\n' % (PLAYERS, PLAYERS_GID, BOB.name))
    return passwd, group


class Users:
    """Who there is, and how a process becomes one of them. Once a process."""

    def __init__(self):
        self.many = is_root()
        self.environment = {}
        self.folder = None
        if not self.many:
            entry = pwd.getpwuid(os.getuid())
            self.only = User(entry.pw_name, entry.pw_uid, entry.pw_gecos)
            return
        self.folder = tempfile.mkdtemp(prefix='msgr-test-', dir='/tmp')
        os.chmod(self.folder, 0o755)
        passwd, group = write_database(self.folder)
        if in_namespace():
            subprocess.run(['mount', '--bind', passwd, '/etc/passwd'], check=True)
            subprocess.run(['mount', '--bind', group, '/etc/group'], check=True)
        else:
            self.environment = self.wrap(passwd, group)

    @staticmethod
    def wrap(passwd, group):
        found = glob.glob('/usr/lib/*/libnss_wrapper.so')
        if not found:
            raise RuntimeError('no namespaces here, and libnss-wrapper is not installed')
        return {'LD_PRELOAD': found[0], 'NSS_WRAPPER_PASSWD': passwd, 'NSS_WRAPPER_GROUP': group}

    def find(self, short):
        """The user of this short name; None if this run has only one, and it isn't that."""
        if self.many and short.startswith('crowd-'):
            return CROWD[int(short.partition('-')[2])]
        if self.many:
            return {'alice': ALICE, 'bob': BOB, 'carol': CAROL, 'dave': DAVE, 'system': SYSTEM,
                    'service': SERVICE, 'root': User('root', 0, '')}[short]
        return self.only if short in ('alice', 'service') else None

    def close(self):
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def without_network(user, command):
        """A command of a user's, in a network of its own with nothing in it; its process is the
        one that is started with this."""
        return ['unshare', '--net', '--', 'setpriv', '--reuid=%d' % user.uid,
                '--regid=%d' % user.uid, '--clear-groups', '--', *command]

    def become(self, user):
        """Arguments of subprocess.Popen."""
        if not self.many:
            return {}
        groups = [PLAYERS_GID] if user == BOB else []
        return {'user': user.uid, 'group': user.uid, 'extra_groups': groups}
