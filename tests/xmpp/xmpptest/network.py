# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The network of a test file: a network namespace with nothing in it but the loopback interface,
# and a cable (a pair of virtual interfaces) to a second one, the far side, that can be pulled.
# The names of the hosts are served by dns.py; nothing leaves, and no port is anybody else's.

import subprocess

NEAR = '10.98.0.1'
FAR = '10.98.0.9'
LENGTH = '/24'


def ip(*arguments):
    subprocess.run(['ip', *arguments], check=True)


class Network:
    def __init__(self, folder):
        ip('link', 'set', 'lo', 'up')
        # Whoever lives there keeps the namespace.
        self.far = subprocess.Popen(['unshare', '--net', '--', 'sh', '-c', 'echo; exec cat'],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.far.stdout.readline()
        ip('link', 'add', 'near0', 'type', 'veth', 'peer', 'name', 'far0', 'netns',
           str(self.far.pid))
        # No addresses but ours: one more, a second after the start, is a change of the network.
        ip('link', 'set', 'near0', 'addrgenmode', 'none')
        self.in_far('link', 'set', 'far0', 'addrgenmode', 'none')
        ip('address', 'add', NEAR + LENGTH, 'dev', 'near0')
        ip('link', 'set', 'near0', 'up')
        # A machine without a default route takes itself for one without a network.
        ip('route', 'add', 'default', 'via', FAR)
        self.in_far('link', 'set', 'lo', 'up')
        self.in_far('address', 'add', FAR + LENGTH, 'dev', 'far0')
        self.in_far('link', 'set', 'far0', 'up')
        self.in_far('route', 'add', 'default', 'via', NEAR)
        self.resolve(folder)

    @staticmethod
    def resolve(folder):
        """Names are asked for here from now on, by whatever runs in this mount namespace."""
        path = folder + '/resolv.conf'
        with open(path, 'w', encoding='utf-8') as file:
            file.write('nameserver %s\noptions timeout:2 attempts:2\n' % NEAR)
        subprocess.run(['mount', '--bind', path, '/etc/resolv.conf'], check=True)

    def in_far(self, *arguments):
        subprocess.run([*self.prefix(), 'ip', *arguments], check=True)

    def prefix(self):
        """What a command begins with to be run on the far side of the cable."""
        return ['nsenter', '--net=/proc/%d/ns/net' % self.far.pid, '--']

    def command_as(self, user, command):
        """A command of a user's (of msgrtest.users) on the far side."""
        return [*self.prefix(), 'setpriv', '--reuid=%d' % user.uid, '--regid=%d' % user.uid,
                '--clear-groups', '--', *command]

    def pull(self):
        """The cable is out: the far side's interface has lost its carrier, and so knows it."""
        ip('link', 'set', 'near0', 'down')

    def plug(self):
        ip('link', 'set', 'near0', 'up')
        subprocess.run(['ip', 'route', 'replace', 'default', 'via', FAR], check=True)

    def swallow(self):
        """What is sent to the far side vanishes on its way: nobody is told."""
        ip('route', 'replace', 'blackhole', FAR + '/32')

    def restore(self):
        subprocess.run(['ip', 'route', 'delete', 'blackhole', FAR + '/32'],
                       stderr=subprocess.DEVNULL, check=False)
        self.plug()

    def close(self):
        self.far.stdin.close()
        self.far.stdout.close()
        self.far.wait()
