# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The harness's side of the clients: a worker process for each user, any number of connections in
# it, calls with checks of what they must fail with, and the recorded signals.

import collections
import itertools
import json
import subprocess
import threading
import time

from . import names

# For what must come; generous, for nothing here measures: it only ends a test that hangs.
DEADLINE = 30

Event = collections.namedtuple('Event', 'seq sender path iface member args typed')


class Call(Event):
    """A call that came to an object of a client's, and waits for its answer."""

    def attach(self, client):
        self.client = client
        return self

    def answer(self, signature='', *args, **options):
        """pidfds: processes that descriptors are to stand for; fds: so many others."""
        self.client.worker.send('answering', op='answer', conn=self.client.number, serial=self.seq,
                                sig=signature, args=encode(list(args)), **options).get()

    def fail(self, name='org.freedesktop.DBus.Error.Failed', message='no'):
        self.client.worker.send('failing', op='answer', conn=self.client.number, serial=self.seq,
                                error=name, message=message).get()


class BusError(Exception):
    def __init__(self, name, message, call):
        super().__init__('%s: %s (%s)' % (name, message, call))
        self.name = name
        self.message = message
        self.short = name.rsplit('.', 1)[-1]


class V:
    """A typed value, for the variants among arguments."""

    def __init__(self, signature, value):
        self.signature = signature
        self.value = value

    def __repr__(self):
        return 'V(%r, %r)' % (self.signature, self.value)


def encode(value):
    if isinstance(value, V):
        return {'v': [value.signature, encode(value.value)]}
    if isinstance(value, dict):
        return {key: encode(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(inner) for inner in value]
    return value


def plain(value):
    """What came, without the types: variants unwrapped, dictionaries as such."""
    if isinstance(value, dict):
        if 'v' in value:
            return plain(value['v'][1])
        return {key: plain(inner) for key, inner in value['d']}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def types(value):
    """The types of an a{sv} as it came: name -> signature."""
    return {key: inner['v'][0] for key, inner in value['d']}


class Reply:
    def __init__(self, fields, call):
        self.fields = fields
        self.seq = fields['seq']
        self.call = call
        self.error = fields.get('error')
        self.message = fields.get('message')
        self.signature = fields.get('sig')
        self.typed = fields.get('value')

    def get(self):
        if self.error:
            raise BusError(self.error, self.message, self.call)
        values = plain(self.typed)
        if not values:
            return None
        return values[0] if len(values) == 1 else values


class Pending:
    def __init__(self, worker, serial, call):
        self.worker = worker
        self.serial = serial
        self.call = call

    def done(self):
        return self.serial in self.worker.replies

    def reply(self, deadline=DEADLINE):
        fields = self.worker.wait_for(lambda: self.worker.replies.get(self.serial), deadline,
                                      'no reply to ' + self.call)
        return Reply(fields, self.call)

    def get(self, deadline=DEADLINE):
        return self.reply(deadline).get()


class Worker:
    """One process that speaks for one user."""

    def __init__(self, user, command, popen):
        self.user = user
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        cwd='/', **popen)
        self.condition = threading.Condition()
        self.serials = itertools.count(1)
        self.replies = {}
        self.events = collections.defaultdict(list)
        self.calls = collections.defaultdict(list)
        self.dead = False
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            fields = json.loads(line)
            with self.condition:
                if 'conn' in fields:
                    kind, where = (Call, self.calls) if 'call' in fields else (Event, self.events)
                    where[fields['conn']].append(
                        kind(fields['seq'], fields['sender'], fields['path'], fields['iface'],
                             fields['member'], plain(fields['value']), fields['value']))
                else:
                    self.replies[fields['id']] = fields
                self.condition.notify_all()
        with self.condition:
            self.dead = True
            self.condition.notify_all()

    def send(self, call, **request):
        request['id'] = next(self.serials)
        self.process.stdin.write(json.dumps(request).encode() + b'\n')
        self.process.stdin.flush()
        return Pending(self, request['id'], call)

    def wait_for(self, predicate, deadline, what):
        end = time.monotonic() + deadline
        with self.condition:
            while True:
                value = predicate()
                if value:
                    return value
                left = end - time.monotonic()
                if left <= 0 or self.dead:
                    raise AssertionError('%s: %s' % (self.user, what))
                self.condition.wait(left)

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        self.process.kill()
        self.close()

    def close(self):
        if self.process.stdin.closed:
            return
        self.process.stdin.close()
        self.process.wait(DEADLINE)
        self.reader.join(DEADLINE)
        self.process.stdout.close()


