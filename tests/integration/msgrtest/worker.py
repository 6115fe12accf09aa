# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The client side of the tests, in a process with a uid of its own: opens connections, sends what
# it is told to, has objects that can be called, and reports all that comes, numbered in the order
# of arrival. One JSON object a line, in on standard input and out on standard output. Stands alone,
# for it is copied to where its user can read it.

import json
import os
import sys

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

BUS_FLAGS = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
             Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
MATCH = "type='signal',sender='org.msgr.Messenger'"


def decode(value):
    """JSON to what GLib.Variant() takes: {"v": [signature, value]} is a variant."""
    if isinstance(value, dict):
        if set(value) == {'v'}:
            signature, inner = value['v']
            return GLib.Variant(signature, decode(inner))
        return {key: decode(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [decode(inner) for inner in value]
    return value


def encode(variant):
    """A GVariant to JSON, with the types of what is in variants kept."""
    kind = variant.get_type_string()
    if kind == 'v':
        inner = variant.get_variant()
        return {'v': [inner.get_type_string(), encode(inner)]}
    if kind.startswith('a{'):
        pairs = [variant.get_child_value(i) for i in range(variant.n_children())]
        return {'d': [[encode(p.get_child_value(0)), encode(p.get_child_value(1))]
                      for p in pairs]}
    if kind[0] in 'a(':
        return [encode(variant.get_child_value(i)) for i in range(variant.n_children())]
    return variant.unpack()


class Worker:
    def __init__(self):
        self.connections = {}
        self.invocations = {}
        self.seq = 0
        self.buffer = b''
        self.loop = GLib.MainLoop()
        GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, 0,
                              GLib.IOCondition.IN | GLib.IOCondition.HUP, self.on_input, None)

    def emit(self, **fields):
        self.seq += 1
        fields['seq'] = self.seq
        sys.stdout.write(json.dumps(fields) + '\n')
        sys.stdout.flush()

    def on_input(self, fd, condition, data):
        chunk = os.read(fd, 1 << 20)
        if not chunk:
            self.loop.quit()
            return False
        *lines, self.buffer = (self.buffer + chunk).split(b'\n')
        for line in lines:
            self.handle(json.loads(line))
        return True

    def handle(self, request):
        try:
            getattr(self, 'do_' + request['op'])(request)
        except GLib.Error as error:
            self.emit_error(request['id'], error)
        except Exception as error:
            # A test may close a connection while another of its threads answers on it. Whatever it
            # is, who asked is told, and the others are served.
            self.emit(id=request['id'], error='worker.' + type(error).__name__,
                      message='%s: %s' % (request['op'], error))

    def emit_error(self, serial, error):
        name = Gio.DBusError.get_remote_error(error) or str(error.domain)
        self.emit(id=serial, error=name, message=error.message)

    def do_connect(self, request):
        connection = Gio.DBusConnection.new_for_address_sync(request['address'], BUS_FLAGS, None,
                                                             None)
        connection.set_exit_on_close(False)
        number = request['conn']
        self.connections[number] = connection
        connection.signal_subscribe(None, None, None, None, None,
                                    Gio.DBusSignalFlags.NO_MATCH_RULE, self.on_signal, number)
        for rule in request.get('matches', [MATCH]):
            connection.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus',
                                 'org.freedesktop.DBus', 'AddMatch', GLib.Variant('(s)', (rule,)),
                                 None, Gio.DBusCallFlags.NONE, -1, None)
        self.emit(id=request['id'], sig='(s)', value=[connection.get_unique_name()])

    def do_close(self, request):
        connection = self.connections.pop(request['conn'], None)
        if connection and not connection.is_closed():
            connection.close_sync(None)
        self.emit(id=request['id'], sig='()', value=[])

    def on_signal(self, connection, sender, path, interface, member, parameters, number):
        self.emit(conn=number, sender=sender, path=path, iface=interface, member=member,
                  sig=parameters.get_type_string(), value=encode(parameters))

    def do_call(self, request):
        connection = self.connections[request['conn']]
        message = self.build(request)
        if not request.get('reply', True):
            message.set_flags(message.get_flags() | Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
            connection.send_message(message, Gio.DBusSendMessageFlags.NONE)
            self.emit(id=request['id'], sig='()', value=[])
            return
        connection.send_message_with_reply(message, Gio.DBusSendMessageFlags.NONE,
                                           request.get('timeout', 60000), None, self.on_reply,
                                           request['id'])

    def do_export(self, request):
        """An object with one interface: its calls are reported, and answered by `answer`."""
        node = Gio.DBusNodeInfo.new_for_xml(request['xml'])
        number = request['conn']

        def called(connection, sender, path, interface, member, parameters, invocation):
            self.invocations[self.seq + 1] = invocation
            self.emit(conn=number, call=True, sender=sender, path=path, iface=interface,
                      member=member, sig=parameters.get_type_string(), value=encode(parameters))

        self.connections[number].register_object(request['path'], node.interfaces[0], called, None,
                                                 None)
        self.emit(id=request['id'], sig='()', value=[])

    def do_answer(self, request):
        call = self.invocations.pop(request['serial']).get_message()
        if 'error' in request:
            reply = Gio.DBusMessage.new_method_error_literal(call, request['error'],
                                                             request['message'])
        else:
            reply = Gio.DBusMessage.new_method_reply(call)
            reply.set_body(GLib.Variant('(' + request['sig'] + ')', decode(request['args'])))
            reply.set_unix_fd_list(self.fd_list(request))
        self.connections[request['conn']].send_message(reply, Gio.DBusSendMessageFlags.NONE)
        self.emit(id=request['id'], sig='()', value=[])

    @staticmethod
    def fd_list(request):
        """Pidfds of processes, then so many of /dev/null."""
        fds = [os.pidfd_open(pid) for pid in request.get('pidfds', [])]
        fds += [os.open('/dev/null', os.O_RDONLY | os.O_CLOEXEC)
                for _ in range(request.get('fds', 0))]
        result = Gio.UnixFDList.new()
        for fd in fds:
            result.append(fd)
            os.close(fd)
        return result if fds else None

    def do_emit(self, request):
        self.connections[request['conn']].emit_signal(
            request['dest'], request['path'], request['iface'], request['member'],
            GLib.Variant('(' + request['sig'] + ')', decode(request['args'])))
        self.emit(id=request['id'], sig='()', value=[])

    @staticmethod
    def build(request):
        message = Gio.DBusMessage.new_method_call(request['dest'], request['path'],
                                                  request['iface'], request['member'])
        signature = request.get('sig', '')
        if signature:
            message.set_body(GLib.Variant('(' + signature + ')', decode(request['args'])))
        if request.get('fds'):
            message.set_unix_fd_list(Worker.fd_list(request))
        message.set_flags(Gio.DBusMessageFlags.NO_AUTO_START)
        return message

    def on_reply(self, connection, result, serial):
        try:
            message = connection.send_message_with_reply_finish(result)
        except GLib.Error as error:
            self.emit(id=serial, error='no-reply', message=error.message)
            return
        body = message.get_body()
        if message.get_message_type() == Gio.DBusMessageType.ERROR:
            text = body.get_child_value(0).unpack() if body is not None else ''
            self.emit(id=serial, error=message.get_error_name(), message=str(text))
            return
        self.emit(id=serial, sig=body.get_type_string() if body is not None else '()',
                  value=encode(body) if body is not None else [])


if __name__ == '__main__':
    Worker().loop.run()
