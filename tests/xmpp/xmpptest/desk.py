# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A user at a machine: the service, a client that may see everything of that user's, and the
# connector of an account.

from msgrtest import keys, names
from msgrtest.client import Proxy, V
from msgrtest.world import eventually

from .machine import Connector


class Desk:
    def __init__(self, world, account, short='alice', key=keys.DESK, **options):
        """The connector isn't started yet: sign_in(), or start() for one that will fail."""
        if world.daemon is None:
            world.start()
        self.world = world
        self.account = account
        self.key = key
        self.short = short
        self.objects = [name for name, capability in (('SessionManager', 'sessions'),
                                                      ('Private', 'private'))
                        if capability in key.fields['capabilities']]
        self.client = world.unlocked(short, key, *self.objects)
        self.connector = world.own(Connector(world, short, account, **options))
        self.service = self.connector.service

    def start(self):
        self.connector.start()
        return self

    def sign_in(self):
        self.start()
        self.wait_signed_in()
        self.client.forget()
        return self

    # the account

    def entry(self):
        """(name, sign-in name, friendly name, status) as the client reads it; None: not there."""
        for entry in self.client.messenger.ListServices():
            if entry[0] == self.service:
                return entry[1:]
        return None

    def why(self):
        """What is told of a sign-in that failed: (whether it is tried again, the message)."""
        for service, details in self.client.messenger.DescribeServices({}):
            if service == self.service:
                return details['WillRetry'], details['Message']
        return None

    @property
    def status(self):
        entry = self.entry()
        return entry[3] if entry else names.STATUS_OFFLINE

    def wait_signed_in(self):
        """Failures before it, of which any number may be told, are left out."""
        self.client.wait('OnSignin', names.ROOT, lambda e: e.args == [0, self.service])
        assert self.status != names.STATUS_OFFLINE

    def wait_failed(self, hr=None):
        """Until it is told that signing in failed; returns with what."""
        event = self.client.wait('OnSignin', names.ROOT,
                                 lambda e: e.args[1] == self.service and e.args[0] != 0)
        assert hr in (None, event.args[0]), 'OnSignin says 0x%08x' % event.args[0]
        assert self.status == names.STATUS_OFFLINE
        return event.args[0]

    def wait_signed_out(self):
        self.client.wait('OnSignout', names.ROOT, lambda e: e.args[0] == self.service)

    def request_signin(self):
        self.client.forget()
        self.client.messenger.Signin(self.service)

    def set_status(self, status):
        self.client.messenger.SetStatus(self.service, status)

    # contacts

    def path(self, jid):
        return self.client.messenger.GetContact(jid, self.service)

    def contact(self, jid):
        return Proxy(self.client, self.path(jid), names.CONTACT1)

    def contacts(self):
        """Who is in the list of this service: sign-in name -> properties."""
        return {fields['SigninName']: fields for _path, fields in
                self.client.messenger.ListContacts() if fields['ServiceId'] == self.service}

    def wait_contacts(self, *jids):
        eventually(lambda: set(self.contacts()) == set(jids),
                   'the list holds %s' % ', '.join(jids))

    def wait_contact(self, jid, **properties):
        """Until this contact in the list has these properties."""
        def looks_so():
            found = self.contacts().get(jid)
            return found and all(found[name] == value for name, value in properties.items())

        eventually(looks_so, '%s has %r' % (jid, properties))

    def until_status(self, jid, status):
        """Until this is the contact's status, if it isn't already."""
        contact = self.contact(jid)
        eventually(lambda: contact.get('Status') == status, '%s has status %d' % (jid, status))

    def wait_status(self, jid, status):
        """Until the event for the client says so."""
        path = self.path(jid)
        self.client.wait('OnContactStatusChange', names.ROOT, lambda e: e.args == [path, status])
        assert self.contact(jid).get('Status') == status

    def add(self, jid):
        self.client.call(names.PRIVATE, names.PRIVATE1, 'AddContact', 'sv',
                         [jid, V('s', self.service)])

    def requests(self):
        """Who asks to see the user's status: sign-in name -> details."""
        found = self.client.call(names.ROOT, names.MESSENGER1, 'ListContactRequests')
        return {name: details for name, service, details in found if service == self.service}

    def answer(self, jid, accept):
        self.client.call(names.ROOT, names.MESSENGER1, 'AnswerContactRequest', 'ssb',
                         [jid, self.service, accept])

    # alerts

    def enable_alerts(self, *sites):
        self.client.call(names.PRIVATE, names.PRIVATE1, 'EnableAlertEvents', 'ai', [list(sites)])

    def wait_alert(self, text):
        event = self.client.wait('OnAlertReceived', names.PRIVATE, lambda e: e.args[0] == text)
        return event.args[2]