class Proxy:
    """An interface of an object, its methods as Python methods."""

    def __init__(self, client, path, iface, dest=names.BUS):
        self.client = client
        self.path = path
        self.iface = iface
        self.dest = dest

    def __getattr__(self, member):
        if member not in names.METHODS[self.iface]:
            raise AttributeError(member)
        return lambda *args, **options: self.start(member, *args, **options).get()

    def start(self, member, *args, **options):
        signature = names.METHODS[self.iface][member][0]
        return self.client.start(self.path, self.iface, member, signature, args,
                                 **dict({'dest': self.dest}, **options))

    def get(self, name):
        self.client.settle()
        return self.client.start(self.path, names.PROPERTIES, 'Get', 'ss', [self.iface, name],
                                 dest=self.dest).get()

    def set(self, name, signature, value):
        return self.client.start(self.path, names.PROPERTIES, 'Set', 'ssv',
                                 [self.iface, name, V(signature, value)], dest=self.dest).get()

    def all(self):
        return self.client.start(self.path, names.PROPERTIES, 'GetAll', 's', [self.iface],
                                 dest=self.dest).get()

    def all_types(self):
        reply = self.client.start(self.path, names.PROPERTIES, 'GetAll', 's', [self.iface],
                                  dest=self.dest).reply()
        reply.get()
        return types(reply.typed[0])


