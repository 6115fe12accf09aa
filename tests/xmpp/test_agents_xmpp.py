# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two whole machines: each with a bus, a service, an agent and a connector, and two servers between
# them. What the users do, they do by clicks.

from msgrtest import keys, names
from msgrtest.scene import GUID, NAME
from msgrtest.tap import test
from msgrtest.world import eventually
from xmpptest.bench import stage
from xmpptest.household import Household, QUICK

ASKS = 'wants to add you to their contacts'
INVITES = 'invites you'
OUT = 'is signed out'


def two(world, **options):
    """alice, who has a messenger, and bob, of whom there is nothing but what is installed; neither
    is the other's contact."""
    s = stage(world)
    there = world.neighbour()
    alice = Household(world, s.account('alice', 'a.test'), 'alice', **options)
    bob = Household(there, s.account('bob', 'b.test'), 'bob', keys.FRIENDS, **options)
    for home in (alice, bob):
        home.install().sign_in()
    return s, alice, bob


def become_contacts(alice, bob):
    """alice asks, bob accepts, and asks in his turn: each by a click of the other."""
    alice.add(bob.account.jid)
    title, body = bob.click(ASKS, 'Accept')
    assert title == '%s %s' % (alice.account.jid, ASKS) and body == 'By way of XMPP.', (title, body)
    alice.until_status(bob.account.jid, names.STATUS_ONLINE)
    bob.add(alice.account.jid)
    alice.click(ASKS, 'Accept')
    bob.until_status(alice.account.jid, names.STATUS_ONLINE)


def invite(alice, bob):
    """alice invites bob from her messenger: her side's session."""
    return alice.client.session(alice.client.manager.InviteContact(
        GUID, alice.path(bob.account.jid), 'hello', {}))


def both_meet(alice, bob, side):
    """Both applications run, know where the other is, and have met there."""
    eventually(lambda: side.get('State') == names.CONNECTED, 'the session is CONNECTED')
    mine = alice.wait_noted(Met=True, ContextData='met')
    theirs = bob.wait_noted(Met=True)
    assert mine['LocalAddress'] == theirs['RemoteAddress'] != ''
    assert mine['RemoteAddress'] == theirs['LocalAddress'] != ''
    assert mine['Session'] == side.path != theirs['Session']
    assert mine['Starts'] == theirs['Starts'] == 1, (mine, theirs)


def both_end(alice, bob, side):
    side.Cancel(0, '')
    alice.wait_noted(Ended=names.TERMINATED, Result=names.CANCELLED_LOCAL)
    bob.wait_noted(Ended=names.TERMINATED, Result=names.CANCELLED_REMOTE)


@test('two machines: asked, accepted, invited, accepted, launched on both, met, and alerted')
def whole_story(world):
    s, alice, bob = two(world)
    become_contacts(alice, bob)
    side = invite(alice, bob)
    title, body = bob.click(INVITES, 'Accept')
    assert alice.account.jid in title and body == NAME, (title, body)
    both_meet(alice, bob, side)
    both_end(alice, bob, side)
    elsewhere = s.peer(alice.account).connect('other', online=False)
    elsewhere.headline(bob.account.jid, 'Your move')
    number = bob.notices.wait('Your move')
    assert bob.notices.title(number) == alice.account.jid
    bob.notices.dismiss(number)
    for home in (alice, bob):
        home.nothing_shows()


@test('two machines: what is refused is told to nobody, what is declined to the inviter')
def refused(world):
    _s, alice, bob = two(world)
    alice.add(bob.account.jid)
    bob.click(ASKS, 'Refuse')
    eventually(lambda: not bob.requests(), 'the request is answered')
    assert alice.contact(bob.account.jid).get('Status') == names.STATUS_OFFLINE
    alice.client.contact(alice.path(bob.account.jid)).Remove()
    become_contacts(alice, bob)
    side = invite(alice, bob)
    bob.click(INVITES, 'Decline')
    eventually(lambda: side.get('State') == names.DECLINED, 'it is declined')
    assert not alice.notes() and not bob.notes()


@test('two machines: agent, service and connector die while a request and an invitation wait')
def killed(world):
    _s, alice, bob = two(world, config={'Messenger': {'DecisionWindow': 1, 'ClientGrace': 600}})

    def all_die():
        bob.agent.kill()
        bob.connector.kill()
        bob.world.daemon.kill()
        bob.world.start(standard=False)
        bob.unlock_again().start_agent().sign_in()

    alice.add(bob.account.jid)
    bob.notices.wait_noted(bob.notices.wait(ASKS))
    all_die()
    assert len(bob.notices.notices) == 1, bob.notices.notices
    bob.click(ASKS, 'Accept')
    bob.add(alice.account.jid)
    alice.click(ASKS, 'Accept')
    alice.until_status(bob.account.jid, names.STATUS_ONLINE)
    bob.until_status(alice.account.jid, names.STATUS_ONLINE)
    side = invite(alice, bob)
    bob.notices.wait_noted(bob.notices.wait(INVITES))
    all_die()
    assert len(bob.notices.notices) == 1, bob.notices.notices
    bob.click(INVITES, 'Accept')
    both_meet(alice, bob, side)
    both_end(alice, bob, side)


@test('a certificate that is refused shows with its fingerprint, and is tried again by a click')
def certificate(world):
    s = stage(world)
    account = s.account()
    account.site.reconfigure(certificate=s.authority.self_signed('a.test'))
    alice = Household(world, account, 'alice', config=QUICK)
    alice.connector.start(warns=True)
    number = alice.notices.wait(OUT)
    assert alice.notices.title(number) == 'XMPP: %s %s' % (account.jid, OUT)
    told = alice.notices.body(number).lower().replace(':', '')
    assert s.authority.fingerprint(account.site.server.certificate) in told, told
    account.site.reconfigure(certificate=s.authority.valid('a.test'))
    alice.click(OUT, 'Try Again')
    alice.wait_signed_in()
