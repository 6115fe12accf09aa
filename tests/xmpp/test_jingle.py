# SPDX-License-Identifier: LGPL-2.1-or-later
#
# msgr with a program that was written from docs/xmpp-protocol.md alone, in both roles.

from xml.sax.saxutils import quoteattr

from msgrtest import keys, names
from msgrtest.client import expect
from msgrtest.names import (ACCEPTED, CANCELLED, CANCELLED_LOCAL, CANCELLED_REMOTE, CONNECTED,
                            CONNECTION_FAILURE, DECLINED, INVITATION, INVITATION_DECLINED,
                            LAUNCH_FAILED, SESSION_TIMEOUT, TERMINATED)
from msgrtest.scene import GUID, GUID2, NAME, URL, applications, register
from msgrtest.tap import test
from msgrtest.world import eventually
from xmpptest.bench import stage
from xmpptest.desk import Desk
from xmpptest.jinglepeer import (ALERT, APP, FEATURES, MESSAGES, JinglePeer, content,
                                 description, feature, read_data)
from xmpptest.peer import DISCO_INFO, JINGLE, XmppError

HR = names.HRESULTS
PING = "<ping xmlns='urn:xmpp:ping'/>"
TEXT = 'opening: <e4> & "♞"'
AS_SENT = {  # Cancel's hr -> Jingle's reason and the result beside it
    0: ('cancel', 0), HR['SessionCancelledRemote']: ('cancel', HR['SessionCancelledRemote']),
    HR['SessionTimeout']: ('timeout', HR['SessionTimeout']),
    HR['ConnectionFailure']: ('connectivity-error', HR['ConnectionFailure']),
    HR['ApplicationLaunchFailed']: ('failed-application', HR['ApplicationLaunchFailed']),
    HR['AuthenticationFailed']: ('security-error', HR['AuthenticationFailed']),
    HR['FirewallNotSupported']: ('failed-transport', HR['FirewallNotSupported']),
    HR['NetNotSupported']: ('unsupported-transports', HR['NetNotSupported']),
    HR['OldSipStack']: ('general-error', HR['OldSipStack'])}
AS_TAKEN = {  # Jingle's reason alone, while it is connected -> Result
    'success': CANCELLED_REMOTE, 'cancel': CANCELLED_REMOTE, None: CANCELLED_REMOTE,
    'decline': INVITATION_DECLINED, 'timeout': SESSION_TIMEOUT, 'expired': SESSION_TIMEOUT,
    'gone': CONNECTION_FAILURE, 'connectivity-error': CONNECTION_FAILURE,
    'failed-application': LAUNCH_FAILED, 'media-error': LAUNCH_FAILED,
    'unsupported-applications': HR['AppNotRegistered'],
    'security-error': HR['AuthenticationFailed'],
    'failed-transport': HR['NetworkConfigFailure'],
    'unsupported-transports': HR['RemoteNetNotSupported'],
    'alternative-session': HR['SessionProtocolError']}


