# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A server that is the enemy: msgr-xmpp breaks off, stays alive and small, and tries again.

from msgrtest.client import DEADLINE
from msgrtest.tap import test
from xmpptest.bench import stage
from xmpptest.desk import Desk
from xmpptest.hostile import BOUND, BusyServer, HostileServer

MANY = 64 * 1024 * 1024
LARGE = 600 * 1024  # kB: the sanitizers' own share is most of it


def peak(process):
    """The most memory that it had, in kB."""
    with open('/proc/%d/status' % process.pid, encoding='ascii') as file:
        return int([line for line in file if line.startswith('VmHWM')][0].split()[1])


def suffers(world, chunks, prologue='', bound=BOUND):
    """It ends the connection, and comes again: the second login shows that it lives."""
    s = stage(world)
    account = s.account()
    server = world.own(HostileServer(s.bench, account, chunks, prologue, bound))
    desk = Desk(world, account).start()
    assert server.refused.wait(DEADLINE), 'it takes all that comes'
    desk.connector.process.wait_log('the next attempt to connect')
    desk.wait_failed()
    assert peak(desk.connector.process) < LARGE
    assert server.sent < MANY, server.sent
    return server, desk


def without_end(text):
    def chunks():
        yield '<message>'
        for _ in range(MANY // 65536):
            yield text * (65536 // len(text))
    return chunks


@test('pitfall 12: a text without an end is cut off, and nothing is kept of it')
def endless_text(world):
    _server, desk = suffers(world, without_end('x'))
    desk.connector.process.wait_log('more at once than is allowed')


@test('pitfall 12: so is a stanza with children without an end')
def endless_children(world):
    _server, desk = suffers(world, without_end('<a/>'))
    desk.connector.process.wait_log('more at once than is allowed')


@test('pitfall 12: so is one that goes down without an end')
def endless_depth(world):
    _server, desk = suffers(world, without_end('<a>'))
    desk.connector.process.wait_log('more at once than is allowed')


@test('pitfall 12: so is an attribute without an end')
def endless_attribute(world):
    def chunks():
        yield "<message id='"
        yield from without_end('x')()
    suffers(world, chunks)


@test('a document type with entities that grow without an end comes to nothing')
def entities(world):
    grows = ''.join("<!ENTITY e%d '%s'>" % (i, '&e%d;' % (i - 1) * 10) for i in range(1, 10))
    prologue = "<!DOCTYPE stream:stream [<!ENTITY e0 '%s'>%s]>" % ('x' * 100, grows)

    def chunks():
        for _ in range(50):
            yield '<message><body>&e9;</body></message>'
    suffers(world, chunks, prologue)


@test('what is no XML ends the connection, and not the connector')
def malformed(world):
    def chunks():
        yield '<message></presence>'
    suffers(world, chunks)


@test('what is no text ends the connection, and not the connector')
def no_text(world):
    def chunks():
        yield b'<message><body>\xff\xfe\x00</body></message>'
    suffers(world, chunks)


@test('a login without an address ends the connection, and not the connector')
def no_address(world):
    def chunks():
        for number in range(10):
            yield "<iq type='get' id='%d' from='x@y.test/z'><ping xmlns='urn:xmpp:ping'/></iq>" % (
                number)
    _server, desk = suffers(world, chunks, bound="<iq type='result' id='_xmpp_bind1'/>")
    desk.connector.process.wait_log('the server gives no address')


@test('a server that gives the connector hours to compute is given up, and the connector is well')
def busy(world):
    s = stage(world)
    account = s.account()
    world.own(BusyServer(s.bench, account, None))
    desk = Desk(world, account, config='ConnectTimeout=4\n').start()
    desk.wait_failed()
    will_retry, message = desk.why()
    assert 'more work' in message and not will_retry, message
    desk.client.messenger.Signout(desk.service)
    desk.set_status(0x22)
    desk.connector.process.kill()
