# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A server with a good certificate and no good intentions: it lets everybody in by direct TLS, and
# then sends what the test says, as long as somebody reads it.

import asyncio
import base64
import re
import ssl
import threading

HEADER = ("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
          "id='1' from='%s' version='1.0'>")
LOGIN = ("<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
         '<mechanism>PLAIN</mechanism></mechanisms></stream:features>')
SUCCESS = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
BIND = ("<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>")
BOUND = ("<iq type='result' id='_xmpp_bind1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
         '<jid>%s/hostile</jid></bind></iq>')


class HostileServer:
    """In place of the proxy for direct TLS of a site. prologue: what comes before its stream, each
    time; chunks(): a generator of what comes after the login; bound: what ends the login. sent: how
    much of the chunks has gone."""

    def __init__(self, bench, account, chunks, prologue='', bound=BOUND):
        self.loop = bench.loop
        self.account = account
        self.chunks = chunks
        self.prologue = prologue
        self.bound = bound.replace('%s', account.jid)
        self.logins = 0
        self.sent = 0
        self.refused = threading.Event()  # the client has had enough
        self.writers = []
        site = account.site
        site.offer_direct_tls()
        site.tls_proxy.refuse()
        certificate = site.authority.valid(site.host)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)
        self.listener = self.loop.run(
            asyncio.start_server(self.accept, site.front, site.tls_proxy.port, ssl=context))

    async def accept(self, reader, writer):
        self.writers.append(writer)
        try:
            await self.talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            self.refused.set()

    async def expect(self, reader, text):
        await reader.readuntil(text)

    async def talk(self, reader, writer):
        header = self.prologue + HEADER % self.account.site.host
        await self.expect(reader, b'version="1.0"')
        writer.write((header + LOGIN).encode())
        await self.expect(reader, b'</auth>')
        writer.write(SUCCESS.encode())
        await self.expect(reader, b'<stream:stream')
        await self.expect(reader, b'>')
        writer.write((header + BIND).encode())
        await self.expect(reader, b'</iq>')
        writer.write(self.bound.encode())
        self.logins += 1
        drain = asyncio.ensure_future(self.swallow(reader))
        for chunk in self.chunks():
            writer.write(chunk.encode() if isinstance(chunk, str) else chunk)
            await writer.drain()
            self.sent += len(chunk)
            await asyncio.sleep(0)
        await drain

    async def swallow(self, reader):
        try:
            while await reader.read(65536):
                pass
        except OSError:
            pass
        self.refused.set()

    def close(self):
        self.loop.call(self.listener.close)
        self.loop.call(lambda: [writer.transport.abort() for writer in self.writers])


class BusyServer(HostileServer):
    """One that asks for hours of computing before it would let anybody in."""

    async def talk(self, reader, writer):
        await self.expect(reader, b'version="1.0"')
        login = LOGIN.replace('PLAIN', 'SCRAM-SHA-1')
        writer.write((HEADER % self.account.site.host + login).encode())
        said = re.search(b'>([A-Za-z0-9+/=]+)</auth>', await reader.readuntil(b'</auth>')).group(1)
        nonce = re.search(b'r=([^,]+)', base64.b64decode(said)).group(1)
        challenge = base64.b64encode(b'r=%sx,s=c2FsdHNhbHQ=,i=2000000000' % nonce)
        writer.write(b"<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>%s</challenge>" %
                     challenge)
        await self.swallow(reader)
