# SPDX-License-Identifier: LGPL-2.1-or-later
#
# msgr-xmpp signs in, or says why not: servers, certificates, passwords, and networks that fail.

import os

from msgrtest import names
from msgrtest.player import Player
from msgrtest.tap import test
from msgrtest.world import eventually
from xmpptest.bench import stage
from xmpptest.desk import Desk
from xmpptest.machine import built
from xmpptest.proxy import DOWN

AUTHENTICATION_FAILED = names.HRESULTS['AuthenticationFailed']
IMPATIENT = 'ConnectTimeout=2\nPingInterval=1\n'


def signs_in(world, account, **options):
    desk = Desk(world, account, **options).sign_in()
    assert desk.status == names.STATUS_ONLINE
    assert desk.entry()[1] == account.jid
    return desk


@test('signs in where the SRV record says, by STARTTLS')
def prosody(world):
    account = stage(world).account()
    signs_in(world, account)
    assert len(account.site.proxy.attempts) == 1 and not account.site.tls_proxy.attempts


@test('signs in by SCRAM-SHA-256, at Prosody and at ejabberd')
def scram(world):
    s = stage(world)
    s.site('a.test').reconfigure(password_hash='SHA-256')
    signs_in(world, s.account())
    signs_in(world, s.account('alice', 'c.test'))


@test('signs in by direct TLS where the SRV record says so')
def direct_tls(world):
    account = stage(world).account()
    account.site.offer_direct_tls()
    signs_in(world, account)
    assert account.site.tls_proxy.attempts and not account.site.proxy.attempts


@test('signs in at the address of the host where there are no SRV records')
def without_srv(world):
    s = stage(world)
    account = s.account()
    s.names.forget('_xmpp-client._tcp.a.test')
    signs_in(world, account)


@test('libstrophe 8: takes the next of several servers if the first is not there')
def next_server(world):
    s = stage(world)
    account = s.account()
    s.names.set_address('dead.a.test', '10.98.0.1')
    s.names.set_service('_xmpp-client._tcp.a.test', (0, 5999, 'dead.a.test'),
                        (5, 5222, 'c2s.a.test'))
    signs_in(world, account)


@test('pitfall 10: the password is in no command line, environment or log')
def secret(world):
    desk = signs_in(world, stage(world).account(password='s3cr3t-of-the-test'))
    for name in ('cmdline', 'environ'):
        with open('/proc/%d/%s' % (desk.connector.process.pid, name), 'rb') as file:
            assert b's3cr3t' not in file.read(), name
    desk.connector.process.stop()
    for log in (desk.connector.process.log, world.daemon.log):
        assert 's3cr3t' not in log


@test('libstrophe 3, pitfall 1: a wrong password stops it; a new one is taken at the next Signin')
def wrong_password(world):
    account = stage(world).account()
    desk = Desk(world, account)
    desk.connector.set_password('wrong')
    desk.start().wait_failed(AUTHENTICATION_FAILED)
    assert desk.why() == (False, 'the server does not accept the password'), desk.why()
    desk.connector.set_password(account.password)
    desk.request_signin()
    desk.wait_signed_in()
    assert len(account.site.proxy.attempts) == 2, account.site.proxy.attempts


@test('libstrophe 3, pitfall 1: a wrong password stops it at ejabberd, too')
def wrong_password_ejabberd(world):
    account = stage(world).account('alice', 'c.test')
    desk = Desk(world, account)
    desk.connector.set_password('wrong')
    desk.start().wait_failed(AUTHENTICATION_FAILED)
    assert len(account.site.proxy.attempts) == 1


@test('pitfall 11: an account whose name has letters beyond ASCII is one like any other')
def beyond_ascii(world):
    s = stage(world)
    account, other = s.account('müller'), s.account('žofie')
    s.befriend(account, other)
    desk = signs_in(world, account)
    signs_in(world.neighbour(), other)
    eventually(lambda: desk.contact(other.jid).get('Status') == names.STATUS_ONLINE,
               'the other is there')


@test('an account is tried when it is added, beside the one that runs')
def added(world):
    account = stage(world).account()
    desk = signs_in(world, account)
    alice = Player(world, 'alice')
    alice.env.update(world.users.environment,
                     MSGR_XMPP=alice.install(built('MSGR_XMPP', 'src/xmpp/msgr-xmpp')))
    add = 'account', 'add', '--password-file', account.jid
    status, said = alice.ctl(*add, said='wrong\n')
    assert status == 1 and 'does not accept the password' in said and 'not started' in said, said
    status, said = alice.ctl(*add, said=account.password + '\n')
    assert status == 0 and account.jid + ': signed in' in said and 'By hand' in said, said
    status, said = alice.ctl('account', 'test', account.jid)
    assert status == 0 and account.jid + ': signed in' in said, said
    assert desk.status == names.STATUS_ONLINE and account.site.proxy.open() == 1


