# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The bench itself: what the other XMPP tests rely on.

import socket
import subprocess

from msgrtest.tap import test
from msgrtest.world import eventually
from xmpptest.bench import stage
from xmpptest.peer import JINGLE, ROSTER, XmppError
from xmpptest.proxy import DOWN, UP

PING = "<ping xmlns='urn:xmpp:ping'/>"


def refused(condition, function, *arguments, **options):
    try:
        function(*arguments, **options)
    except XmppError as error:
        assert error.condition == condition, error
        return error
    raise AssertionError('it was to fail with ' + condition)


def exchange(one, other):
    """Two contacts see each other, and talk."""
    one.wait_presence(other.jid)
    other.wait_presence(one.jid)
    other.answer(JINGLE, 'hold')
    serial = one.start_iq('set', "<jingle xmlns='%s' action='session-info' sid='1'/>" % JINGLE,
                          other.jid)
    asked = other.wait_iq(JINGLE)
    assert asked.sender == one.jid, asked
    other.reply(asked)
    one.finish_iq(serial)
    one.headline(other.bare, 'news & <tags>')
    assert other.wait('message').text('body') == 'news & <tags>'


def pair(s, first, second, **options):
    one, other = s.account('alice', first), s.account('bob', second)
    s.befriend(one, other)
    return s.peer(one).connect(**options), s.peer(other).connect(**options)


@test('contacts on one Prosody see each other and exchange IQs')
def on_prosody(world):
    exchange(*pair(stage(world), 'a.test', 'a.test'))


@test('contacts on two federated Prosodys do')
def federated(world):
    s = stage(world)
    exchange(*pair(s, 'a.test', 'b.test'))
    s.site('a.test').server.wait_log('Accepting SASL EXTERNAL identity from b.test')


@test('contacts on ejabberd do, also with direct TLS')
def on_ejabberd(world):
    exchange(*pair(stage(world), 'c.test', 'c.test', direct=True))


@test('contacts on Prosody and ejabberd do')
def across(world):
    exchange(*pair(stage(world), 'a.test', 'c.test'))


@test('a peer subscribes, is answered, is removed, and blocks')
def contact_list(world):
    s = stage(world)
    alice, bob = s.online('alice'), s.online('bob')
    alice.subscribe(bob.bare)
    bob.wait_presence(alice.bare, 'subscribe')
    assert not alice.seen('presence', lambda p: p.type == 'subscribed'), 'approved by itself'
    bob.approve(alice.bare)
    alice.wait_presence(bob.bare, 'subscribed')
    alice.wait_presence(bob.jid)
    assert alice.roster()[bob.bare]['subscription'] == 'to', alice.roster()
    alice.remove_contact(bob.bare)
    assert bob.bare not in alice.roster()
    bob.block(alice.bare)
    assert bob.blocked() == {alice.bare}
    refused('service-unavailable', alice.iq, 'get', PING, bob.jid)
    bob.unblock(alice.bare)
    assert bob.blocked() == set()


@test('what a peer can is known by its capabilities, and changes')
def capabilities(world):
    s = stage(world)
    alice, bob = pair(s, 'a.test', 'a.test', features=['urn:test:one'])
    assert 'urn:test:one' in alice.disco(bob.jid)
    first = alice.wait_presence(bob.jid).payload('http://jabber.org/protocol/caps').get('ver')
    alice.mark()
    bob.features(add=['urn:test:two'], remove=['urn:test:one'])
    second = alice.wait_presence(bob.jid).payload('http://jabber.org/protocol/caps').get('ver')
    assert first != second
    found = alice.disco(bob.jid)
    assert 'urn:test:two' in found and 'urn:test:one' not in found, found


@test('the server delivers a roster push of anybody: a client has to look who sent it')
def spoofed(world):
    s = stage(world)
    alice, mallory = s.online('alice'), s.online('mallory')
    alice.answer(ROSTER, 'hold')
    mallory.start_iq('set', "<query xmlns='%s'><item jid='x@evil.test'/></query>" % ROSTER,
                     alice.jid)
    assert alice.wait_iq(ROSTER, lambda i: i.sender == mallory.jid)


@test('an order refuses an IQ with an error of the test\'s')
def orders(world):
    alice, bob = pair(stage(world), 'a.test', 'a.test')
    bob.answer(JINGLE, "<error type='cancel'><item-not-found "
                       "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>")
    jingle = "<jingle xmlns='%s' action='session-info' sid='1'/>" % JINGLE
    refused('item-not-found', alice.iq, 'set', jingle, bob.jid)
    bob.answer(JINGLE, None)
    refused('feature-not-implemented', alice.iq, 'set', jingle, bob.jid)


@test('a wrong password is refused, by both servers')
def wrong_password(world):
    s = stage(world)
    for host in ('a.test', 'c.test'):
        account = s.account('alice', host)
        refused('ConnectionError', s.peer(account).connect, password='wrong')


@test('a server whose certificate another cannot verify is not reached, and it says why')
def distrust(world):
    s = stage(world)
    alice = s.online('alice')
    bob = s.account('bob', 'b.test')
    bob.site.reconfigure(certificate=s.authority.self_signed('b.test'))
    error = refused('remote-server-timeout', alice.iq, 'get', PING, bob.jid)
    assert 'certificate' in error.text, error


