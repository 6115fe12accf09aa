# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The network's contact list and presence are msgr's, both ways; and what only looks as if it came
# from a contact, the server or the user's own account changes nothing.

from msgrtest import names
from msgrtest.tap import test
from msgrtest.world import eventually
from xmpptest.bench import stage
from xmpptest.desk import Desk
from xmpptest.peer import DISCO_INFO, JINGLE, ROSTER, XmppError, bare

AWAY, BUSY, IDLE = 0x22, 0xa, 0x12
BE_RIGHT_BACK, ON_THE_PHONE, OUT_TO_LUNCH = 0xe, 0x32, 0x42

# what a status is as a show
SHOWS = {names.STATUS_ONLINE: '', AWAY: 'away', BE_RIGHT_BACK: 'away', OUT_TO_LUNCH: 'away',
         IDLE: 'xa', BUSY: 'dnd', ON_THE_PHONE: 'dnd'}

PING = "<ping xmlns='urn:xmpp:ping'/>"
RESOURCE = 'Resource=desk\n'


def scene(world, host='a.test', friends=True):
    """alice at a desk, and bob, a slixmpp client."""
    s = stage(world)
    alice, bob = s.account('alice'), s.account('bob', host)
    if friends:
        s.befriend(alice, bob)
    desk = Desk(world, alice, config=RESOURCE)
    return s, desk, s.peer(bob).connect()


def device(desk):
    return desk.account.jid + '/desk'


def alive(desk, peer):
    """The connector still takes what its contact tells."""
    desk.client.forget()
    peer.presence(show='dnd')
    desk.wait_status(peer.bare, BUSY)


def another_device(s, desk):
    """The same account by slixmpp: what the server has of it."""
    return s.peer(desk.account).connect('other', online=False)


@test('the list of the network is the contact list')
def roster(world):
    _s, desk, bob = scene(world)
    desk.sign_in()
    desk.wait_contacts(bob.bare)
    found = desk.contacts()[bob.bare]
    assert found['InList'] and not found['Blocked'] and not found['IsSelf'], found


@test('what became of the list elsewhere is reconciled at the sign-in')
def reconciled(world):
    s, desk, bob = scene(world)
    desk.sign_in()
    desk.wait_contacts(bob.bare)
    gone = desk.path(bob.bare)
    desk.connector.close()
    elsewhere = another_device(s, desk)
    elsewhere.remove_contact(bob.bare)
    elsewhere.set_contact('carol@a.test', name='Carol')
    desk.client.forget()
    desk.start().wait_signed_in()
    desk.wait_contacts('carol@a.test')
    assert desk.contacts()['carol@a.test']['FriendlyName'] == 'Carol'
    desk.client.wait('OnContactListRemove', names.ROOT, lambda e: e.args == [gone])


@test('what another device changes in the list is changed here')
def pushed(world):
    s, desk, bob = scene(world)
    desk.sign_in()
    elsewhere = another_device(s, desk)
    elsewhere.set_contact('carol@a.test', name='Carol')
    desk.wait_contact('carol@a.test', FriendlyName='Carol')
    elsewhere.set_contact('carol@a.test', name='Caroline')
    desk.wait_contact('carol@a.test', FriendlyName='Caroline')
    elsewhere.remove_contact('carol@a.test')
    desk.wait_contacts(bob.bare)


@test('pitfall 6: presence is status, on one server')
def presence(world):
    status_of_presence(world, 'a.test')


@test('pitfall 6: presence is status, across two servers')
def presence_across(world):
    status_of_presence(world, 'b.test')


def status_of_presence(world, host):
    _s, desk, bob = scene(world, host)
    desk.sign_in()
    desk.until_status(bob.bare, names.STATUS_ONLINE)
    desk.client.forget()
    for show, status in (('away', AWAY), ('xa', IDLE), ('dnd', BUSY),
                         ('chat', names.STATUS_ONLINE)):
        bob.presence(show=show)
        desk.wait_status(bob.bare, status)
        desk.client.forget()
    bob.presence(type='unavailable')
    desk.wait_status(bob.bare, names.STATUS_OFFLINE)


