# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The service as an agent sees it, to say and to be asked what no real one would in a test. Built of
# the interfaces' own XML.

import glob
import os
import uuid

from gi.repository import Gio, GLib

from . import names
from .desktop import AGENT_PATH, Loop, Peer

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
AGENT1 = 'org.msgr.Agent1'


def load_interfaces():
    found = {}
    for path in glob.glob(os.path.join(TOP, 'data', 'dbus', 'org.msgr.*.xml')):
        with open(path, encoding='utf-8') as file:
            for info in Gio.DBusNodeInfo.new_for_xml(file.read()).interfaces:
                found[info.name] = info
    return found


class Refusal(Exception):
    """An error that a call is answered with."""

    def __init__(self, name, message='refused'):
        super().__init__(name)
        self.name = names.error_name(name)
        self.message = message


def variant(value):
    kinds = {bool: 'b', int: 'u', str: 's', list: 'as'}
    return value if isinstance(value, GLib.Variant) else GLib.Variant(kinds[type(value)], value)


def details(**fields):
    return {name: variant(value) for name, value in fields.items()}


class ServiceMock:
    """Both bus names, the objects, and what was asked of them."""

    def __init__(self, address, start=True):
        self.address = address
        self.interfaces = load_interfaces()
        self.calls = []       # (member, path, arguments)
        self.answers = {}     # member -> function of (path, *arguments), or a Refusal
        self.properties = {}  # path -> {name: GLib.Variant}
        self.requests = {}    # (service ID, sign-in name) -> details: who asks to be a contact
        self.stopped = {}     # service ID -> details: which service has given up
        self.status = 2       # MISTATUS of the user
        self.agent = None     # (unique name, path)
        self.agents = []      # every registration
        self.peer = None
        if start:
            self.appear()

    def appear(self):
        self.peer = Peer(self.address)
        self.agent = None
        self.exported = set()
        for path, ifaces in ((names.ROOT, (names.MESSENGER1, names.AGENTMANAGER1)),
                             (names.MANAGER, (names.MANAGER1,))):
            for iface in ifaces:
                self.export(path, iface)
        for path in self.properties:
            if path == names.MANAGER:
                continue
            self.export(path, names.SESSION1 if '/Session/' in path else names.CONTACT1)
        self.peer.own(names.BUS)
        self.peer.own(names.AGENTS)

    def disappear(self):
        self.agent = None
        self.peer.close()

    def export(self, path, iface):
        if (path, iface) in self.exported:
            return
        self.exported.add((path, iface))
        self.peer.connection.register_object(path, self.interfaces[iface], self.on_call,
                                             self.on_get, None)

    def on_get(self, _connection, _sender, path, _iface, name):
        self.calls.append(('Get ' + name, path, ()))
        if name == 'Applications' and 'Applications' not in self.properties.get(path, {}):
            return GLib.Variant('aa{sv}', [])
        return self.properties.get(path, {}).get(name)

    def on_call(self, _connection, sender, path, _iface, member, parameters, invocation):
        args = parameters.unpack()
        self.calls.append((member, path, args))
        try:
            answer = self.answer(sender, path, member, args)
        except Refusal as refusal:
            invocation.return_dbus_error(refusal.name, refusal.message)
        else:
            invocation.return_value(answer)
        Loop.changed()

    def answer(self, sender, path, member, args):
        if member == 'ReportExit':
            return None
        if member in self.answers:
            answer = self.answers[member]
            if isinstance(answer, Refusal):
                raise answer
            return answer(path, *args)
        if member == 'RegisterAgent':
            self.agent = (sender, args[0])
            self.agents.append(args)
        elif member == 'ListServices':
            return GLib.Variant('(a(ssssu))',
                                ([('local', 'Local', 'bob', 'Bob', self.status)],))
        elif member == 'ListSessions':
            return GLib.Variant('(a(oa{sv}))', (
                [(path, props) for path, props in self.properties.items()
                 if '/Session/' in path],))
        elif member == 'ListContactRequests':
            return GLib.Variant('(a(ssa{sv}))', (
                [(name, service, fields) for (service, name), fields in self.requests.items()],))
        elif member == 'DescribeServices':
            return GLib.Variant('(a(sa{sv}))', (list(self.stopped.items()),))
        elif member == 'AnswerContactRequest':
            del self.requests[args[1], args[0]]
        elif member == 'ListContacts':
            return GLib.Variant('(a(oa{sv}))', (
                [(path, props) for path, props in self.properties.items()
                 if '/Contact/' in path],))
        return None

    # what there is

    def registered(self):
        return self.agent is not None

    def contact(self, name='alice', friendly='Alice Tester', status=2):
        path = '/org/msgr/Messenger/Contact/' + uuid.uuid5(uuid.NAMESPACE_DNS, name).hex
        self.properties[path] = details(SigninName=name, FriendlyName=friendly, Status=status,
                                        ServiceId='local', ServiceName='Local', IsSelf=False,
                                        Blocked=False, InList=True)
        self.export(path, names.CONTACT1)
        return path

    def session(self, **fields):
        path = '/org/msgr/Messenger/Session/' + uuid.uuid4().hex
        user = self.contact()
        values = dict({
            'Application': '{11111111-1111-1111-1111-111111111111}', 'ApplicationName': 'Chess',
            'ApplicationUrl': 'https://chess.example.org/get', 'ContextData': '', 'Flags': 2,
            'LocalAddress': '', 'RemoteAddress': '', 'SessionId': 'x', 'State': 2,
            'User': GLib.Variant('o', user), 'ExpiresAt': GLib.Variant('t', 0), 'Result': 0,
        }, **fields)
        self.properties[path] = details(**values)
        self.export(path, names.SESSION1)
        return path

    def change(self, path, **fields):
        self.properties[path].update(details(**fields))

    def applications(self, *entries):
        self.properties[names.MANAGER] = {
            'Applications': GLib.Variant('aa{sv}', [details(**entry) for entry in entries])}

    # what it says to the agent

    def ask(self, member, signature, *args, peer=None, timeout=30000):
        agent = self.agent or (None, AGENT_PATH)
        return (peer or self.peer).call(agent[0], agent[1], AGENT1, member, signature, args,
                                        timeout)

    def start_asking(self, member, signature, *args):
        """A call whose answer comes later: a list that gets a value, or a GLib.Error."""
        answers = []

        def done(connection, result):
            try:
                answers.append(connection.call_finish(result).unpack())
            except GLib.Error as error:
                answers.append(error)
            Loop.changed()

        self.peer.connection.call(self.agent[0], self.agent[1], AGENT1, member,
                                  GLib.Variant('(' + signature + ')', args), None,
                                  Gio.DBusCallFlags.NONE, 600000, None, done)
        return answers

    def invite(self, registered='Chess', **fields):
        """Shows a new invitation; returns its path."""
        path = self.session(**fields)
        self.show(path, registered)
        return path

    def show(self, path, registered='Chess', desktop_id=''):
        shown = dict(self.properties[path])
        shown.update(details(SigninName='alice', ServiceId='local', AppData='secret data',
                             Registered=bool(registered), RegisteredName=registered or '',
                             DesktopId=desktop_id))
        self.ask('ShowInvitation', 'oa{sv}', path, shown)

    def withdraw(self, path, result=0):
        self.ask('WithdrawInvitation', 'ou', path, result)

    def ask_for(self, name='mallory@m.test', service='test:bob@b.test', again=False, **fields):
        """Somebody asks to see the user's status."""
        values = dict({'Contact': GLib.Variant('o', self.contact(name)), 'FriendlyName': 'Mallory',
                       'Message': '', 'ServiceName': 'Test network',
                       'Time': GLib.Variant('t', 1)}, **fields)
        self.requests[service, name] = details(**values)
        self.ask('ShowContactRequest', 'ssa{sv}', service, name, details(Again=again, **values))

    def withdraw_request(self, name='mallory@m.test', service='test:bob@b.test'):
        self.requests.pop((service, name), None)
        self.ask('WithdrawContactRequest', 'ss', service, name)

    def give_up(self, service='test:bob@b.test', again=False, **fields):
        """A service can't be signed in to, and its connector doesn't try any more."""
        values = dict({'Name': 'Test network', 'SigninName': 'bob@b.test', 'FriendlyName': 'Bob',
                       'Status': 1, 'Wanted': True, 'Connector': True, 'SigningIn': False,
                       'Result': names.HRESULTS['AuthenticationFailed'], 'WillRetry': False,
                       'Message': ''}, **fields)
        self.stopped[service] = details(**values)
        self.ask('ShowSignedOut', 'sa{sv}', service, details(Again=again, **values))

    def withdraw_signed_out(self, service='test:bob@b.test'):
        self.stopped.pop(service, None)
        self.ask('WithdrawSignedOut', 's', service)

    def end(self, path, state, result):
        """A session has ended: its properties say so, and the signal to the agent."""
        self.change(path, State=state, Result=result)
        self.peer.connection.emit_signal(self.agent[0], path, names.SESSION1, 'OnTermination',
                                         GLib.Variant('(us)', (result, '')))

    def launch(self, path, **fields):
        """LaunchApplication: (process ID, file descriptor)."""
        entry = dict({'Guid': '{11111111-1111-1111-1111-111111111111}', 'Name': 'Chess',
                      'Url': 'https://chess.example.org/get', 'DesktopId': '', 'Path': '',
                      'RegisteredBy': 'system', 'AppIds': ['org.example.Chess'],
                      'ActivationToken': ''}, **fields)
        reply, fds = self.peer.connection.call_with_unix_fd_list_sync(
            self.agent[0], self.agent[1], AGENT1, 'LaunchApplication',
            GLib.Variant('(oa{sv})', (path, details(**entry))), None, Gio.DBusCallFlags.NONE,
            30000, None, None)
        pid, index = reply.unpack()
        return pid, fds.get(index)

    def wait_call(self, member, path=None, count=1):
        """The arguments of the last of that many calls."""
        def look():
            found = [args for name, where, args in list(self.calls)
                     if name == member and path in (None, where)]
            return found if len(found) >= count else None
        found = Loop.wait_for(look, '%s is called; there were %r' % (member, self.calls))
        assert len(found) == count, found
        return found[-1]

    def count(self, member):
        return len([call for call in self.calls if call[0] == member])

    def close(self):
        self.peer.close()
