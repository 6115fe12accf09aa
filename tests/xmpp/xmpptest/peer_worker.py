# SPDX-License-Identifier: LGPL-2.1-or-later
#
# XMPP clients by slixmpp, in a process of their own. One JSON object a line, in on standard input
# and out on standard output: {"id", "op", "conn", ...} is answered by {"id", "value"} or
# {"id", "error"}; {"conn", "event", ...} is what came. Every stanza that comes is told, as XML;
# the IQs of the namespaces that "answer" names are left to whoever gives the orders.

import asyncio
import json
import sys
from xml.etree import ElementTree

import slixmpp
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher.base import MatcherBase

PLUGINS = ('xep_0030', 'xep_0115', 'xep_0191', 'xep_0199')
STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas'


def emit(**fields):
    sys.stdout.write(json.dumps(fields) + '\n')
    sys.stdout.flush()


def text_of(xml):
    return ElementTree.tostring(xml, encoding='unicode')


class Hooked(MatcherBase):
    """IQs, get or set, whose payload is of a namespace with an order."""

    def match(self, stanza):
        if stanza.xml.tag != '{jabber:client}iq' or stanza['type'] not in ('get', 'set'):
            return False
        return self.order(stanza) is not None

    def order(self, stanza):
        for child in stanza.xml:
            found = self._criteria.get(child.tag[1:].partition('}')[0])
            if found is not None:
                return found
        return None


class Peer(slixmpp.ClientXMPP):
    def __init__(self, number, request):
        super().__init__(request['jid'], request['password'])
        self.number = number
        self.request = request
        self.orders = {}
        self.connecting = None
        self.auto_authorize = None
        self.auto_subscribe = False
        self.ca_certs = request['ca']
        for plugin in PLUGINS:
            self.register_plugin(plugin)
        self.add_filter('in', self.record)
        self.add_filter('out', self.record_answer)
        hooked = Hooked(self.orders)
        self.register_handler(Callback('ordered', hooked,
                                       lambda stanza: self.obey(stanza, hooked.order(stanza))))
        for event in ('session_start', 'failed_auth', 'failed_all_auth', 'disconnected',
                      'connection_failed', 'ssl_invalid_cert', 'stream_error'):
            self.add_event_handler(event, lambda data, event=event: self.told(event, data))

    def told(self, event, data):
        if event == 'session_start':
            self.set_result(str(self.boundjid))
        elif event in ('failed_all_auth', 'connection_failed', 'disconnected'):
            self.set_result(None, event)
        detail = data['condition'] if event == 'stream_error' else str(data or '')
        emit(conn=self.number, event=event, detail=detail)

    def set_result(self, value, problem=None):
        if self.connecting and not self.connecting.done():
            if problem:
                self.cancel_connection_attempt()
                self.connecting.set_exception(ConnectionError(problem))
            else:
                self.connecting.set_result(value)

    def record(self, stanza):
        emit(conn=self.number, event='stanza', xml=text_of(stanza.xml))
        return stanza

    def record_answer(self, stanza):
        if stanza.xml.tag == '{jabber:client}iq' and stanza['type'] == 'result':
            emit(conn=self.number, event='answered', xml=text_of(stanza.xml))
        return stanza

    def obey(self, stanza, order):
        """order: "hold", "result", or the XML of an <error/>."""
        if order == 'hold':
            return
        reply = stanza.reply(clear=True)
        if order != 'result':
            reply['type'] = 'error'
            reply.xml.append(ElementTree.fromstring(order))
        reply.send()

    async def start(self):
        self.connecting = asyncio.get_event_loop().create_future()
        direct = self.request.get('direct', False)
        self.connect((self.request['address'], self.request['port']), use_ssl=direct,
                     force_starttls=not direct, disable_starttls=direct)
        value = await asyncio.wait_for(self.connecting, 20)
        for feature in self.request.get('features', []):
            self['xep_0030'].add_feature(feature)
        if self.request.get('online', True):
            await self.get_roster()
            await self['xep_0115'].update_caps(broadcast=False)
            self.send_presence(ppriority=self.request.get('priority'))
        return value


class Worker:
    def __init__(self):
        self.peers = {}

    async def run(self):
        loop = asyncio.get_event_loop()
        reader = asyncio.StreamReader(limit=1 << 24)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while True:
            line = await reader.readline()
            if not line:
                return
            asyncio.ensure_future(self.handle(json.loads(line)))

    async def handle(self, request):
        serial = request['id']
        try:
            value = await getattr(self, 'do_' + request['op'])(request)
        except IqError as error:
            emit(id=serial, error=error.condition, text=error.text, xml=text_of(error.iq.xml))
        except (IqTimeout, ConnectionError, asyncio.TimeoutError) as error:
            emit(id=serial, error=type(error).__name__, text=str(error), xml=None)
        except Exception as error:  # a mistake in a test: it is told there
            emit(id=serial, error='exception', text=repr(error), xml=None)
        else:
            emit(id=serial, value=value)

    async def do_connect(self, request):
        peer = self.peers[request['conn']] = Peer(request['conn'], request)
        return await peer.start()

    def peer(self, request):
        return self.peers[request['conn']]

    async def do_close(self, request):
        peer = self.peers.pop(request['conn'], None)
        if peer is not None and peer.is_connected():
            gone = peer.wait_until('disconnected', 10)
            peer.disconnect(wait=2)
            await gone

    async def do_abort(self, request):
        self.peer(request).abort()

    async def do_raw(self, request):
        self.peer(request).send_raw(request['xml'])

    async def do_iq(self, request):
        peer = self.peer(request)
        iq = peer.make_iq(ito=request.get('to') or None)
        iq['type'] = request['type']
        iq.xml.append(ElementTree.fromstring(request['payload']))
        reply = await iq.send(timeout=request.get('timeout', 30))
        return text_of(reply.xml)

    async def do_answer(self, request):
        orders = self.peer(request).orders
        if request['order'] is None:
            orders.pop(request['namespace'], None)
        else:
            orders[request['namespace']] = request['order']

    async def do_presence(self, request):
        peer = self.peer(request)
        stanza = peer.make_presence(pshow=request.get('show'), pstatus=request.get('status'),
                                    ppriority=request.get('priority'), pto=request.get('to'),
                                    ptype=request.get('type'))
        for extra in request.get('extra', []):
            stanza.xml.append(ElementTree.fromstring(extra))
        stanza.send()

    async def do_message(self, request):
        peer = self.peer(request)
        stanza = peer.make_message(mto=request['to'], mbody=request.get('body'),
                                   mtype=request.get('type'))
        stanza['id'] = request.get('stanza_id') or peer.new_id()
        for extra in request.get('extra', []):
            stanza.xml.append(ElementTree.fromstring(extra))
        stanza.send()
        return stanza['id']

    async def do_features(self, request):
        peer = self.peer(request)
        for feature in request.get('add', []):
            peer['xep_0030'].add_feature(feature)
        for feature in request.get('remove', []):
            peer['xep_0030'].del_feature(feature=feature)
        await peer['xep_0115'].update_caps(broadcast=False)
        peer.send_presence(ppriority=request.get('priority'))

    async def do_sync(self, request):
        """All that came before is told: what the server had sent first, too."""
        await self.peer(request)['xep_0199'].ping(self.peer(request).boundjid.host)


if __name__ == '__main__':
    asyncio.get_event_loop_policy().get_event_loop().run_until_complete(Worker().run())
