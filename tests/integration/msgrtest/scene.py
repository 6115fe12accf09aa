# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The scenes that most tests begin with: alice and bob, the same application registered for both,
# and a session between them brought to some state.

import re

from . import keys, names

GUID = '{11111111-1111-1111-1111-111111111111}'
GUID2 = '{22222222-2222-2222-2222-222222222222}'
GUID3 = '{33333333-3333-3333-3333-333333333333}'
NEVER = '{99999999-9999-9999-9999-999999999999}'

NAME = 'Chess'
URL = 'https://chess.example.org/download'
PATH = '/usr/bin/true'

SESSION_PATH = re.compile(r'^/org/msgr/Messenger/Session/[0-9a-f]{32}$')
CONTACT_PATH = re.compile(r'^/org/msgr/Messenger/Contact/[0-9a-f]{32}$')
GUID_FORM = re.compile(r'^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$')


def number(count):
    """The GUID of one of many applications."""
    return '{%08X-0000-4000-8000-000000000000}' % count


def register(client, guid=GUID, name=NAME, url=URL, path=PATH):
    client.manager.RegisterApplication(guid, name, url, path, 0)


def applications(client):
    """What is registered: GUID -> dictionary."""
    return {app['Guid']: app for app in client.manager.get('Applications')}


def sessions(client):
    """What the client sees: path -> properties."""
    return dict(client.manager.ListSessions())


class Scene:
    """An inviter and an invitee, each by one client of the application at first."""

    def __init__(self, world, inviter='alice', invitee='bob', key=keys.CHESS, bob_key=None,
                 guid=GUID):
        self.world = world
        self.guid = guid
        self.alice = world.unlocked(inviter, key)
        self.bob = world.unlocked(invitee, bob_key or key)
        self.invitee = world.name_of(invitee)
        for client in (self.alice, self.bob):
            if guid not in applications(client):
                register(client, guid)
        self.contact = self.alice.contact_of(self.invitee)
        self.a = self.b = None  # the two sides' objects
        self.forget()

    def forget(self):
        self.alice.forget()
        self.bob.forget()

    def ready(self):
        self.a = self.alice.session(self.alice.manager.CreateSession())
        self.b = None
        self.a.set('Application', 's', self.guid)
        self.forget()
        return self

    def invited(self, app_data='hello'):
        self.ready()
        self.a.Invite(self.contact, app_data)
        event = self.bob.wait('OnInvitation')
        self.b = self.bob.session(event.args[0])
        self.forget()
        return self

    def accepted(self):
        self.invited()
        self.b.Accept('yes')
        self.forget()
        return self

    def connected(self):
        self.accepted()
        self.b.SuppressDefault('BeforeAppLaunch')
        self.bob.wait('OnStateChanged', self.b.path)
        assert self.states() == (names.CONNECTED, names.CONNECTED), self.states()
        self.forget()
        return self

    def cancelled(self):
        self.invited()
        self.a.Cancel(0, '')
        self.forget()
        return self

    def declined(self):
        self.invited()
        self.b.Decline('')
        self.forget()
        return self

    def terminated(self):
        self.connected()
        self.a.Cancel(0, '')
        self.forget()
        return self

    def states(self):
        return self.a.get('State'), self.b.get('State')

    def said(self):
        """What both sides heard since it was last asked: [(member, arguments)] for each."""
        return ([(e.member, e.args) for e in self.alice.said()],
                [(e.member, e.args) for e in self.bob.said()])

    def end(self):
        """Ends the session if it hasn't, so that it doesn't count any more."""
        if self.a and self.a.get('State') in (names.READY, names.INVITATION, names.ACCEPTED,
                                              names.CONNECTED):
            self.a.Cancel(0, '')
        self.forget()
