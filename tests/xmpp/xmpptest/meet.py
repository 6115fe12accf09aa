#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An application that an agent launches: it takes its session, and meets the other one. Who invited
# listens at its address, and tells the port and a token by context data; the other connects, shows
# the token, and says so by context data. What happens is written to a file beside this one, an
# object a line. Stands alone, for it is copied to where its user can run it.

import hashlib
import hmac
import json
import os
import secrets
import socket
import sys

from gi.repository import Gio, GLib

SERVICE = 'org.msgr.Messenger'
MANAGER = '/org/msgr/Messenger/SessionManager'
MANAGER1, LOCK1, SESSION1 = ('org.msgr.' + name for name in ('SessionManager1', 'Lock1', 'Session1'))
CONNECTED, INVITER = 4, 1
PATIENCE = 30  # seconds


class Meeting:
    def __init__(self):
        self.session = self.listener = None
        self.has_met = False
        self.loop = GLib.MainLoop()
        flags = Gio.DBusConnectionFlags
        self.bus = Gio.DBusConnection.new_for_address_sync(
            os.environ['MSGR_BUS'],
            flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
        self.bus.signal_subscribe(SERVICE, None, None, None, None, Gio.DBusSignalFlags.NONE,
                                  self.on_signal)
        self.note(Process=os.getpid(), Session=os.environ.get('MSGR_SESSION'))
        self.call(MANAGER, LOCK1, 'RequestChallenge', '(i)', 1)

    @staticmethod
    def note(**fields):
        with open(__file__ + '.notes', 'a', encoding='utf-8') as file:
            file.write(json.dumps(fields) + '\n')

    def call(self, path, interface, method, signature, *args):
        reply = self.bus.call_sync(SERVICE, path, interface, method, GLib.Variant(signature, args),
                                   None, Gio.DBusCallFlags.NONE, PATIENCE * 1000, None).unpack()
        return reply[0] if reply else None

    def on_signal(self, _bus, _sender, _path, _interface, name, args):
        if name == 'OnLockChallenge':
            self.unlock(*args)
        if self.session:
            self.look()

    def unlock(self, cookie, challenge):
        with open(__file__ + '.key', encoding='utf-8') as file:
            key = json.load(file)
        response = hmac.new(key['key'].encode(), challenge.encode(), hashlib.sha256).hexdigest()
        self.call(MANAGER, LOCK1, 'SendResponse', '(ssi)', key['id'], response, cookie)
        self.session = self.call(MANAGER, MANAGER1, 'GetLaunchingSession', '(u)', 0)

    def look(self):
        now = self.call(self.session, 'org.freedesktop.DBus.Properties', 'GetAll', '(s)', SESSION1)
        if now['State'] > CONNECTED:
            self.note(Ended=now['State'], Result=now['Result'])
            self.loop.quit()
        elif now['State'] == CONNECTED and now['Flags'] & INVITER:
            self.listen(now)
        elif now['State'] == CONNECTED and now['ContextData'] and not self.has_met:
            self.connect(now)

    def tell(self, now):
        self.note(State=now['State'], LocalAddress=now['LocalAddress'],
                  RemoteAddress=now['RemoteAddress'], ContextData=now['ContextData'])

    def listen(self, now):
        if now['ContextData']:
            self.tell(now)
        if self.listener is not None:
            return
        self.token = secrets.token_urlsafe(32)
        self.listener = Gio.SocketService()
        _, bound = self.listener.add_address(
            Gio.InetSocketAddress.new_from_string(now['LocalAddress'], 0), Gio.SocketType.STREAM,
            Gio.SocketProtocol.TCP, None)
        self.listener.connect('incoming', self.on_incoming)
        self.listener.start()
        self.call(self.session, SESSION1, 'SendContextData', '(s)',
                  '%d %s' % (bound.get_port(), self.token))

    def on_incoming(self, _listener, connection, _source):
        said = connection.get_input_stream().read_bytes(len(self.token), None).get_data().decode()
        self.note(Met=said == self.token)
        connection.get_output_stream().write_all(b'welcome', None)
        connection.close(None)

    def connect(self, now):
        self.has_met = True
        self.tell(now)
        port, token = now['ContextData'].split()
        with socket.create_connection((now['RemoteAddress'], int(port)), PATIENCE) as link:
            link.sendall(token.encode())
            self.note(Met=link.recv(7, socket.MSG_WAITALL) == b'welcome')
        self.call(self.session, SESSION1, 'SendContextData', '(s)', 'met')


def fail(_kind, error, _traceback):
    """What is raised in a callback comes here, too."""
    Meeting.note(Error=str(error))
    os._exit(1)


if __name__ == '__main__':
    sys.excepthook = fail
    Meeting().loop.run()
