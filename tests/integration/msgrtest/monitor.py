# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Watches all the traffic of a bus, as root may, and prints every message as a line of JSON. Made
# with libdbus, which leaves all of it to the filter. Ends with its standard input.

import json
import sys

import dbus
import dbus.lowlevel
import dbus.mainloop.glib
from gi.repository import GLib

TYPES = {1: 'call', 2: 'return', 3: 'error', 4: 'signal'}


def show(connection, message):
    print(json.dumps({
        'type': TYPES[message.get_type()],
        'sender': message.get_sender(),
        'destination': message.get_destination(),
        'path': message.get_path(),
        'iface': message.get_interface(),
        'member': message.get_member(),
        'args': repr(message.get_args_list()),
    }), flush=True)
    return dbus.lowlevel.HANDLER_RESULT_HANDLED


def main(address):
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.bus.BusConnection(address)
    bus.call_blocking('org.freedesktop.DBus', '/org/freedesktop/DBus',
                      'org.freedesktop.DBus.Monitoring', 'BecomeMonitor', 'asu', ([], 0))
    bus.add_message_filter(show)
    print(json.dumps({'type': 'ready'}), flush=True)
    loop = GLib.MainLoop()
    GLib.io_add_watch(0, GLib.IOCondition.IN | GLib.IOCondition.HUP, lambda *_: loop.quit())
    loop.run()


if __name__ == '__main__':
    main(sys.argv[1])