@test('a contact with two devices is there as long as one of them is')
def two_devices(world):
    s, desk, bob = scene(world)
    desk.sign_in()
    desk.until_status(bob.bare, names.STATUS_ONLINE)
    desk.client.forget()
    phone = s.peer(bob.account).connect('phone')
    bob.presence(type='unavailable')
    phone.presence(show='away')
    desk.wait_status(bob.bare, AWAY)
    desk.client.forget()
    phone.presence(type='unavailable')
    desk.wait_status(bob.bare, names.STATUS_OFFLINE)


@test('a contact whose server vanishes is offline')
def contact_lost(world):
    s, desk, bob = scene(world)
    desk.sign_in()
    desk.until_status(bob.bare, names.STATUS_ONLINE)
    desk.client.forget()
    bob.abort()
    desk.wait_status(bob.bare, names.STATUS_OFFLINE)
    assert s


@test('status is presence, and INVISIBLE is none')
def own_status(world):
    _s, desk, bob = scene(world)
    desk.sign_in()
    bob.wait_presence(device(desk))
    for status, show in SHOWS.items():
        bob.mark()
        desk.set_status(status)
        bob.wait('presence', lambda p, show=show: p.sender == device(desk) and
                 p.text('show') == show and not p.type)
    bob.mark()
    desk.set_status(names.STATUS_INVISIBLE)
    bob.wait_presence(device(desk), 'unavailable')
    bob.mark()
    desk.set_status(AWAY)
    assert bob.wait_presence(device(desk)).text('show') == 'away'


@test('a status that was set before comes with the sign-in')
def remembered_status(world):
    _s, desk, bob = scene(world)
    desk.sign_in()
    desk.set_status(BUSY)
    bob.wait('presence', lambda p: p.text('show') == 'dnd')
    desk.connector.close()
    bob.wait_presence(device(desk), 'unavailable')
    bob.mark()
    desk.client.forget()
    desk.start().wait_signed_in()
    first = bob.wait_presence(device(desk))
    assert first.text('show') == 'dnd', first


@test('the status that msgr has and XMPP has not arrives at another msgr')
def exact_status(world):
    s = stage(world)
    alice, bob = s.account('alice'), s.account('bob', 'b.test')
    s.befriend(alice, bob)
    desk = Desk(world, alice).sign_in()
    other = Desk(world, bob, short='bob').sign_in()
    for status in (OUT_TO_LUNCH, ON_THE_PHONE, BE_RIGHT_BACK):
        desk.client.forget()
        other.set_status(status)
        desk.wait_status(bob.jid, status)


@test('AddContact asks the other, who approves')
def add(world):
    _s, desk, bob = scene(world, friends=False)
    desk.sign_in()
    desk.add(bob.bare)
    event = desk.client.wait('OnContactListAdd', names.PRIVATE)
    assert event.args == [0, desk.path(bob.bare)], event
    bob.wait_presence(desk.account.jid, 'subscribe')
    bob.approve(desk.account.jid)
    desk.wait_status(bob.bare, names.STATUS_ONLINE)
    desk.wait_contacts(bob.bare)


@test('whom no one can be is refused by AddContact')
def add_nobody(world):
    _s, desk, _bob = scene(world, friends=False)
    desk.sign_in()
    desk.add('no@body@a.test')
    event = desk.client.wait('OnContactListAdd', names.PRIVATE)
    assert event.args == [0x80070057, '/'], event
    assert not desk.contacts()


@test('Remove takes a contact off the network\'s list, and its right to see')
def remove(world):
    s, desk, bob = scene(world)
    desk.sign_in()
    bob.wait_presence(device(desk))
    desk.contact(bob.bare).Remove()
    bob.wait_presence(device(desk), 'unavailable')
    elsewhere = another_device(s, desk)
    eventually(lambda: bob.bare not in elsewhere.roster(), 'it is off the list')


def request(world):
    """bob has asked to see alice's status."""
    s, desk, bob = scene(world, friends=False)
    desk.sign_in()
    bob.subscribe(desk.account.jid)
    event = desk.client.wait('OnContactRequest', names.ROOT)
    assert event.args[:2] == [bob.bare, desk.service], event
    assert set(desk.requests()) == {bob.bare}
    return s, desk, bob