class Table:
    """alice, who has msgr, and bob, who has the other program."""

    def __init__(self, world, host='a.test', other='a.test', devices=1, apps=(GUID,)):
        self.world = world
        self.stage = stage(world)
        self.account = self.stage.account('alice', host)
        self.other = self.stage.account('bob', other)
        self.third = self.stage.account('carol', other)
        self.stage.befriend(self.account, self.other)
        self.stage.befriend(self.account, self.third)
        self.devices = [self.device(apps) for _number in range(devices)]
        self.bob = self.devices[0]
        self.desk = Desk(world, self.account, key=keys.FRIENDS, config='Resource=desk\n').sign_in()
        self.alice = world.unlocked('alice', keys.CHESS)
        if GUID not in applications(self.alice):
            register(self.alice)
        self.jid = self.account.jid + '/desk'
        self.contact = self.desk.path(self.other.jid)
        self.wait_capabilities()
        self.alice.forget()

    def device(self, apps):
        features = FEATURES + tuple(feature(guid) for guid in apps)
        return JinglePeer(self.stage.peer(self.other).connect(features=features))

    def wait_capabilities(self):
        """Until alice's device knows what bob's can. Those that say the same are asked once."""
        def asked():
            return [device for device in self.devices if any(
                a.payload(DISCO_INFO) is not None and a.to == self.jid
                for a in device.peer.answers)]

        self.bob.peer.process.wait_for(asked, 'none of the devices was asked what it can')
        asked()[0].peer.wait_asked(self.jid)
        for device in self.devices:
            device.peer.wait_presence(self.jid)

    # bob invites

    def invited(self, **options):
        """bob's session, and alice's side of it."""
        session = self.bob.new(self.jid)
        session.initiate(GUID, **options)
        return session, self.found()

    def found(self):
        side = self.alice.session(self.alice.wait('OnInvitation').args[0])
        self.alice.mark = len(self.alice.events)
        return side

    def connected(self, **options):
        session, side = self.invited(**options)
        accept = side.start('Accept', 'yes')
        session.wait('session-accept').acknowledge()
        accept.reply()
        self.alice.wait('BeforeAppLaunch', side.path)
        side.SuppressDefault('BeforeAppLaunch')
        session.wait('session-info', 'attached').acknowledge()
        session.attached('192.0.2.7')
        self.wait_state(side, CONNECTED)
        return session, side

    # alice invites

    def inviting(self, data='', acknowledge=True):
        """alice's side, bob's session, and the session-initiate that came."""
        side = self.alice.session(self.alice.manager.CreateSession())
        side.set('Application', 's', GUID)
        invite = side.start('Invite', self.contact, data)
        session, action = self.bob.wait_invitation()
        if acknowledge:
            action.acknowledge()
        invite.reply().get()
        return side, session, action

    def wait_state(self, side, state):
        eventually(lambda: side.get('State') == state, names.STATE_NAMES[state])

    def wait_end(self, side, state, hr):
        self.wait_state(side, state)
        assert side.get('Result') == hr, '0x%08x' % side.get('Result')


def refused(condition, function, *arguments, **options):
    try:
        function(*arguments, **options)
    except XmppError as error:
        assert error.condition == condition, error
        return error
    raise AssertionError('it was to be refused with ' + condition)


# the other program invites


@test('it invites, alice accepts, both attach, talk, and it ends')
def accepted(world):
    all_of_it(Table(world))


@test('the same across two servers, and with ejabberd')
def across(world):
    for other in ('b.test', 'c.test'):
        all_of_it(Table(world, other=other))


@test('the same with msgr at ejabberd')
def at_ejabberd(world):
    all_of_it(Table(world, host='c.test', other='c.test'))


def all_of_it(t):
    session = t.bob.new(t.jid)
    session.initiate(GUID, 'Chess & Co', URL, TEXT)
    event = t.alice.wait('OnInvitation')
    assert event.args[1] == TEXT and event.args[3]['ApplicationName'] == 'Chess & Co', event
    assert event.args[3]['SigninName'] == t.other.jid
    side = t.alice.session(event.args[0])
    assert side.get('SessionId') == '{%s}' % session.sid.upper()
    accept = side.start('Accept', TEXT)
    action = session.wait('session-accept')
    assert read_data(action.description) == TEXT and action.sender == t.jid
    action.acknowledge()
    accept.reply().get()
    t.alice.wait('BeforeAppLaunch', side.path)
    side.SuppressDefault('BeforeAppLaunch')
    attached = session.wait('session-info', 'attached').acknowledge()
    assert attached.info('attached') == side.get('LocalAddress') != ''
    assert side.get('State') == ACCEPTED
    session.attached('2001:db8::7')
    t.wait_state(side, CONNECTED)
    assert side.get('RemoteAddress') == '2001:db8::7'
    session.context(TEXT)
    assert t.alice.wait('OnContextData', side.path).args == [TEXT]
    side.start('SendContextData', TEXT)
    action = session.wait('session-info', 'context-data').acknowledge()
    assert action.info('context-data') == 'b3BlbmluZzogPGU0PiAmICLimZ4i'
    session.cancel(0, 'bye')
    assert t.alice.wait('OnCancelled', side.path).args == ['bye']
    t.wait_end(side, TERMINATED, CANCELLED_REMOTE)


