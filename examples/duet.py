#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A session from the invitation to its end. One user runs "duet.py wait", another one of the same
# machine "duet.py invite USER". Alone: "duet.py invite echo", a contact that accepts everything.
# First, once for each user: msgrctl keys new org.example.Duet --algorithm hmac-sha256 -c sessions

import json
import os
import signal
import sys

from gi.repository import Gio, GLib

SERVICE = 'org.msgr.Messenger'
ROOT = '/org/msgr/Messenger'
MANAGER = ROOT + '/SessionManager'
GUID = '{5B0C2B1E-8E0C-4D6A-9C56-2F5A0D4E7A11}'  # the application's own: uuidgen makes one
KEY = os.environ.get('MSGR_KEY_FILE') or os.path.join(
    GLib.get_user_config_dir(), 'msgr', 'keys', 'org.example.Duet.json')
CONNECTED = 4


class Duet:
    def __init__(self, contact):
        self.contact = contact  # None: wait for an invitation
        self.session = self.result = None
        self.is_connected = self.has_heard = False
        self.loop = GLib.MainLoop()
        for_test = os.environ.get('MSGR_BUS') == 'session'
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION if for_test else Gio.BusType.SYSTEM)
        # Before anything is unlocked, so that nothing is missed; and with the sender's name, since
        # anybody can send a signal of any name to anybody.
        self.bus.signal_subscribe(SERVICE, None, None, None, None, Gio.DBusSignalFlags.NONE,
                                  self.on_signal)
        Gio.bus_watch_name_on_connection(self.bus, SERVICE, Gio.BusNameWatcherFlags.AUTO_START,
                                         self.on_appeared, self.on_vanished)

    def call(self, path, interface, method, signature='()', *args):
        reply = self.bus.call_sync(SERVICE, path, interface, method, GLib.Variant(signature, args),
                                   None, Gio.DBusCallFlags.NONE, -1, None).unpack()
        return reply[0] if reply else None

    def on_appeared(self, *_):
        self.call(MANAGER, 'org.msgr.Lock1', 'RequestChallenge', '(i)', 1)

    def on_vanished(self, *_):
        print('the service is not there: waiting for it', flush=True)

    def on_signal(self, _bus, _sender, path, _interface, name, args):
        if name == 'OnLockChallenge':
            self.unlock(*args)
        elif name == 'OnInvitation' and not self.contact and not self.session:
            self.accept(*args)
        elif name == 'BeforeAppLaunch' and path == self.session:
            # This is the application: there is nothing to launch.
            self.call(path, 'org.msgr.Session1', 'SuppressDefault', '(s)', name)
        if path == self.session:
            self.look()

    def unlock(self, cookie, challenge):
        """Proves which application this is; from here on the service tells what concerns it."""
        with open(KEY, encoding='utf-8') as file:
            key = json.load(file)
        if key['algorithm'] != 'hmac-sha256':
            raise ValueError(KEY + ' is not for the algorithm hmac-sha256')
        response = GLib.compute_hmac_for_string(GLib.ChecksumType.SHA256, key['key'].encode(),
                                                challenge, -1)
        self.call(MANAGER, 'org.msgr.Lock1', 'SendResponse', '(ssi)', key['id'], response, cookie)
        self.call(MANAGER, 'org.msgr.SessionManager1', 'RegisterApplicationWith', '(a{sv})', {
            'Guid': GLib.Variant('s', GUID),
            'Name': GLib.Variant('s', 'Duet'),
            'Url': GLib.Variant('s', 'https://example.org/duet'),
            'Path': GLib.Variant('s', os.path.realpath(__file__)),
            'Replace': GLib.Variant('b', True)})
        if self.session:
            self.look()  # the service has been away: the session is as it was
        elif self.contact:
            self.invite()
        else:
            print('waiting for an invitation', flush=True)

    def invite(self):
        path = self.call(ROOT, 'org.msgr.Messenger1', 'GetContact', '(ss)', self.contact, 'local')
        self.session = self.call(MANAGER, 'org.msgr.SessionManager1', 'InviteContact',
                                 '(sosa{sv})', GUID, path, 'a duet?', {})
        print('invited', self.contact, flush=True)

    def accept(self, session, app_data, _handled, details):
        print('invited by', details['SigninName'] + ':', app_data, flush=True)
        self.session = session
        self.call(session, 'org.msgr.Session1', 'Accept', '(s)', 'with pleasure')

    def look(self):
        """Each signal is but a reason to read what holds now, and to do what is next."""
        now = self.call(self.session, 'org.freedesktop.DBus.Properties', 'GetAll', '(s)',
                        'org.msgr.Session1')
        if now['State'] == CONNECTED and not self.is_connected:
            self.is_connected = True
            print('connected, the other side is at', now['RemoteAddress'], flush=True)
            if self.contact:
                self.call(self.session, 'org.msgr.Session1', 'SendContextData', '(s)', 'you begin')
        if now['ContextData'] and not self.has_heard:
            self.has_heard = True
            print('the other side says:', now['ContextData'], flush=True)
            if self.contact:
                self.call(self.session, 'org.msgr.Session1', 'Cancel', '(us)', 0, 'thank you')
            else:
                self.call(self.session, 'org.msgr.Session1', 'SendContextData', '(s)', 'no, you')
        if now['State'] > CONNECTED:
            self.result = now['Result']
            self.loop.quit()


def fail(_kind, error, _traceback):
    """What is raised in a callback comes here, too."""
    print('duet:', getattr(error, 'message', str(error)).replace('GDBus.Error:', ''),
          file=sys.stderr, flush=True)
    os._exit(1)


if __name__ == '__main__':
    if sys.argv[1:] != ['wait'] and (len(sys.argv) != 3 or sys.argv[1] != 'invite'):
        sys.exit('usage: duet.py wait | invite USER')
    sys.excepthook = fail
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    duet = Duet(sys.argv[2] if sys.argv[1] == 'invite' else None)
    duet.loop.run()
    print('ended: 0x%08x' % duet.result)
    sys.exit(0 if duet.has_heard else 1)