@test('pitfall 10: a password that others can read is not used')
def open_password(world):
    account = stage(world).account()
    desk = Desk(world, account)
    os.chmod(desk.connector.home + '/.config/msgr/accounts/%s.password' % account.jid, 0o644)
    desk.start().wait_failed(AUTHENTICATION_FAILED)
    assert not account.site.proxy.attempts


@test('libstrophe 4, pitfall 9: a bad certificate stops it, and its fingerprint is told')
def certificates(world):
    s = stage(world)
    account = s.account()
    desk = Desk(world, account)
    for kind in ('expired', 'of_another', 'self_signed'):
        account.site.reconfigure(certificate=getattr(s.authority, kind)('a.test'))
        account.site.proxy.reset()
        desk.start().wait_failed()
        told = desk.connector.process.log.lower().replace(':', '')
        fingerprint = s.authority.fingerprint(account.site.server.certificate)
        will_retry, message = desk.why()
        assert fingerprint in told, kind
        assert fingerprint in message.lower().replace(':', '') and not will_retry, message
        assert len(account.site.proxy.attempts) == 1, kind
        desk.connector.close()
        desk.client.forget()


@test('a certificate of another host is refused by direct TLS, too, and at a server that was given')
def certificate_of_another(world):
    s = stage(world)
    account = s.account()
    account.site.offer_direct_tls()
    account.site.reconfigure(certificate=s.authority.of_another('a.test'))
    for config in ('', 'Server=c2s.a.test:5223\nDirectTls=true\n', 'Server=c2s.a.test:5222\n'):
        desk = Desk(world, account, config=config)
        desk.start().wait_failed()
        will_retry, message = desk.why()
        assert 'certificate' in message and not will_retry, (config, message)
        desk.connector.close()
        desk.client.forget()


@test('a certificate that was put right is taken at the next Signin')
def better_certificate(world):
    s = stage(world)
    account = s.account()
    account.site.reconfigure(certificate=s.authority.expired('a.test'))
    desk = Desk(world, account).start()
    desk.wait_failed()
    account.site.reconfigure(certificate=s.authority.valid('a.test'))
    desk.request_signin()
    desk.wait_signed_in()


def stalled(world, starttls):
    """Its connection hangs in OpenSSL; it takes orders all the same, and ends when told to."""
    s = stage(world)
    account = s.account()
    if not starttls:
        account.site.offer_direct_tls()
    server = s.silent_server('a.test', starttls)
    desk = Desk(world, account).start()
    assert server.silent.wait(30), 'it did not come to TLS'
    desk.client.messenger.Signout(desk.service)
    assert server.gone.wait(30), 'it stays at the server'
    desk.connector.close()


@test('libstrophe 1: a server that is silent in the TLS handshake holds up nothing (STARTTLS)')
def stalled_starttls(world):
    stalled(world, True)


@test('libstrophe 1: a server that is silent in the TLS handshake holds up nothing (direct)')
def stalled_direct(world):
    stalled(world, False)


@test('libstrophe 2: a connector that is stopped in a TLS handshake ends at once, and well')
def stopped_in_handshake(world):
    s = stage(world)
    server = s.silent_server('a.test', True)
    desk = Desk(world, s.account()).start()
    assert server.silent.wait(30), 'it did not come to TLS'
    desk.connector.close()


@test('a server that stays silent is given up in time, and tried again')
def given_up(world):
    s = stage(world)
    account = s.account()
    server = s.silent_server('a.test', True)
    desk = Desk(world, account, config=IMPATIENT).start()
    desk.wait_failed()
    server.close()
    account.site.proxy.listen()
    desk.wait_signed_in()


@test('a server that accepts and says nothing at all is given up, too')
def deaf(world):
    account = stage(world).account()
    account.site.proxy.deaf = True
    desk = Desk(world, account, config=IMPATIENT).start()
    desk.wait_failed()
    account.site.proxy.reset()
    desk.wait_signed_in()


@test('a name server that does not answer holds up nothing')
def silent_names(world):
    s = stage(world)
    account = s.account()
    desk = Desk(world, account)
    s.names.silent = True
    asked = len(s.names.queries)
    desk.start()
    eventually(lambda: len(s.names.queries) > asked, 'it asked')
    desk.client.messenger.Signout(desk.service)
    desk.connector.close()


@test('pitfall 2: a server that is not there is tried again until it is')
def refused(world):
    account = stage(world).account()
    account.site.proxy.refuse()
    desk = Desk(world, account).start()
    desk.wait_failed()
    account.site.proxy.listen()
    desk.wait_signed_in()


def comes_back(world, end):
    account = stage(world).account()
    desk = signs_in(world, account)
    getattr(account.site.server, end)()
    desk.wait_signed_out()
    account.site.server.start()
    desk.wait_signed_in()