@test('it invites, alice declines')
def declined(world):
    t = Table(world)
    session, side = t.invited()
    decline = side.start('Decline', 'not now')
    action = session.wait('session-terminate').acknowledge()
    decline.reply().get()
    assert action.reason == 'decline'
    assert action.end == (INVITATION_DECLINED, False, 'not now'), action.end
    t.wait_end(side, DECLINED, INVITATION_DECLINED)


@test('it takes its invitation back')
def taken_back(world):
    t = Table(world)
    session, side = t.invited()
    session.cancel(0, 'changed my mind')
    assert t.alice.wait('OnCancelled', side.path).args == ['changed my mind']
    t.wait_end(side, CANCELLED, CANCELLED_REMOTE)


@test('other software takes its invitation back, without an end of ours')
def plain_cancel(world):
    t = Table(world)
    session, side = t.invited()
    session.terminate('cancel')
    t.alice.wait('OnCancelled', side.path)
    t.wait_end(side, CANCELLED, CANCELLED_REMOTE)


@test('its invitation holds as long as it says')
def timeout(world):
    t = Table(world)
    _session, side = t.invited(timeout=1)
    t.wait_end(side, CANCELLED, SESSION_TIMEOUT)


@test('the same session-initiate again changes nothing')
def again(world):
    t = Table(world)
    session, side = t.invited()
    session.initiate(GUID)
    assert len(t.alice.manager.ListSessions()) == 1
    assert side.get('State') == INVITATION


@test('an application that is not here: the other is told, and once it is, it can be accepted')
def missing(world):
    t = Table(world)
    t.alice.manager.UnRegisterApplication(GUID)
    desk = world.unlocked('alice', keys.DESK)
    session = t.bob.new(t.jid)
    session.initiate(GUID)
    side = desk.session(desk.wait('OnInvitation').args[0])
    expect('AppNotRegistered', side.Accept, '')
    session.wait('session-info', 'app-not-present').acknowledge()
    register(t.alice)
    side.start('Accept', '')
    session.wait('session-accept').acknowledge()
    t.wait_state(side, ACCEPTED)


@test('pitfall 13: another type of Jingle is told that nobody here can do it')
def audio(world):
    t = Table(world)
    session = t.bob.new(t.jid)
    session.send('session-initiate', "<content creator='initiator' name='voice'><description "
                 "xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/><transport "
                 "xmlns='urn:xmpp:jingle:transports:ice-udp:1'/></content>")
    action = session.wait('session-terminate').acknowledge()
    assert action.reason == 'unsupported-applications', action.reason
    assert not t.alice.manager.ListSessions()


@test('an invitation beyond the limits is a bad request')
def limits(world):
    t = Table(world)
    for options in ({'data': 'x' * 513}, {'name': ''}, {'name': 'x' * 257}, {'url': 'ftp://x.org'},
                    {'url': 'https://' + 'x' * 300}, {'timeout': 86401}, {'guid': 'chess'}):
        session = t.bob.new(t.jid)
        refused('bad-request', session.initiate, options.pop('guid', GUID), **options)
    assert not t.alice.manager.ListSessions()


@test('pitfall 12: a stranger finds nobody')
def stranger(world):
    t = Table(world)
    evil = JinglePeer(t.stage.online('mallory', features=FEATURES))
    session = evil.new(t.jid)
    refused('service-unavailable', session.initiate, GUID)
    session.propose(GUID)
    evil.peer.sync()
    assert not t.alice.manager.ListSessions()
    # nor does one find somebody by what makes no sense
    for action, inside in (('session-initiate', ''), ('session-initiate', content('')),
                           ('session-info', ''), ('session-terminate', ''), ('nothing', '')):
        refused('service-unavailable', session.send, action, inside)


