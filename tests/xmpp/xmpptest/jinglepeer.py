# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A program that takes part in msgr's sessions over XMPP, written from docs/xmpp-protocol.md alone,
# on slixmpp. It does nothing by itself: a test says what it answers, and sees what comes.

import base64
import uuid
from xml.sax.saxutils import escape, quoteattr

from .peer import JINGLE

APP = 'urn:msgr:jingle:app:1'
TRANSPORT = 'urn:msgr:jingle:transport:1'
ALERT = 'urn:msgr:alert:1'
MESSAGES = 'urn:xmpp:jingle-message:0'
FEATURES = (JINGLE, APP, TRANSPORT, MESSAGES, ALERT)


def feature(guid):
    return 'urn:msgr:app:' + guid[1:-1].lower()


def encode(text):
    return base64.b64encode(text.encode()).decode()


def decode(text):
    return base64.b64decode(text, validate=True).decode()


def data_element(text):
    return '<data>%s</data>' % encode(text) if text else ''


def read_data(parent):
    """What <data/> below it holds; '' without."""
    text = parent.findtext('{%s}data' % APP) if parent is not None else None
    return decode(text) if text is not None else ''


def description(guid, name, url, data, timeout):
    seconds = " timeout='%d'" % timeout if timeout else ''
    return ("<description xmlns='%s' application='%s'%s><name>%s</name><url>%s</url>%s"
            '</description>' % (APP, guid, seconds, escape(name), escape(url),
                                data_element(data)))


def content(inside):
    return ("<content creator='initiator' name='app'>%s<transport xmlns='%s'/></content>" % (
        inside, TRANSPORT))


def reason(name, result=None, cancelled=False, data=''):
    """A <reason/>, with <end/> if there is a result; nothing without either."""
    if name is None and result is None:
        return ''
    end = '' if result is None else "<end xmlns='%s' result='0x%08x' cancelled='%s'>%s</end>" % (
        APP, result, 'true' if cancelled else 'false', data_element(data))
    return '<reason>%s%s</reason>' % ('<%s/>' % name if name else '', end)


class Action:
    """A Jingle action that has come. It waits for accept() or refuse(), for 8 seconds."""

    def __init__(self, peer, stanza):
        self.peer = peer
        self.stanza = stanza
        self.jingle = stanza.payload(JINGLE)
        self.name = self.jingle.get('action')
        self.sid = self.jingle.get('sid')
        self.sender = stanza.sender

    def acknowledge(self):
        self.peer.reply(self.stanza)
        return self

    def refuse(self, condition, jingle='', kind='cancel'):
        extra = "<%s xmlns='urn:xmpp:jingle:errors:1'/>" % jingle if jingle else ''
        self.peer.refuse(self.stanza, condition, kind, extra)

    @property
    def description(self):
        return self.jingle.find('{%s}content/{%s}description' % (JINGLE, APP))

    @property
    def reason(self):
        """The name of Jingle's reason."""
        found = self.jingle.find('{%s}reason' % JINGLE)
        for child in found if found is not None else ():
            if child.tag.startswith('{%s}' % JINGLE):
                return child.tag.rpartition('}')[2]
        return None

    @property
    def end(self):
        """(result, cancelled, data) of <end/>; None without."""
        found = self.jingle.find('{%s}reason/{%s}end' % (JINGLE, APP))
        if found is None:
            return None
        return int(found.get('result'), 16), found.get('cancelled') == 'true', read_data(found)

    def info(self, name):
        """The text of the session-info of this name; None: it is another."""
        found = self.jingle.find('{%s}%s' % (APP, name))
        return None if found is None else (found.text or '')