@test('a request that is accepted lets the other see the status')
def accepted(world):
    _s, desk, bob = request(world)
    desk.answer(bob.bare, True)
    bob.wait_presence(desk.account.jid, 'subscribed')
    bob.wait_presence(device(desk))
    assert not desk.requests()


@test('a request that is refused does not')
def refused(world):
    _s, desk, bob = request(world)
    desk.answer(bob.bare, False)
    bob.wait_presence(desk.account.jid, 'unsubscribed')
    assert not desk.requests()
    assert not bob.seen('presence', lambda p: p.sender == device(desk))


@test('a request that came while nobody was there waits')
def waiting(world):
    _s, desk, bob = scene(world, friends=False)
    bob.subscribe(desk.account.jid)
    bob.sync()
    desk.sign_in()
    eventually(lambda: set(desk.requests()) == {bob.bare}, 'the request is there')


@test('a request that is taken back is withdrawn')
def withdrawn(world):
    _s, desk, bob = request(world)
    bob.presence(to=desk.account.jid, type='unsubscribe')
    eventually(lambda: not desk.requests(), 'the request is gone')


@test('Blocked blocks at the server, and what another device blocks is blocked')
def blocked(world):
    s, desk, bob = scene(world)
    desk.sign_in()
    bob.wait_presence(device(desk))
    elsewhere = another_device(s, desk)
    desk.contact(bob.bare).set('Blocked', 'b', True)
    eventually(lambda: elsewhere.blocked() == {bob.bare}, 'the server blocks')
    bob.wait_presence(device(desk), 'unavailable')
    desk.contact(bob.bare).set('Blocked', 'b', False)
    eventually(lambda: elsewhere.blocked() == set(), 'the server does not')
    elsewhere.block(bob.bare)
    desk.wait_contact(bob.bare, Blocked=True)
    elsewhere.unblock(bob.bare)
    desk.wait_contact(bob.bare, Blocked=False)


@test('blocking works at ejabberd')
def blocked_ejabberd(world):
    s = stage(world)
    alice, bob = s.account('alice', 'c.test'), s.account('bob', 'c.test')
    s.befriend(alice, bob)
    desk = Desk(world, alice, config=RESOURCE).sign_in()
    elsewhere = another_device(s, desk)
    desk.contact(bob.jid).set('Blocked', 'b', True)
    eventually(lambda: elsewhere.blocked() == {bob.jid}, 'the server blocks')


# what is not so


def mallory(world):
    """bob is a contact, mallory is none and knows the device."""
    s, desk, bob = scene(world)
    desk.sign_in()
    return desk, bob, s.online('mallory')


def refusal(peer, kind, payload, to):
    """The condition that an IQ fails with."""
    try:
        peer.iq(kind, payload, to)
    except XmppError as error:
        return error.condition
    raise AssertionError('it was to be refused')


@test('pitfall 5: a roster push of anybody else is refused, and changes nothing')
def spoofed_push(world):
    desk, bob, evil = mallory(world)
    item = "<query xmlns='%s'><item jid='evil@a.test' subscription='both'/></query>" % ROSTER
    for peer in (evil, bob):
        refusal(peer, 'set', item, device(desk))
    assert set(desk.contacts()) == {bob.bare}
    item = item.replace('evil@a.test', bob.bare).replace('both', 'remove')
    refusal(evil, 'set', item, device(desk))
    assert set(desk.contacts()) == {bob.bare}
    alive(desk, bob)


@test('pitfall 5: a list of blocked contacts of anybody else is refused')
def spoofed_block(world):
    desk, bob, evil = mallory(world)
    refusal(evil, 'set', "<block xmlns='urn:xmpp:blocking'><item jid='%s'/></block>" % bob.bare,
            device(desk))
    assert not desk.contact(bob.bare).get('Blocked')