@test('a contact who is blocked, or refused by the policy, finds nobody either')
def unwelcome(world):
    t = Table(world)
    t.desk.contact(t.other.jid).set('Blocked', 'b', True)
    t.bob.peer.wait_presence(t.jid, 'unavailable')
    refused('service-unavailable', t.bob.new(t.jid).initiate, GUID)
    elsewhere = t.stage.peer(t.account).connect('other', online=False)
    t.desk.contact(t.other.jid).set('Blocked', 'b', False)
    eventually(lambda: not elsewhere.blocked(), 'the server lets bob through')
    session, side = t.invited()
    assert side.get('State') == INVITATION and session


@test('nobody but the device that it is with touches a session')
def foreign(world):
    t = Table(world, devices=2)
    evil = JinglePeer(t.stage.online('mallory', features=FEATURES))
    session, side = t.connected()
    for other in (evil, t.devices[1]):
        same = other.new(t.jid)
        same.sid = session.sid
        for act in (lambda s: s.context('x'), lambda s: s.attached('192.0.2.66'),
                    lambda s: s.accept(), lambda s: s.terminate()):
            try:
                act(same)
            except XmppError as error:
                assert error.condition in ('item-not-found', 'service-unavailable'), error
    assert side.get('State') == CONNECTED and side.get('ContextData') == ''
    assert side.get('RemoteAddress') == '192.0.2.7'


@test('the same sid with another contact is another session')
def same_sid(world):
    t = Table(world)
    session, side = t.invited()
    carol = JinglePeer(t.stage.peer(t.third).connect(features=FEATURES + (feature(GUID),)))
    same = carol.new(t.jid)
    same.sid = session.sid
    same.initiate(GUID)
    other = t.found()
    same.cancel()
    t.wait_state(other, CANCELLED)
    session.ping()
    assert side.get('State') == INVITATION


@test('a session that is not there is unknown; a question for one that is is answered')
def unknown(world):
    t = Table(world)
    session, _side = t.invited()
    session.ping()
    lost = t.bob.new(t.jid)
    for act in (lost.ping, lost.accept, lost.attached, lambda: lost.context('x')):
        error = refused('item-not-found', act)
        assert error.xml.find('.//{urn:xmpp:jingle:errors:1}unknown-session') is not None


@test('what a state does not allow is out of order, and changes nothing')
def out_of_order(world):
    t = Table(world)
    session, side = t.invited()
    for act in (lambda: session.context('x'), session.attached):
        error = refused('unexpected-request', act)
        assert error.xml.find('.//{urn:xmpp:jingle:errors:1}out-of-order') is not None
    assert side.get('State') == INVITATION


@test('five context data at most once it is connected')
def context_limit(world):
    t = Table(world)
    session, side = t.connected()
    for number in range(5):
        session.context('%d' % number)
    refused('policy-violation', session.context, 'one too many')
    assert side.get('ContextData') == '4' and side.get('State') == CONNECTED


def check_reasons(world, chosen):
    t = Table(world)
    for name in chosen:
        session, side = t.connected()
        session.terminate(name)
        t.wait_end(side, TERMINATED, AS_TAKEN[name])
        t.alice.mark = len(t.alice.events)


@test('every reason of Jingle is understood')
def reasons(world):
    names_of_all = list(AS_TAKEN)
    check_reasons(world, names_of_all[:8])  # a contact may invite ten times at once
    check_reasons(world, names_of_all[8:])


@test('pitfall 12: what is too much at a time is refused, and does not last')
def flood(world):
    t = Table(world)
    for _number in range(10):
        session = t.bob.new(t.jid)
        session.initiate(GUID)
        session.cancel()
    error = refused('resource-constraint', t.bob.new(t.jid).initiate, GUID)
    assert error.xml.find('.//*[@type="wait"]') is not None


@test('pitfall 12: what is proposed too often is not heard any more')
def flood_of_proposals(world):
    t = Table(world)
    for _number in range(10):
        session = t.bob.new(t.jid)
        session.propose(GUID)
        session.wait_message('ringing')
        session.retract()
    eventually(lambda: all(fields['State'] == CANCELLED for _path, fields in
                           t.alice.manager.ListSessions()), 'all are taken back')
    before = t.alice.manager.ListSessions()
    t.bob.new(t.jid).propose(GUID)
    t.bob.peer.iq('get', PING, t.jid)
    assert len(t.alice.manager.ListSessions()) == len(before)