class JingleSession:
    def __init__(self, peer, sid, other):
        self.peer = peer
        self.sid = sid
        self.other = other  # the full address

    def send(self, action, inside='', extra=''):
        """An action, and its result; XmppError."""
        return self.peer.iq('set', self.jingle(action, inside, extra), self.other)

    def jingle(self, action, inside='', extra=''):
        return "<jingle xmlns='%s' action='%s' sid='%s'%s>%s</jingle>" % (
            JINGLE, action, self.sid, extra, inside)

    def initiate(self, guid, name='Chess', url='https://example.org/chess', data='', timeout=300):
        return self.send('session-initiate', content(description(guid, name, url, data, timeout)),
                         ' initiator=%s' % quoteattr(self.peer.jid))

    def accept(self, data=''):
        inside = "<description xmlns='%s'>%s</description>" % (APP, data_element(data))
        return self.send('session-accept', content(inside),
                         ' responder=%s' % quoteattr(self.peer.jid))

    def decline(self, data=''):
        return self.terminate('decline', 0x81000602, False, data)

    def terminate(self, name='cancel', result=None, cancelled=False, data=''):
        return self.send('session-terminate', reason(name, result, cancelled, data))

    def cancel(self, result=0, data=''):
        return self.terminate('cancel', result, True, data)

    def info(self, element, text=''):
        return self.send('session-info', "<%s xmlns='%s'>%s</%s>" % (element, APP, text, element))

    def attached(self, address=''):
        return self.info('attached', address)

    def context(self, text):
        return self.info('context-data', encode(text))

    def missing(self):
        return self.info('app-not-present')

    def ping(self):
        return self.send('session-info')

    def wait(self, action, child=None):
        """The next such action of this session; of session-info: with this child."""
        def fits(stanza):
            found = stanza.payload(JINGLE)
            return (found.get('sid') == self.sid and found.get('action') == action and
                    stanza.number not in self.peer.taken and
                    (child is None or found.find('{%s}%s' % (APP, child)) is not None))

        stanza = self.peer.wait_iq(JINGLE, fits)
        self.peer.taken.add(stanza.number)
        return Action(self.peer, stanza)

    # Jingle messages

    def message(self, element, inside='', to=None):
        self.peer.message(to or self.other, kind='chat', stanza_id=self.sid, extra=[
            "<%s xmlns='%s' id='%s'>%s</%s>" % (element, MESSAGES, self.sid, inside, element)])

    def propose(self, guid, name='Chess', url='https://example.org/chess', data='', timeout=300):
        self.message('propose', description(guid, name, url, data, timeout))

    def retract(self, answered=False, name='cancel', result=None):
        inside = "<answered xmlns='%s'/>" % APP if answered else ''
        self.message('retract', reason(name, result, result is not None).replace(
            '<reason>', "<reason xmlns='%s'>" % JINGLE) + inside)

    def reject(self, data='', to=None):
        self.message('reject', reason('decline', 0x81000602, False, data).replace(
            '<reason>', "<reason xmlns='%s'>" % JINGLE), to)

    def wait_message(self, element):
        """The element of the next such message of this session."""
        stanza = self.peer.wait('message', lambda m: m.payload(MESSAGES) is not None and
                                m.payload(MESSAGES).tag == '{%s}%s' % (MESSAGES, element) and
                                m.payload(MESSAGES).get('id') == self.sid)
        assert stanza.type == 'chat' and stanza.id == self.sid, stanza
        return stanza


class JinglePeer:
    """Makes sessions of what a Peer (signed in) gets."""

    def __init__(self, peer):
        self.peer = peer
        peer.taken = set()
        peer.answer(JINGLE, 'hold')

    @property
    def jid(self):
        return self.peer.jid

    def new(self, other):
        """A session that this one begins: with a full address, or, to propose(), with any."""
        return JingleSession(self.peer, str(uuid.uuid4()), other)

    def wait_invitation(self):
        """The session of the next session-initiate, and this as an Action: to be answered."""
        stanza = self.peer.wait_iq(JINGLE, lambda i: i.payload(JINGLE).get('action') ==
                                   'session-initiate' and i.number not in self.peer.taken)
        self.peer.taken.add(stanza.number)
        action = Action(self.peer, stanza)
        return JingleSession(self.peer, action.sid, action.sender), action

    def wait_proposal(self):
        """The session of the next propose, and the description in it."""
        stanza = self.peer.wait('message', lambda m: m.find('{%s}propose' % MESSAGES) is not None
                                and m.number not in self.peer.taken)
        self.peer.taken.add(stanza.number)
        found = stanza.find('{%s}propose' % MESSAGES)
        session = JingleSession(self.peer, found.get('id'), stanza.sender)
        return session, found.find('{%s}description' % APP)
