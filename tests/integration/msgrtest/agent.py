# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An agent that does what the test tells it to: each call waits until the test answers it.

import os

from . import names
from .client import V

XML = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', '..', 'data', 'dbus')
PATH = '/org/example/Agent'


def interface(name):
    with open(os.path.join(XML, name + '.xml'), encoding='utf-8') as file:
        return file.read()


class Agent:
    def __init__(self, world, short, roles=None, priority=None, path=PATH, client=None):
        self.client = client or world.client(short)
        self.path = path
        self.client.export(path, interface(names.AGENT1))
        self.register(roles, priority)

    def register(self, roles=None, priority=None):
        options = {}
        if roles is not None:
            options['Roles'] = V('as', roles)
        if priority is not None:
            options['Priority'] = V('i', priority)
        self.client.agents.RegisterAgent(self.path, options)

    def unregister(self):
        self.client.agents.UnregisterAgent(self.path)

    def wait(self, member, answer=''):
        """The next call, of this member. Unless the answer is None, it is answered with nothing."""
        call = self.client.wait_call(member)
        assert call.path == self.path and call.iface == names.AGENT1, call
        if answer is not None:
            call.answer()
        return call

    def shown(self):
        """The session that the next call, ShowInvitation, is for."""
        call = self.wait('ShowInvitation')
        return self.client.session(call.args[0])

    def idle(self):
        """Nothing has been asked of it."""
        self.client.barrier()
        assert self.client.calls == [], self.client.calls
        return True

    def session(self, path):
        return self.client.session(path)