@test('what is not base64, or too long, is a bad request, and the session goes on')
def bad_data(world):
    t = Table(world)
    session, side = t.connected()
    refused('bad-request', session.info, 'context-data', '***')
    refused('bad-request', session.info, 'context-data', '/w==')  # no UTF-8
    refused('bad-request', session.context, 'x' * 301)
    assert side.get('State') == CONNECTED
    session.context('x' * 300)


# alice invites


@test('alice invites, it accepts, both attach, and alice ends')
def invites(world):
    t = Table(world)
    side, session, action = t.inviting(TEXT)
    found = action.description
    assert found.get('application') == GUID and found.findtext('{%s}name' % APP) == NAME
    assert found.findtext('{%s}url' % APP) == URL and read_data(found) == TEXT
    assert 0 < int(found.get('timeout')) <= 86400
    assert '192.0.2' not in repr(action.stanza) and '10.98' not in repr(action.stanza)
    session.accept('with pleasure')
    assert t.alice.wait('OnAccepted', side.path).args == ['with pleasure']
    attached = session.wait('session-info', 'attached').acknowledge()
    assert attached.info('attached') == side.get('LocalAddress')
    session.attached('192.0.2.7')
    t.wait_state(side, CONNECTED)
    cancel = side.start('Cancel', 0, 'bye')
    action = session.wait('session-terminate').acknowledge()
    cancel.reply().get()
    assert action.reason == 'cancel' and action.end == (0, True, 'bye'), action.end
    t.wait_end(side, TERMINATED, CANCELLED_LOCAL)


@test('alice invites, it declines')
def it_declines(world):
    t = Table(world)
    side, session, _action = t.inviting()
    session.decline('not now')
    assert t.alice.wait('OnDeclined', side.path).args == ['not now']
    t.wait_end(side, DECLINED, INVITATION_DECLINED)


@test('alice invites other software, which declines in its own way')
def plain_decline(world):
    t = Table(world)
    for name in ('decline', 'busy'):
        side, session, _action = t.inviting()
        session.terminate(name)
        t.wait_end(side, DECLINED, INVITATION_DECLINED)


@test('alice takes her invitation back')
def alice_cancels(world):
    t = Table(world)
    side, session, _action = t.inviting()
    side.start('Cancel', 0, 'no')
    action = session.wait('session-terminate').acknowledge()
    assert action.reason == 'cancel' and action.end == (0, True, 'no'), action.end
    t.wait_end(side, CANCELLED, CANCELLED_LOCAL)


@test('to end what the other does not know is no error')
def end_unknown(world):
    t = Table(world)
    side, session, _action = t.inviting()
    side.Cancel(0, 'no')
    session.wait('session-terminate').refuse('item-not-found', 'unknown-session')
    t.bob.peer.iq('get', PING, t.jid)
    t.wait_end(side, CANCELLED, CANCELLED_LOCAL)
    assert 'OnSendError' not in [event.member for event in t.alice.said()]


@test('each result that Cancel may give is sent as the document says')
def results(world):
    t = Table(world)
    for hr, wanted in AS_SENT.items():
        side, session, _action = t.inviting()
        side.start('Cancel', hr, '')
        action = session.wait('session-terminate').acknowledge()
        assert (action.reason, action.end[0]) == wanted, (hex(hr), action.reason, action.end)
        t.wait_state(side, CANCELLED)


@test('the application is missing there')
def it_misses(world):
    t = Table(world)
    side, session, _action = t.inviting()
    before = side.get('ExpiresAt')
    session.missing()
    t.alice.wait('OnAppNotPresent', side.path)
    assert side.get('ExpiresAt') > before and side.get('State') == INVITATION
    session.accept()
    t.alice.wait('OnAccepted', side.path)