def verify(site):
    """What OpenSSL, with what the system trusts, says of a server's certificate."""
    said = subprocess.run(
        ['openssl', 's_client', '-connect', site.front + ':5222', '-starttls', 'xmpp', '-xmpphost',
         site.host, '-verify_hostname', site.host, '-brief', '-verify_return_error'],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False)
    return said.stdout


@test('certificates are good and bad: expired, of another host, of nobody')
def certificates(world):
    s = stage(world)
    site = s.site('a.test')
    assert 'Verification: OK' in verify(site), verify(site)
    for kind, problem in (('expired', 'has expired'), ('of_another', 'hostname mismatch'),
                          ('self_signed', 'self-signed certificate')):
        site.reconfigure(certificate=getattr(s.authority, kind)('a.test'))
        found = verify(site)
        assert problem in found and 'Verification: OK' not in found, (kind, found)
    assert len(s.authority.fingerprint(site.server.certificate)) == 64


@test('the test before has left the server as it was')
def healed(world):
    stage(world).online()


@test('a server that is killed comes back with its accounts')
def killed(world):
    s = stage(world)
    peer = s.online()
    s.site('a.test').server.kill()
    peer.wait_event('disconnected')
    peer.connected = False
    s.site('a.test').server.start()
    s.peer(peer.account).connect()


@test('names lead to the proxies, which count, stall, cut and refuse')
def proxies(world):
    s = stage(world)
    account = s.account()
    proxy = account.site.proxy
    assert socket.gethostbyname('a.test') == account.site.front
    peer = s.peer(account).connect(address=account.site.front)
    assert proxy.bytes[UP] > 1000 and proxy.bytes[DOWN] > 1000 and len(proxy.attempts) == 1
    proxy.stall(DOWN)
    serial = peer.start('sync')
    eventually(lambda: proxy.bytes[DOWN] > 0, 'the ping is under way')
    assert serial not in peer.process.replies
    proxy.resume()
    peer.finish(serial)
    proxy.delay = 0.01
    peer.sync()
    proxy.refuse()
    with socket.socket() as probe:
        assert probe.connect_ex((account.site.front, 5222)) != 0
    proxy.cut()
    peer.wait_event('disconnected')
    peer.connected = False


@test('a connection ends after so many bytes')
def cut_after(world):
    site = stage(world).site('a.test')
    with socket.create_connection((site.front, 5222), 30) as client:
        site.proxy.cut_after(UP, 10)
        client.sendall(b'<stream:stream')
        try:
            assert client.recv(1) == b''
        except ConnectionResetError:
            pass


@test('a silent server takes a client as far as its hello')
def silent(world):
    s = stage(world)
    for starttls in (False, True):
        server = s.silent_server('a.test', starttls)
        command = ['openssl', 's_client', '-connect',
                   '%s:%d' % (s.site('a.test').front, 5222 if starttls else 5223)]
        if starttls:
            command += ['-starttls', 'xmpp', '-xmpphost', 'a.test']
        client = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        assert server.silent.wait(30), 'no client hello came'
        client.kill()
        client.wait()


def far_client(s, script):
    """A Python script on the far side of the cable, its output as it comes."""
    return subprocess.Popen([*s.network.prefix(), '/usr/bin/python3', '-uc', script],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


CONNECT = '''
import socket, sys
s = socket.create_connection((socket.gethostbyname("a.test"), 5222), 30)
print("connected")
sys.stdin.readline()
s.sendall(b"<stream:stream to='a.test' version='1.0' xmlns='jabber:client' "
          b"xmlns:stream='http://etherx.jabber.org/streams'>")
s.settimeout(0.3)
try:
    print("data" if s.recv(1) else "end")
except TimeoutError:
    print("nothing")
sys.stdin.readline()
s.settimeout(30)
print("data" if s.recv(1) else "end")
'''


@test('the cable to the far side can be pulled, and a connection survives it')
def cable(world):
    s = stage(world)
    s.site('a.test')
    client = far_client(s, CONNECT)
    assert client.stdout.readline() == 'connected\n'
    s.network.swallow()
    client.stdin.write('\n')
    client.stdin.flush()
    assert client.stdout.readline() == 'nothing\n'
    s.network.restore()
    client.stdin.write('\n')
    client.stdin.flush()
    assert client.stdout.readline() == 'data\n'
    s.network.pull()
    state = subprocess.run([*s.network.prefix(), 'ip', 'link', 'show', 'far0'],
                           stdout=subprocess.PIPE, text=True, check=True).stdout
    assert 'NO-CARRIER' in state, state
    client.stdin.close()
    client.wait()


@test('the name server says what a test wants, and can be silent')
def names(world):
    s = stage(world)
    s.names.set_address('other.test', '192.0.2.7')
    assert socket.gethostbyname('other.test') == '192.0.2.7'
    s.names.forget('other.test')
    try:
        socket.gethostbyname('other.test')
    except socket.gaierror:
        pass
    else:
        raise AssertionError('a name that was taken away')
    s.names.silent = True
    asked = len(s.names.queries)
    seeker = subprocess.Popen(['getent', 'hosts', 'late.test'], stdout=subprocess.PIPE, text=True)
    eventually(lambda: len(s.names.queries) > asked, 'it was asked')
    s.names.set_address('late.test', '192.0.2.8')
    s.names.silent = False
    assert seeker.communicate()[0].split() == ['192.0.2.8', 'late.test']
