# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The connectors of users' accounts, on the machine that a world is.

import os
import signal
from urllib.parse import quote

from msgrtest.daemon import Daemon
from msgrtest.world import Skip


def built(variable, path):
    """A program of the build: where the build system says, or in the folder of the build."""
    program = os.environ.get(variable) or os.path.join(os.environ['MSGR_BUILD'], path)
    if not os.path.exists(program):
        raise Skip('%s is not built' % os.path.basename(program))
    return program


class Connector:
    """msgr-xmpp of one account of one user. signed_in() waits for it."""

    def __init__(self, world, short, account, far=None, config=''):
        """far: the network on whose far side it runs."""
        self.world = world
        self.user = world.user(short)
        self.account = account
        self.service = 'xmpp:' + quote(account.jid, safe='@+')
        self.home = os.path.join(world.folder, 'home-' + account.jid)
        self.program = world.hall.share(copied_program)
        self.far = far
        self.more = {}  # of its environment
        self.process = None
        self.write(config)

    def write(self, config):
        """The account's files, as "msgrctl account add" writes them."""
        folder = self.home + '/.config/msgr/accounts'
        os.makedirs(folder, exist_ok=True)
        self.put(folder + '/%s.conf' % self.account.jid,
                 '[Account]\nAddress=%s\n%s' % (self.account.jid, config))
        self.put(folder + '/%s.password' % self.account.jid, self.account.password + '\n')
        for parent, _folders, files in os.walk(self.home):
            for path in [parent] + [os.path.join(parent, name) for name in files]:
                os.chown(path, self.user.uid, self.user.uid)

    @staticmethod
    def put(path, text):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(path, 0o600)

    def set_password(self, password):
        self.put(self.home + '/.config/msgr/accounts/%s.password' % self.account.jid,
                 password + '\n')

    def environment(self):
        return dict(self.world.users.environment, HOME=self.home, XDG_RUNTIME_DIR=self.home,
                    DBUS_SYSTEM_BUS_ADDRESS=self.world.hall.bus.address, **self.more)

    def start(self, warns=False):
        command = [self.program, self.account.jid]
        popen = self.world.users.become(self.user)
        if self.far is not None:
            command, popen = self.far.command_as(self.user, command), {}
        self.process = Daemon(command, self.environment(), warns, **popen)
        self.world.daemons.append(self.process)
        return self

    def kill(self):
        self.process.kill()

    def restart(self):
        self.close()
        return self.start()

    def memory(self):
        """Resident, and of that its own alone, in kB."""
        found = {}
        with open('/proc/%d/smaps_rollup' % self.process.pid, encoding='ascii') as file:
            for line in file:
                words = line.split()
                if words[0] in ('Rss:', 'Private_Clean:', 'Private_Dirty:'):
                    found[words[0]] = int(words[1])
        return found['Rss:'], found['Private_Clean:'] + found['Private_Dirty:']

    def freeze(self):
        self.process.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.process.send_signal(signal.SIGCONT)

    def close(self):
        if self.process is not None:
            self.process.stop()
            self.process = None


def copied_program(hall):
    """Where an ordinary user can reach it."""
    class Copy(str):
        def close(self):
            pass
    return Copy(hall.copy(built('MSGR_XMPP', 'src/xmpp/msgr-xmpp'), 0o755))