@test('an invitation that is refused is an OnSendError')
def not_sent(world):
    t = Table(world)
    for condition, jingle in (('service-unavailable', ''), ('item-not-found', 'unknown-session'),
                              ('bad-request', ''), ('feature-not-implemented', '')):
        side, _session, action = t.inviting(acknowledge=False)
        action.refuse(condition, jingle)
        event = t.alice.wait('OnSendError', side.path)
        assert event.args == [HR['InvitationSendFailure']], (condition, event)
        t.wait_end(side, CANCELLED, HR['InvitationSendFailure'])


@test('pitfall 5: nobody answers for the device that was asked')
def spoofed_result(world):
    t = Table(world)
    side, _session, action = t.inviting(acknowledge=False)
    for peer in (t.stage.online('mallory'), t.device(()).peer):
        peer.raw("<iq type='result' id=%s to='%s'/>" % (quoteattr(action.stanza.id), t.jid))
        peer.sync()
    action.refuse('service-unavailable')
    assert t.alice.wait('OnSendError', side.path).args == [HR['InvitationSendFailure']]


@test('an invitation that nobody acknowledges has failed, and is followed by an end')
def not_acknowledged(world):
    t = Table(world)
    side, session, _action = t.inviting(acknowledge=False)
    event = t.alice.wait('OnSendError', side.path)
    assert event.args == [HR['InvitationSendFailure']], event
    session.wait('session-terminate').acknowledge()


@test('an accept that comes too late is refused')
def too_late(world):
    t = Table(world)
    side, session, _action = t.inviting()
    cancel = side.start('Cancel', 0, '')
    session.wait('session-terminate').acknowledge()
    cancel.reply().get()
    t.wait_state(side, CANCELLED)
    try:
        session.accept()
    except XmppError as error:
        assert error.condition in ('item-not-found', 'unexpected-request'), error
    else:
        raise AssertionError('it was accepted')


@test('an accept that is not taken ends the session here')
def accept_refused(world):
    t = Table(world)
    session, side = t.invited()
    side.start('Accept', '')
    session.wait('session-accept').refuse('item-not-found', 'unknown-session')
    event = t.alice.wait('OnSendError', side.path)
    assert event.args == [HR['AcceptSendFailure']], event
    t.wait_end(side, TERMINATED, HR['AcceptSendFailure'])


@test('context data that is not taken is told, and the session goes on')
def context_refused(world):
    t = Table(world)
    session, side = t.connected()
    side.start('SendContextData', 'x')
    session.wait('session-info', 'context-data').refuse('bad-request')
    assert t.alice.wait('OnSendError', side.path).args == [HR['ContextDataSendFailure']]
    assert side.get('State') == CONNECTED


@test('an application that its devices do not have is known before')
def compatible(world):
    t = Table(world, apps=(GUID2,))
    side = t.alice.session(t.alice.manager.CreateSession())
    side.set('Application', 's', GUID)
    assert not side.get('Flags') & names.FLAG_COMPATIBLE
    since = len(t.bob.peer.answers)
    t.bob.peer.features(add=[feature(GUID)])
    t.bob.peer.wait_asked(t.jid, since)
    other = t.alice.session(t.alice.manager.CreateSession())
    other.set('Application', 's', GUID)

    def is_known():
        """The connector knows; the service may hear of it a moment later than we ask."""
        error = other.start('Invite', t.contact, '').reply().error
        assert error in (None, 'org.msgr.Error.AppNotRegistered'), error
        return error is None

    eventually(is_known, 'the service knows of the application')
    _session, action = t.bob.wait_invitation()
    action.acknowledge()


@test('a device that leaves and comes back has its session still')
def comes_back(world):
    t = Table(world)
    session, side = t.connected()
    resource = t.bob.jid.partition('/')[2]
    t.bob.peer.close()
    t.desk.until_status(t.other.jid, names.STATUS_OFFLINE)
    again = JinglePeer(t.stage.peer(t.other).connect(resource, features=FEATURES))
    back = again.new(t.jid)
    back.sid = session.sid
    back.context('here I am')
    assert t.alice.wait('OnContextData', side.path).args == ['here I am']