@test('pitfall 5: results that nobody asked for are left out')
def spoofed_results(world):
    desk, bob, evil = mallory(world)
    for number in range(50):
        evil.raw("<iq type='result' id='%d' to='%s'><query xmlns='%s'/></iq>" % (
            number, device(desk), ROSTER))
    evil.sync()
    assert set(desk.contacts()) == {bob.bare}
    alive(desk, bob)


def carbon(sender, body):
    return ("<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>"
            "<message xmlns='jabber:client' type='headline' from='%s'><body>%s</body></message>"
            '</forwarded></received>' % (sender, body))


@test('pitfall 5: carbons of anybody else are not believed; an alert of a contact is')
def spoofed_carbon(world):
    desk, bob, evil = mallory(world)
    desk.enable_alerts(0)
    for kind in ('headline', 'chat', 'normal'):
        evil.message(device(desk), kind=kind, extra=[carbon(bob.jid, 'false')])
        bob.message(device(desk), kind=kind, extra=[carbon(evil.jid, 'false')])
    evil.headline(device(desk), 'of a stranger')
    evil.sync()
    bob.headline(desk.account.jid, 'true')
    desk.wait_alert('true')
    assert [e.args[0] for e in desk.client.events if e.member == 'OnAlertReceived'] == ['true']


@test('pitfall 5: a stranger\'s presence puts nobody in the list')
def strange_presence(world):
    desk, bob, evil = mallory(world)
    evil.presence(to=device(desk), show='chat')
    evil.sync()
    alive(desk, bob)
    assert set(desk.contacts()) == {bob.bare}


@test('pitfall 7: what a user can run is told to contacts only')
def capabilities(world):
    desk, bob, evil = mallory(world)
    guid = '{11111111-1111-1111-1111-111111111111}'
    bob.mark()
    desk.client.manager.RegisterApplication(guid, 'Chess', 'https://example.org', '/usr/bin/true',
                                            0)
    bob.wait_presence(device(desk))  # new capabilities
    assert any(guid[1:-1] in feature for feature in bob.disco(device(desk)))
    try:
        assert not any(guid[1:-1] in feature for feature in evil.disco(device(desk)))
    except XmppError:
        pass


def questions():
    """(kind, payload) of IQs that are answered in ways of their own where somebody is there."""
    jingle = "<jingle xmlns='%s' action='%s' sid='1b4e28ba-2fa1-41d2-883f-0016d3cca427'/>"
    return (('get', PING), ('get', "<query xmlns='%s'/>" % DISCO_INFO),
            ('set', "<nonsense xmlns='urn:test:nonsense'/>"),
            ('set', jingle % (JINGLE, 'session-info')),
            ('set', jingle % (JINGLE, 'session-initiate')))


@test('a stranger who knows the device can\'t tell whether it is there')
def nobody_for_strangers(world):
    desk, _bob, evil = mallory(world)
    for kind, payload in questions():
        for to in (device(desk), desk.account.jid + '/nowhere'):
            assert refusal(evil, kind, payload, to) == 'service-unavailable', (payload, to)


@test('who is INVISIBLE is there for no contact, whatever that asks')
def nobody_for_friends(world):
    desk, bob, _evil = mallory(world)
    bob.iq('get', PING, device(desk))
    desk.set_status(names.STATUS_INVISIBLE)
    bob.wait_presence(device(desk), 'unavailable')
    for kind, payload in questions():
        assert refusal(bob, kind, payload, device(desk)) == 'service-unavailable', payload
    bob.mark()
    desk.set_status(names.STATUS_ONLINE)
    bob.wait_presence(device(desk))
    bob.iq('get', PING, device(desk))


@test('pitfall 13: an IQ that nobody here knows is refused, a ping is answered')
def unknown(world):
    desk, bob, _evil = mallory(world)
    bob.iq('get', PING, device(desk))
    assert refusal(bob, 'set', "<nonsense xmlns='urn:test:nonsense'/>", device(desk)) in (
        'feature-not-implemented', 'service-unavailable')