@test('a server that was killed is signed in to again')
def killed(world):
    comes_back(world, 'kill')


@test('pitfall 2: a server that was shut down is signed in to again')
def stopped(world):
    comes_back(world, 'stop')


@test('libstrophe 2: a connection that is cut anywhere in the login is followed by another')
def cut(world):
    account = stage(world).account()
    proxy = account.site.proxy
    desk = Desk(world, account)
    for count in (1, 400, 1500, 2500):
        proxy.reset()
        proxy.cut_after(DOWN, count)
        desk.start()
        eventually(lambda: proxy.limits[DOWN] < 0, 'it was cut')
        proxy.limits = {}
        desk.wait_signed_in()
        desk.connector.close()
        desk.client.forget()


@test('a server that stops answering is noticed, and left')
def frozen(world):
    account = stage(world).account()
    desk = signs_in(world, account, config=IMPATIENT)
    account.site.server.freeze()
    desk.wait_signed_out()
    account.site.server.thaw()
    desk.wait_signed_in()


@test('pitfall 3: a network that swallows everything is noticed, and the account comes back')
def swallowed(world):
    s = stage(world)
    desk = signs_in(world, s.account(), config=IMPATIENT, far=s.network)
    s.network.swallow()
    desk.wait_signed_out()
    s.network.restore()
    desk.wait_signed_in()


@test('pitfall 3: a cable that is pulled and plugged again brings the account back')
def pulled(world):
    s = stage(world)
    desk = signs_in(world, s.account(), config=IMPATIENT, far=s.network)
    s.network.pull()
    desk.wait_signed_out()
    s.network.restore()
    desk.wait_signed_in()


@test('pitfall 8: the same account and device twice: the first leaves, and stays away until asked')
def conflict(world):
    account = stage(world).account()
    first = signs_in(world, account, config='Resource=same\n')
    second = signs_in(world.neighbour(), account, config='Resource=same\n')
    first.wait_signed_out()
    will_retry, message = first.why()
    assert not will_retry and 'in use elsewhere' in message, message
    attempts = len(account.site.proxy.attempts)
    assert second.status == names.STATUS_ONLINE
    first.request_signin()
    second.wait_signed_out()
    first.wait_signed_in()
    assert len(account.site.proxy.attempts) == attempts + 1


@test('pitfall 8: the same account on two machines: both are signed in')
def two_devices(world):
    account = stage(world).account()
    first = signs_in(world, account)
    second = signs_in(world.neighbour(), account, config='Resource=two\n')
    assert first.status == second.status == names.STATUS_ONLINE
    assert account.site.proxy.open() == 2


@test('a user signs out, stays so over a restart of the connector, and signs in again')
def sign_out(world):
    account = stage(world).account()
    desk = signs_in(world, account)
    desk.client.messenger.Signout(desk.service)
    desk.wait_signed_out()
    eventually(lambda: not account.site.proxy.open(), 'the connection is closed')
    attempts = len(account.site.proxy.attempts)
    desk.connector.restart()
    desk.request_signin()
    desk.wait_signed_in()
    assert len(account.site.proxy.attempts) == attempts + 1


@test('a connector that is killed is signed out at once, and in again with the next')
def connector_killed(world):
    desk = signs_in(world, stage(world).account())
    desk.connector.kill()
    desk.wait_signed_out()
    desk.connector.start()
    desk.wait_signed_in()


@test('a service that is restarted gets its connector again')
def service_restarted(world):
    account = stage(world).account()
    desk = signs_in(world, account)
    world.restart()
    desk.client = world.unlocked('alice', desk.key, 'SessionManager', 'Private')
    eventually(lambda: desk.status == names.STATUS_ONLINE, 'the account is online again')


@test('libstrophe 6: a list of contacts that fills TLS records is read to its end')
def large_roster(world):
    account = stage(world).account()
    contacts = {'a-contact-with-a-rather-long-name-%d@a.test' % n: 'both' for n in range(900)}
    account.site.server.set_roster(account.user, contacts)
    desk = signs_in(world, account)
    desk.wait_contacts(*contacts)


@test('pitfall 9: a server without TLS is told no password')
def no_tls(world):
    s = stage(world)
    s.site('a.test').reconfigure(level='debug', more='''
modules_disabled = { "posix", "tls" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
''')
    account = s.account()
    desk = Desk(world, account).start()
    desk.wait_failed()
    assert account.site.proxy.attempts
    assert 'Received[c2s_unauthed]: <auth' not in account.site.server.log()


@test('libstrophe 7, pitfall 4: no stream management is asked for')
def no_stream_management(world):
    s = stage(world)
    s.site('a.test').reconfigure(level='debug')
    account = s.account()
    signs_in(world, account)
    log = account.site.server.log()
    assert 'Received[c2s]: <iq' in log
    assert 'urn:xmpp:sm:' not in log.replace('features', ''), 'stream management'