@test('a device that leaves for good ends the session')
def leaves(world):
    t = Table(world)
    _session, side = t.connected()
    t.bob.peer.close()
    t.desk.until_status(t.other.jid, names.STATUS_OFFLINE)
    event = t.alice.wait('OnTermination', side.path, deadline=90)
    assert event.args[0] == CONNECTION_FAILURE, event


# several devices


def proposed(t, data=''):
    """alice invites; each of bob's devices has got it."""
    side = t.alice.session(t.alice.manager.CreateSession())
    side.set('Application', 's', GUID)
    side.start('Invite', t.contact, data)
    sessions = []
    for device in t.devices:
        session, found = device.wait_proposal()
        assert found.get('application') == GUID and read_data(found) == data
        sessions.append(session)
    assert len({session.sid for session in sessions}) == 1
    return side, sessions


@test('pitfall 7: of two devices the first that takes it has it, and the other is told')
def first_wins(world):
    t = Table(world, devices=2)
    side, (first, second) = proposed(t, TEXT)
    first.message('ringing')
    second.message('ringing')
    second.message('proceed')
    session, action = t.devices[1].wait_invitation()
    assert session.sid == second.sid and read_data(action.description) == TEXT
    action.acknowledge()
    told = first.wait_message('retract')
    assert told.find('{%s}retract/{%s}answered' % (MESSAGES, APP)) is not None
    second.accept('yes')
    assert t.alice.wait('OnAccepted', side.path).args == ['yes']
    first.message('proceed')  # too late
    t.devices[0].peer.mark()
    first.message('proceed')
    told = first.wait_message('retract')
    assert told.find('{%s}retract/{%s}answered' % (MESSAGES, APP)) is not None
    assert not [s for s in t.devices[0].peer.stanzas if s.payload(JINGLE) is not None]


@test('of two devices one declines for both')
def one_rejects(world):
    t = Table(world, devices=2)
    side, (first, second) = proposed(t)
    first.message('ringing')
    first.reject('not now')
    assert t.alice.wait('OnDeclined', side.path).args == ['not now']
    t.wait_end(side, DECLINED, INVITATION_DECLINED)
    second.wait_message('retract')


@test('an invitation that no device shows has failed')
def nobody_rings(world):
    t = Table(world, devices=2)
    side, sessions = proposed(t)
    event = t.alice.wait('OnSendError', side.path)
    assert event.args == [HR['InvitationSendFailure']], event
    for session in sessions:
        session.wait_message('retract')


@test('alice takes back what several devices show')
def retracted(world):
    t = Table(world, devices=2)
    side, sessions = proposed(t)
    sessions[0].message('ringing')
    t.alice.barrier()
    side.start('Cancel', 0, 'no')
    for session in sessions:
        found = session.wait_message('retract').find(
            '{%s}retract/{%s}reason/{%s}cancel' % (MESSAGES, JINGLE, JINGLE))
        assert found is not None
    t.wait_end(side, CANCELLED, CANCELLED_LOCAL)


def proposal(t):
    """bob proposes to alice's account; alice's side, and another device of hers."""
    elsewhere = t.stage.peer(t.account).connect('phone', features=FEATURES)
    elsewhere.wait_asked(t.jid)
    session = t.bob.new(t.account.jid)
    session.propose(GUID, data=TEXT)
    event = t.alice.wait('OnInvitation')
    assert event.args[1] == TEXT
    session.other = t.jid
    session.wait_message('ringing')
    return session, t.alice.session(event.args[0]), elsewhere


@test('it proposes, alice accepts, and her other devices are told')
def proposal_accepted(world):
    t = Table(world)
    session, side, elsewhere = proposal(t)
    side.start('Accept', 'yes')
    assert session.wait_message('proceed').sender == t.jid
    elsewhere.wait('message', lambda m: m.find('{%s}accept' % MESSAGES) is not None)
    session.initiate(GUID, data=TEXT)
    action = session.wait('session-accept').acknowledge()
    assert read_data(action.description) == 'yes'
    t.alice.wait('BeforeAppLaunch', side.path)
    t.wait_state(side, ACCEPTED)
    assert len([e for e in t.alice.events if e.member == 'OnInvitation']) == 1