@test('whatever a stranger asks is answered as if nobody were there')
def nobody(world):
    desk, bob, evil = mallory(world)
    for kind, payload in (('get', PING), ('get', "<query xmlns='%s'/>" % DISCO_INFO),
                          ('get', "<nonsense xmlns='urn:test:nonsense'/>"),
                          ('set', "<nonsense xmlns='urn:test:nonsense'/>"),
                          ('set', "<query xmlns='%s'/>" % ROSTER),
                          ('set', "<block xmlns='urn:xmpp:blocking'/>")):
        assert refusal(evil, kind, payload, device(desk)) == 'service-unavailable', payload
    bob.iq('get', PING, device(desk))


@test('an alert as long as one may be is one, a longer one is not')
def alert_size(world):
    desk, bob, _evil = mallory(world)
    desk.enable_alerts(0)
    bob.headline(desk.account.jid, 'x' * 4097)
    bob.headline(desk.account.jid, 'y' * 4096)
    desk.wait_alert('y' * 4096)
    assert len([e for e in desk.client.events if e.member == 'OnAlertReceived']) == 1


@test('an alert with an address that none may have comes without it')
def alert_url(world):
    desk, bob, _evil = mallory(world)
    desk.enable_alerts(0)
    for url in ('javascript:alert(1)', 'https://example.org/'):
        bob.message(desk.account.jid, 'to ' + url, 'headline', extra=[
            "<alert xmlns='urn:msgr:alert:1' url='%s'/>" % url])
    assert not desk.wait_alert('to javascript:alert(1)').get('Url')
    assert desk.wait_alert('to https://example.org/')['Url'] == 'https://example.org/'


@test('pitfall 13: Jingle that makes no sense is refused, and harms nothing')
def malformed(world):
    desk, bob, _evil = mallory(world)
    for inside in ("action='session-initiate'", "action='' sid=''", "action='nothing' sid='1'",
                   "action='session-initiate' sid='%s'" % ('x' * 5000),
                   "action='session-accept' sid='\u2603'"):
        refusal(bob, 'set', "<jingle xmlns='%s' %s/>" % (JINGLE, inside), device(desk))
    refusal(bob, 'set', "<jingle xmlns='%s' action='session-initiate' sid='1'>%s</jingle>" % (
        JINGLE, "<content creator='initiator' name='a'/>" * 200), device(desk))
    sid = '1b4e28ba-2fa1-41d2-883f-0016d3cca427'
    info = "<jingle xmlns='%s' action='session-info' sid='%s'>%%s</jingle>" % (JINGLE, sid)
    for inside, condition in (('', 'item-not-found'), ('<a>' * 12 + '</a>' * 12, 'item-not-found'),
                              ('<a>' * 300 + '</a>' * 300, 'bad-request'),
                              ('<a/>' * 6000, 'bad-request')):
        assert refusal(bob, 'set', info % inside, device(desk)) == condition, inside[:40]
    alive(desk, bob)


@test('pitfall 12: a stanza as large as the server lets through harms nothing')
def oversized(world):
    desk, bob, evil = mallory(world)
    for peer in (bob, evil):
        peer.message(device(desk), 'x' * 200000, 'chat')
        peer.headline(device(desk), 'x' * 200000)
        refusal(peer, 'set', "<x xmlns='urn:test:large'>%s</x>" % ('y' * 200000), device(desk))
    alive(desk, bob)


@test('pitfall 12: a flood of a stranger keeps no contact from being heard')
def flood(world):
    desk, bob, evil = mallory(world)
    for number in range(20):
        evil.raw(''.join("<message to='%s' type='headline'><body>%d</body></message>" % (
            device(desk), number) for _ in range(100)))
    evil.raw(''.join("<presence to='%s'/>" % device(desk) for _ in range(100)))
    evil.raw(''.join("<iq type='get' id='%d' to='%s'>%s</iq>" % (number, device(desk), PING)
                     for number in range(100)))
    alive(desk, bob)
    assert bare(bob.jid) in desk.contacts()


@test('pitfall 11: names of contacts are compared as XMPP compares them')
def spelling(world):
    _s, desk, bob = scene(world)
    desk.sign_in()
    desk.wait_contacts(bob.bare)
    assert desk.path(bob.bare.upper()) == desk.path(bob.bare)
