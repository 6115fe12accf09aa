# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One side of a session, spoken through libdbus: flow_libdbus.py inviter|invitee KEY-ID SECRET PEER.
# Prints what it sees, a line each, and "done" when all has come as it should.

import hashlib
import hmac
import sys

import dbus
import dbus.mainloop.glib
from gi.repository import GLib

BUS = 'org.msgr.Messenger'
MANAGER = '/org/msgr/Messenger/SessionManager'
GUID = '{11111111-1111-1111-1111-111111111111}'


class Side:
    def __init__(self):
        dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
        self.bus = dbus.SystemBus()
        self.events = []
        self.bus.add_signal_receiver(self.on_signal, bus_name=BUS, member_keyword='member',
                                     path_keyword='path')
        self.manager = self.interface(MANAGER, 'SessionManager1')
        self.lock = self.interface(MANAGER, 'Lock1')

    def interface(self, path, name):
        # Without introspection, which would be asked for once and not be there while locked.
        return dbus.Interface(self.bus.get_object(BUS, path, introspect=False), 'org.msgr.' + name)

    def properties(self, path):
        return dbus.Interface(self.bus.get_object(BUS, path, introspect=False),
                              dbus.PROPERTIES_IFACE)

    def on_signal(self, *args, member, path):
        self.events.append((member, args))
        print(member, flush=True)

    def wait(self, member):
        """Takes the events until this one has come; returns its arguments."""
        while True:
            while self.events:
                found, args = self.events.pop(0)
                if found == member:
                    return args
            GLib.MainContext.default().iteration(True)

    def unlock(self, key_id, secret):
        self.lock.RequestChallenge(dbus.Int32(77))
        cookie, challenge = self.wait('OnLockChallenge')
        response = hmac.new(secret.encode(), challenge.encode(), hashlib.sha256).hexdigest()
        self.lock.SendResponse(key_id, response, cookie)
        assert self.wait('OnLockResult')[1]
        try:
            self.manager.RegisterApplication(GUID, 'Chess', 'https://example.org/', '/usr/bin/true',
                                             dbus.UInt32(0))
        except dbus.DBusException as error:
            assert error.get_dbus_name() == 'org.msgr.Error.AppAlreadyRegistered', error

    def state(self, path):
        return self.properties(path).Get('org.msgr.Session1', 'State')

    def invite(self, peer):
        messenger = self.interface('/org/msgr/Messenger', 'Messenger1')
        contact = messenger.GetContact(peer, 'local')
        path = self.manager.CreateSession()
        session = self.interface(path, 'Session1')
        self.properties(path).Set('org.msgr.Session1', 'Application',
                                  dbus.String(GUID, variant_level=1))
        session.Invite(contact, 'shall we?')
        assert self.wait('OnAccepted')[0] == 'yes'
        self.wait('OnReadyToLaunch')
        assert self.wait('OnStateChanged')[0] == 3
        assert self.state(path) == 4
        session.SendContextData('e4')
        assert self.wait('OnContextData')[0] == 'e5'
        session.Cancel(dbus.UInt32(0), 'over')
        self.wait('OnTermination')
        assert self.state(path) == 7

    def answer(self):
        print('ready', flush=True)
        path, app_data, handled, details = self.wait('OnInvitation')
        assert app_data == 'shall we?' and not handled and details['Registered']
        session = self.interface(path, 'Session1')
        session.Accept('yes')
        assert self.wait('BeforeAppLaunch')[0]
        session.SuppressDefault('BeforeAppLaunch')
        assert self.wait('OnContextData')[0] == 'e4'
        session.SendContextData('e5')
        assert self.wait('OnCancelled')[0] == 'over'
        assert self.wait('OnTermination')[0] == 0x81000607


def main(role, key_id, secret, peer):
    side = Side()
    side.unlock(key_id, secret)
    if role == 'inviter':
        side.invite(peer)
    else:
        side.answer()
    print('done', flush=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