@test('it proposes, alice declines, and her other devices are told')
def proposal_declined(world):
    t = Table(world)
    session, side, elsewhere = proposal(t)
    side.start('Decline', 'no')
    session.wait_message('reject')
    elsewhere.wait('message', lambda m: m.find('{%s}reject' % MESSAGES) is not None)
    t.wait_end(side, DECLINED, INVITATION_DECLINED)


@test('it takes back what it proposed')
def proposal_retracted(world):
    t = Table(world)
    session, side, _elsewhere = proposal(t)
    session.retract()
    t.alice.wait('OnCancelled', side.path)
    t.wait_state(side, CANCELLED)


@test('pitfall 7: what another device of alice\'s has answered is withdrawn here')
def answered_elsewhere(world):
    for element in ('accept', 'reject'):
        t = Table(world)
        session, side, elsewhere = proposal(t)
        elsewhere.message(t.account.jid, kind='chat', stanza_id=session.sid, extra=[
            "<%s xmlns='%s' id='%s'/>" % (element, MESSAGES, session.sid)])
        t.wait_state(side, CANCELLED)


@test('nobody else says for alice that it was answered elsewhere')
def spoofed_answer(world):
    t = Table(world)
    session, side, _elsewhere = proposal(t)
    evil = t.stage.online('mallory')
    for element in ('accept', 'reject', 'retract'):
        evil.message(t.jid, kind='chat', stanza_id=session.sid, extra=[
            "<%s xmlns='%s' id='%s'/>" % (element, MESSAGES, session.sid)])
    evil.sync()
    session.message('nothing')
    t.bob.peer.sync()
    assert side.get('State') == INVITATION
    side.start('Accept', '')
    session.wait_message('proceed')


@test('only the device that proposed takes it back, and not once it has begun the session')
def retract_in_vain(world):
    t = Table(world, devices=2)
    session, side, _elsewhere = proposal(t)
    same = t.devices[1].new(t.jid)
    same.sid = session.sid
    same.retract()
    same.peer.iq('get', PING, t.jid)  # whatever it has sent before has been taken then
    session.initiate(GUID, data=TEXT)
    session.retract()
    session.ping()
    assert side.get('State') == INVITATION
    side.start('Accept', '')
    session.wait('session-accept').acknowledge()


@test('what a server has kept for longer than it holds is not shown')
def delayed(world):
    t = Table(world)
    for since, shown in (('2020-01-01T00:00:00Z', 0), ('2099-01-01T00:00:00Z', 1)):
        session = t.bob.new(t.jid)
        session.peer.message(t.jid, kind='chat', stanza_id=session.sid, extra=[
            "<propose xmlns='%s' id='%s'>%s</propose>" % (
                MESSAGES, session.sid, description(GUID, 'Chess', URL, '', 300)),
            "<delay xmlns='urn:xmpp:delay' stamp='%s'/>" % since])
        if shown:
            session.wait_message('ringing')
        session.peer.iq('get', PING, t.jid)
        assert len(t.alice.manager.ListSessions()) == shown


# alerts


@test('a headline is an alert: with our element, and plain')
def alerts(world):
    t = Table(world)
    t.desk.enable_alerts(0, 17)
    t.bob.peer.headline(t.account.jid, 'short', [
        "<alert xmlns='%s' site-id='17' url='https://example.org/game/1'>Your turn</alert>" %
        ALERT])
    found = t.desk.wait_alert('Your turn')
    assert (found['SiteId'], found['Url'], found['Publisher']) == (
        17, 'https://example.org/game/1', t.other.jid), found
    t.bob.peer.headline(t.account.jid, 'plain')
    found = t.desk.wait_alert('plain')
    assert (found['SiteId'], found['Url']) == (0, ''), found
