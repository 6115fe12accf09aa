# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A proxy between a client and its server, with the faults that networks have; it counts what
# passes. And a server that begins and then says nothing more.

import asyncio
import socket
import struct
import threading
import time

CHUNK = 65536
UP, DOWN = 'up', 'down'  # from the client; to the client


class Loop:
    """The event loop of all the proxies, in a thread of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def call(self, function, *arguments):
        async def wrapped():
            return function(*arguments)
        return self.run(wrapped())

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


class Pipe:
    """One connection through the proxy."""

    def __init__(self, proxy, reader, writer):
        self.proxy = proxy
        self.client = (reader, writer)
        self.server = None
        self.tasks = []

    async def run(self):
        if self.proxy.deaf:
            return  # it stays open, and nobody is there
        try:
            self.server = await asyncio.open_connection(*self.proxy.target)
        except OSError:
            self.abort()
            return
        self.tasks = [asyncio.ensure_future(self.carry(UP, self.client[0], self.server[1])),
                      asyncio.ensure_future(self.carry(DOWN, self.server[0], self.client[1]))]

    async def carry(self, direction, reader, writer):
        try:
            while True:
                data = await reader.read(CHUNK)
                await self.proxy.gates[direction].wait()
                if self.proxy.delay:
                    await asyncio.sleep(self.proxy.delay)
                if not data:
                    break
                data = self.spring_trap(data, writer)
                if not self.proxy.count(direction, data):
                    self.abort()
                    return
                writer.write(data)
                await writer.drain()
            writer.close()
        except (OSError, asyncio.CancelledError):
            self.abort()
        finally:
            if direction == DOWN:
                self.proxy.pipes.discard(self)

    def spring_trap(self, data, writer):
        """What is left of the data when the trap has sprung, if it does."""
        trap = self.proxy.trap
        if trap is None or not trap.springs(len(data)):
            return data
        self.proxy.trap = None
        writer.write(data[:trap.left])
        trap.action()
        return data[trap.left:] if trap.rest_passes else b''

    def abort(self):
        """RST to both."""
        for end in (self.client, self.server):
            if end is None or end[1].is_closing():
                continue
            end[1].get_extra_info('socket').setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                                       struct.pack('ii', 1, 0))
            end[1].transport.abort()
        self.proxy.pipes.discard(self)


class Trap:
    """What happens when so many bytes have passed, whichever way."""

    def __init__(self, count, action, rest_passes=True):
        """action: is called in the thread of the loop, with the last of these bytes gone.
        rest_passes: what was with it."""
        self.left = count
        self.action = action
        self.rest_passes = rest_passes

    def springs(self, length):
        if length >= self.left:
            return True
        self.left -= length
        return False


class Proxy:
    """bytes: what has passed up and down; attempts: when somebody connected (monotonic seconds)."""

    def __init__(self, loop, address, port, target):
        self.loop = loop
        self.address = address
        self.port = port
        self.target = target
        self.listener = None
        self.pipes = set()
        self.gates = {UP: asyncio.Event(), DOWN: asyncio.Event()}
        self.reset()

    def reset(self):
        """Without faults, without connections, and nothing counted."""
        self.cut()
        self.deaf = False
        self.delay = 0
        self.limits = {}
        self.trap = None
        self.bytes = {UP: 0, DOWN: 0}
        self.attempts = []
        self.resume()
        self.listen()

    def listen(self):
        if self.listener is None:
            self.listener = self.loop.run(
                asyncio.start_server(self.accept, self.address, self.port, backlog=512))

    def refuse(self):
        """Nobody listens any more; what is open stays."""
        if self.listener is not None:
            self.loop.call(self.listener.close)
            self.listener = None

    async def accept(self, reader, writer):
        self.attempts.append(time.monotonic())
        pipe = Pipe(self, reader, writer)
        self.pipes.add(pipe)
        await pipe.run()

    def count(self, direction, data):
        """Whether the data may pass."""
        self.bytes[direction] += len(data)
        if direction in self.limits:
            self.limits[direction] -= len(data)
            return self.limits[direction] >= 0
        return True

    def stall(self, *directions):
        """Nothing passes in these directions (default: both); the connections stay."""
        for direction in directions or (UP, DOWN):
            self.loop.call(self.gates[direction].clear)

    def resume(self):
        for gate in self.gates.values():
            self.loop.call(gate.set)

    def cut(self):
        """All connections end at once, for both sides, without a goodbye."""
        self.loop.call(lambda: [pipe.abort() for pipe in list(self.pipes)])

    def cut_after(self, direction, count):
        """A connection ends when so many more bytes have passed in this direction."""
        self.limits[direction] = count

    def total(self):
        return sum(self.bytes.values())

    def open(self):
        return len(self.pipes)

    def close(self):
        self.refuse()
        self.cut()


class SilentServer:
    """Takes connections and says nothing; starttls: it does so after the client has been told to
    begin with TLS."""

    PREAMBLE = ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                "xmlns:stream='http://etherx.jabber.org/streams' id='1' from='%s' version='1.0'>"
                "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/>"
                "</starttls></stream:features>")
    PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

    def __init__(self, loop, address, port, host, starttls=False):
        self.loop = loop
        self.host = host
        self.starttls = starttls
        self.attempts = []
        self.silent = threading.Event()  # a client waits for what won't come
        self.gone = threading.Event()  # a client has had enough of it
        self.writers = []
        self.listener = loop.run(asyncio.start_server(self.accept, address, port))

    async def accept(self, reader, writer):
        self.attempts.append(time.monotonic())
        self.writers.append(writer)
        try:
            if self.starttls:
                await reader.readuntil(b'<stream:stream')
                writer.write((self.PREAMBLE % self.host).encode())
                await reader.readuntil(b'<starttls')
                writer.write(self.PROCEED.encode())
            await reader.readuntil(b'\x16\x03')  # a client hello
            self.silent.set()
            await reader.read(-1)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        self.gone.set()

    def close(self):
        self.loop.call(self.listener.close)
        self.loop.call(lambda: [writer.transport.abort() for writer in self.writers])
