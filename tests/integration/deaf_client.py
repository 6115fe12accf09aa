#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A client that calls and never reads what it is answered: SOCKET COUNT.

import os
import signal
import socket
import sys

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

MANAGER = '/org/msgr/Messenger/SessionManager'
BUS = 'org.freedesktop.DBus'


def blob(message, serial):
    message.set_serial(serial)
    return message.to_blob(Gio.DBusCapabilityFlags.NONE)


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    uid = str(os.getuid()).encode().hex().encode()
    connection.sendall(b'\0AUTH EXTERNAL ' + uid + b'\r\n')
    connection.recv(100)
    connection.sendall(b'BEGIN\r\n')
    hello = Gio.DBusMessage.new_method_call(BUS, '/org/freedesktop/DBus', BUS, 'Hello')
    connection.sendall(blob(hello, 1))
    connection.recv(4096)
    return connection


def main(path, count):
    connection = connect(path)
    for serial in range(2, 2 + int(count)):
        call = Gio.DBusMessage.new_method_call('org.msgr.Messenger', MANAGER, BUS + '.Properties',
                                               'Get')
        call.set_body(GLib.Variant('(ss)', ('org.msgr.SessionManager1', 'Applications')))
        connection.sendall(blob(call, serial))
    print('sent', flush=True)
    signal.pause()


main(*sys.argv[1:])