class Client:
    """One connection to the bus."""

    numbers = itertools.count(1)
    # What is done before a client looks at what has become of a session: between machines, things
    # take their time.
    settle = staticmethod(lambda: None)

    def __init__(self, worker, address, matches=None):
        self.worker = worker
        self.user = worker.user
        self.number = next(Client.numbers)
        self.mark = 0
        self.open = True
        request = {'op': 'connect', 'conn': self.number, 'address': address}
        if matches is not None:
            request['matches'] = matches
        self.name = worker.send('connecting', **request).get()
        self.messenger = Proxy(self, names.ROOT, names.MESSENGER1)
        self.manager = Proxy(self, names.MANAGER, names.MANAGER1)
        self.private = Proxy(self, names.PRIVATE, names.PRIVATE1)
        self.lock = Proxy(self, names.MANAGER, names.LOCK1)
        self.private_lock = Proxy(self, names.PRIVATE, names.LOCK1)
        self.keys = Proxy(self, names.ROOT, names.KEYMANAGER1, names.AGENTS)
        self.agents = Proxy(self, names.ROOT, names.AGENTMANAGER1, names.AGENTS)
        self.connectors = Proxy(self, names.ROOT, names.CONNECTORMANAGER1, names.AGENTS)
        self.taken = 0

    def session(self, path):
        return Proxy(self, path, names.SESSION1)

    def contact(self, path):
        return Proxy(self, path, names.CONTACT1)

    def contact_of(self, name):
        return self.messenger.GetContact(name, 'local')

    def close(self):
        if self.open:
            self.open = False
            self.worker.send('closing', op='close', conn=self.number).get()

    # calls

    def start(self, path, iface, member, signature='', args=(), dest=names.BUS, op='call',
              **options):
        shown = '%s %s.%s%r' % (path, iface, member, tuple(args))
        return self.worker.send('%s: %.300s' % (self.user, shown), op=op, conn=self.number,
                                dest=dest, path=path, iface=iface, member=member, sig=signature,
                                args=encode(list(args)), **options)

    def call(self, *args, **options):
        return self.start(*args, **options).get()

    def introspect(self, path):
        return self.call(path, names.INTROSPECTABLE, 'Introspect')

    def barrier(self):
        """All that the service had to tell this client before is here when this returns."""
        return self.start(names.ROOT, names.PROPERTIES, 'Get', 'ss',
                          [names.MESSENGER1, 'Version']).reply()

    # calls that come

    def export(self, path, xml):
        """An object at this path with the first interface of the XML."""
        self.worker.send('exporting', op='export', conn=self.number, path=path, xml=xml).get()
        return self

    @property
    def calls(self):
        """Those that no wait_call() has returned."""
        return [call.attach(self) for call in self.worker.calls[self.number][self.taken:]]

    def wait_call(self, member, deadline=DEADLINE):
        """The next call that comes, which must be of this member."""
        self.worker.wait_for(lambda: self.calls, deadline, 'no call of %s' % member)
        call = self.calls[0]
        assert call.member == member, call
        self.taken += 1
        return call

    # signals

    @property
    def events(self):
        return self.worker.events[self.number]

    def ours(self):
        """The signals of the service after the mark."""
        return [e for e in self.events[self.mark:] if e.iface.startswith('org.msgr.')]

    def forget(self):
        """Sets the mark: what came until now is not looked at any more."""
        self.barrier()
        self.mark = len(self.events)

    def wait(self, member, path=None, where=None, deadline=DEADLINE):
        """The first such signal after the mark."""

        def look():
            for event in self.events[self.mark:]:
                if (event.member == member and path in (None, event.path) and
                        (where is None or where(event))):
                    return event
            return None

        return self.worker.wait_for(look, deadline, 'no signal %s of %s; there were %r' % (
            member, path, [(e.path, e.member, e.args) for e in self.events[self.mark:]]))

    def said(self, *ifaces):
        """Everything since the mark, of these interfaces or the sessions' and their manager's;
        then sets the mark."""
        self.settle()
        self.barrier()
        wanted = ifaces or (names.SESSION1, names.MANAGER1)
        found = [e for e in self.ours() if e.iface in wanted]
        self.mark = len(self.events)
        return found

    # the lock

    def request(self, lockable, cookie):
        """Requests a challenge and returns its text."""
        path = names.ROOT + '/' + lockable
        since = len(self.events)
        Proxy(self, path, names.LOCK1).RequestChallenge(cookie)
        self.worker.wait_for(
            lambda: [e for e in self.events[since:]
                     if e.member == 'OnLockChallenge' and e.path == path],
            DEADLINE, 'no challenge')
        event = [e for e in self.events[since:]
                 if e.member == 'OnLockChallenge' and e.path == path][0]
        assert event.args[0] == cookie, event
        return event.args[1]

    def unlock(self, key, *lockables, cookie=7):
        for lockable in lockables or ('SessionManager',):
            challenge = self.request(lockable, cookie)
            Proxy(self, names.ROOT + '/' + lockable, names.LOCK1).SendResponse(
                key.id, key.respond(challenge), cookie)
        self.forget()
        return self


def expect(short, function, *args, **options):
    """The call must fail with this error (or one of these); returns its message."""
    wanted = (short,) if isinstance(short, str) else short
    try:
        value = function(*args, **options)
    except BusError as error:
        found = error
    else:
        raise AssertionError('expected %s, but it succeeded with %r' % ('/'.join(wanted), value))
    if found.name not in [names.error_name(name) for name in wanted]:
        raise AssertionError('expected %s, got %s' % ('/'.join(wanted), found))
    check_message(found)
    return found.message


def check_message(error):
    """The message of an error of the service's own ends in its HRESULT."""
    if error.name.startswith('org.msgr.Error.') and error.short in names.HRESULTS:
        tail = '(0x%08x)' % names.HRESULTS[error.short]
        assert error.message.endswith(tail), 'the message of %s lacks %s' % (error, tail)
