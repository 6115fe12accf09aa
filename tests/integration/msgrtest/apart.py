# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An inviter and an invitee with a network between them: a scene in which the other side hears of
# everything a little later.

from . import names
from .scene import GUID
from .world import eventually


class Apart:
    """Who derives from it has alice and bob, two clients; contact, bob as alice knows him; a and b,
    the two sides' objects; and settle(), after which nothing is on its way any more."""

    alice = bob = contact = a = b = None

    def forget(self):
        self.settle()
        self.alice.forget()
        self.bob.forget()

    def ready(self):
        self.a = self.alice.session(self.alice.manager.CreateSession())
        self.b = None
        self.a.set('Application', 's', GUID)
        self.forget()
        return self

    def found(self):
        """The invitee's object of the invitation that comes."""
        self.b = self.bob.session(self.bob.wait('OnInvitation').args[0])
        return self.b

    def invited(self, app_data='hello'):
        self.ready()
        self.a.Invite(self.contact, app_data)
        self.found()
        self.forget()
        return self

    def accepted(self):
        self.invited()
        self.b.Accept('yes')
        self.alice.wait('OnAccepted')
        self.bob.wait('BeforeAppLaunch')
        self.forget()
        return self

    def connected(self):
        self.accepted()
        self.b.SuppressDefault('BeforeAppLaunch')
        self.wait_states(names.CONNECTED)
        self.forget()
        return self

    def cancelled(self):
        self.invited()
        self.a.Cancel(0, '')
        self.wait_states(names.CANCELLED)
        self.forget()
        return self

    def declined(self):
        self.invited()
        self.b.Decline('')
        self.wait_states(names.DECLINED)
        self.forget()
        return self

    def terminated(self):
        self.connected()
        self.a.Cancel(0, '')
        self.wait_states(names.TERMINATED)
        self.forget()
        return self

    def wait_states(self, state):
        for side in (self.a, self.b):
            eventually(lambda s=side: s.get('State') == state, names.STATE_NAMES[state])

    def states(self):
        self.settle()
        return self.a.get('State'), self.b.get('State')

    def said(self):
        """What both sides heard since it was last asked: [(member, arguments)] for each."""
        self.settle()
        return ([(e.member, e.args) for e in self.alice.said()],
                [(e.member, e.args) for e in self.bob.said()])

    def end(self):
        if self.a and self.a.get('State') in (names.READY, names.INVITATION, names.ACCEPTED,
                                              names.CONNECTED):
            self.a.Cancel(0, '')
        self.forget()
