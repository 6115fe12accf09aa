# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The tests' side of the slixmpp clients: orders go to peer_worker.py, and what comes is kept, to be
# looked at and waited for.

import itertools
import json
import os
import subprocess
import threading
import time
from xml.etree import ElementTree

from msgrtest.client import DEADLINE

HERE = os.path.dirname(os.path.abspath(__file__))

CLIENT = '{jabber:client}'
STANZAS = '{urn:ietf:params:xml:ns:xmpp-stanzas}'
ROSTER = 'jabber:iq:roster'
BLOCKING = 'urn:xmpp:blocking'
DISCO_INFO = 'http://jabber.org/protocol/disco#info'
CAPS = 'http://jabber.org/protocol/caps'
JINGLE = 'urn:xmpp:jingle:1'
JINGLE_ERRORS = 'urn:xmpp:jingle:errors:1'


def bare(jid):
    return jid.partition('/')[0]


class XmppError(Exception):
    """condition: of the stanza error, or ConnectionError, IqTimeout."""

    def __init__(self, condition, text, xml):
        stanza = Stanza(xml, -1) if xml else None
        self.condition = stanza.condition if stanza else condition
        self.text = text
        self.xml = stanza.xml if stanza else None
        super().__init__('%s: %s' % (self.condition, text))


class Stanza:
    """One that came."""

    def __init__(self, xml, number):
        self.number = number
        self.xml = ElementTree.fromstring(xml)
        self.kind = self.xml.tag.rpartition('}')[2]
        self.id = self.xml.get('id', '')
        self.sender = self.xml.get('from', '')
        self.to = self.xml.get('to', '')
        self.type = self.xml.get('type', '')

    def find(self, path):
        """A descendant, by ElementTree's path with {namespace}name."""
        return self.xml.find(path)

    def payload(self, namespace):
        """The first child of this namespace, or None."""
        for child in self.xml:
            if child.tag.startswith('{%s}' % namespace):
                return child
        return None

    def text(self, name):
        """Of the child of that name in jabber:client."""
        return self.xml.findtext(CLIENT + name, '')

    @property
    def condition(self):
        """Of the stanza error, without its namespace."""
        error = self.xml.find(CLIENT + 'error')
        for child in error if error is not None else ():
            if child.tag.startswith(STANZAS) and not child.tag.endswith('}text'):
                return child.tag[len(STANZAS):]
        return None

    def __repr__(self):
        return ElementTree.tostring(self.xml, encoding='unicode')


class PeerProcess:
    """The process of all the peers of a test file."""

    def __init__(self):
        self.process = subprocess.Popen(
            ['/usr/bin/python3', os.path.join(HERE, 'peer_worker.py')], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd='/')
        self.condition = threading.Condition()
        self.serials = itertools.count(1)
        self.numbers = itertools.count(1)
        self.replies = {}
        self.peers = {}
        self.dead = False
        self.said = []
        self.threads = [threading.Thread(target=self.read, daemon=True),
                        threading.Thread(target=self.read_errors, daemon=True)]
        for thread in self.threads:
            thread.start()

    def read(self):
        for line in self.process.stdout:
            fields = json.loads(line)
            with self.condition:
                if 'conn' in fields:
                    self.peers[fields['conn']].take(fields)
                else:
                    self.replies[fields['id']] = fields
                self.condition.notify_all()
        with self.condition:
            self.dead = True
            self.condition.notify_all()

    def read_errors(self):
        for line in self.process.stderr:
            self.said.append(line.decode('utf-8', 'replace').rstrip())

    def send(self, request):
        request['id'] = next(self.serials)
        self.process.stdin.write(json.dumps(request).encode() + b'\n')
        self.process.stdin.flush()
        return request['id']

    def wait_for(self, predicate, what, deadline=DEADLINE):
        """Until what the predicate returns is true; "what" may be a function."""
        end = time.monotonic() + deadline
        with self.condition:
            while True:
                value = predicate()
                if value:
                    return value
                left = end - time.monotonic()
                if left <= 0 or self.dead:
                    raise AssertionError('%s%s' % (
                        what() if callable(what) else what,
                        '\n'.join(self.said[-20:]) if self.dead else ''))
                self.condition.wait(left)

    def close(self):
        self.process.stdin.close()
        self.process.wait(DEADLINE)
        for thread in self.threads:
            thread.join(DEADLINE)
        self.process.stdout.close()
        self.process.stderr.close()


class Peer:
    """One client. What came is in stanzas; mark() forgets what came until now."""

    def __init__(self, process, account):
        self.process = process
        self.account = account
        self.number = next(process.numbers)
        self.stanzas = []
        self.answers = []  # the results that slixmpp has sent by itself
        self.events = []
        self.since = 0
        self.jid = None
        self.connected = False
        process.peers[self.number] = self

    @property
    def bare(self):
        return self.account.jid

    def take(self, fields):
        if fields['event'] == 'stanza':
            self.stanzas.append(Stanza(fields['xml'], len(self.stanzas)))
        elif fields['event'] == 'answered':
            self.answers.append(Stanza(fields['xml'], len(self.answers)))
        else:
            self.events.append((fields['event'], fields['detail']))

    # orders

    def start(self, op, **request):
        return self.process.send(dict(request, op=op, conn=self.number))

    def finish(self, serial):
        reply = self.process.wait_for(lambda: self.process.replies.get(serial),
                                      '%s: no reply from the peer' % self.bare)
        if 'error' in reply:
            raise XmppError(reply['error'], reply['text'], reply['xml'])
        return reply['value']

    def order(self, op, **request):
        return self.finish(self.start(op, **request))

    def connect(self, resource='', direct=False, features=(), priority=None, online=True,
                password=None, address=None, port=None):
        """Signs in; online: asks for the contact list and sends its presence."""
        site = self.account.site
        jid = self.bare + ('/' + resource if resource else '')
        self.jid = self.order('connect', jid=jid, address=address or site.address,
                              password=password or self.account.password,
                              port=port or (5223 if direct else 5222), direct=direct,
                              features=list(features), priority=priority, online=online,
                              ca=site.authority.certificate)
        self.connected = True
        return self

    def raw(self, xml):
        self.order('raw', xml=xml)

    def iq(self, kind, payload, to='', timeout=30):
        """Sends an IQ; its result as a Stanza, or XmppError."""
        return Stanza(self.order('iq', type=kind, payload=payload, to=to, timeout=timeout), -1)

    def start_iq(self, kind, payload, to='', timeout=30):
        """Like iq(), without waiting: finish_iq() takes what this returns."""
        return self.start('iq', type=kind, payload=payload, to=to, timeout=timeout)

    def finish_iq(self, serial):
        return Stanza(self.finish(serial), -1)

    def answer(self, namespace, order):
        """What happens to IQs with this namespace's payload: 'hold' (they are kept, and a test
        answers them with reply() or refuse()), 'result', the XML of an <error/>, or None: as
        slixmpp does."""
        self.order('answer', namespace=namespace, order=order)

    def reply(self, stanza, payload=''):
        self.raw("<iq type='result' id='%s' to='%s'>%s</iq>" % (stanza.id, stanza.sender, payload))

    def refuse(self, stanza, condition, kind='cancel', extra=''):
        self.raw("<iq type='error' id='%s' to='%s'><error type='%s'><%s xmlns='%s'/>%s</error>"
                 '</iq>' % (stanza.id, stanza.sender, kind, condition, STANZAS[1:-1], extra))

    def presence(self, **fields):
        """show, status, priority, to, type, extra: XML of children."""
        self.order('presence', **fields)

    def subscribe(self, jid):
        self.presence(to=jid, type='subscribe')

    def approve(self, jid):
        self.presence(to=jid, type='subscribed')

    def message(self, to, body=None, kind=None, extra=(), stanza_id=None):
        """Returns its id."""
        return self.order('message', to=to, body=body, type=kind, extra=list(extra),
                          stanza_id=stanza_id)

    def headline(self, to, body, extra=()):
        return self.message(to, body, 'headline', extra)

    def roster(self):
        """bare JID -> attributes of the item."""
        query = self.iq('get', "<query xmlns='%s'/>" % ROSTER).payload(ROSTER)
        return {item.get('jid'): dict(item.attrib) for item in query}

    def set_contact(self, jid, name=None, subscription=None):
        attributes = ''.join(" %s='%s'" % pair for pair in (
            ('name', name), ('subscription', subscription)) if pair[1] is not None)
        self.iq('set', "<query xmlns='%s'><item jid='%s'%s/></query>" % (ROSTER, jid, attributes))

    def remove_contact(self, jid):
        self.set_contact(jid, subscription='remove')

    def block(self, jid):
        self.iq('set', "<block xmlns='%s'><item jid='%s'/></block>" % (BLOCKING, jid))

    def unblock(self, jid):
        self.iq('set', "<unblock xmlns='%s'><item jid='%s'/></unblock>" % (BLOCKING, jid))

    def blocked(self):
        found = self.iq('get', "<blocklist xmlns='%s'/>" % BLOCKING).payload(BLOCKING)
        return {item.get('jid') for item in found}

    def disco(self, jid, node=''):
        """The features that a JID says it has."""
        node = " node='%s'" % node if node else ''
        found = self.iq('get', "<query xmlns='%s'%s/>" % (DISCO_INFO, node), jid)
        return {item.get('var') for item in found.payload(DISCO_INFO)
                if item.tag == '{%s}feature' % DISCO_INFO}

    def features(self, add=(), remove=(), priority=None):
        """Changes its own features, and says so to its contacts by entity capabilities."""
        self.order('features', add=list(add), remove=list(remove), priority=priority)

    def sync(self):
        """What its server had sent before is in stanzas when this returns."""
        self.order('sync')

    # what came

    def mark(self):
        self.sync()
        self.since = len(self.stanzas)

    def seen(self, kind=None, where=None):
        """Stanzas after the mark."""
        return [s for s in self.stanzas[self.since:]
                if kind in (None, s.kind) and (where is None or where(s))]

    def wait(self, kind, where=None, deadline=DEADLINE):
        """The first such stanza after the mark."""

        def complain():
            return '%s: no such %s; there were %r' % (self.bare, kind, self.stanzas[self.since:])

        return self.process.wait_for(lambda: self.seen(kind, where), complain, deadline)[0]

    def wait_iq(self, namespace, where=None, deadline=DEADLINE):
        """The first IQ, get or set, with such a payload after the mark."""
        return self.wait('iq', lambda s: s.type in ('get', 'set') and
                         s.payload(namespace) is not None and (where is None or where(s)), deadline)

    def wait_presence(self, sender, kind='', deadline=DEADLINE):
        """Of a bare or a full JID; kind '': available."""
        return self.wait('presence', lambda s: s.type == kind and
                         sender in (s.sender, bare(s.sender)), deadline)

    def wait_asked(self, jid, since=0):
        """Until this full address has asked what we can, and knows it."""
        def told():
            return [a for a in self.answers[since:] if a.to == jid and
                    a.payload(DISCO_INFO) is not None]

        self.process.wait_for(told, '%s did not ask %s what it can' % (jid, self.bare))
        self.iq('get', "<ping xmlns='urn:xmpp:ping'/>", jid)  # nothing overtakes

    def wait_event(self, name, deadline=DEADLINE):
        """session_start, failed_auth, disconnected, stream_error ...; its detail."""
        found = self.process.wait_for(lambda: [e for e in self.events if e[0] == name],
                                      lambda: '%s: no %s in %r' % (self.bare, name, self.events),
                                      deadline)
        return found[0][1]

    def abort(self):
        """As if its machine had died."""
        self.order('abort')
        self.wait_event('disconnected')
        self.connected = False

    def close(self):
        if self.connected:
            self.order('close')
            self.connected = False
