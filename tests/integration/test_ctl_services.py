# SPDX-License-Identifier: LGPL-2.1-or-later
#
# How msgrctl tells of services that are signed in or not, and why.

import json
import os

from msgrtest import names
from msgrtest.client import V
from msgrtest.keys import DESK, put
from msgrtest.network import Connector, Network
from msgrtest.player import Player
from msgrtest.tap import test
from msgrtest.world import Skip, eventually

REFUSED = names.HRESULTS['AuthenticationFailed']
HOSTILE = 'no, “<b>” %s'


def start(w):
    """Bob, and the connector of an account of his that has a file, too."""
    w.start()
    bob = Player(w, 'bob')
    assert bob.ctl('keys', 'new')[0] == 0
    if 'account' not in bob.ctl('--help')[1]:
        raise Skip('msgrctl was built without accounts')
    folder = os.path.join(bob.env['HOME'], '.config/msgr/accounts')
    os.makedirs(folder)
    uid = w.user('bob').uid
    for name in ('bob@b.test', 'zoe@b.test'):
        put('%s/%s.conf' % (folder, name), '[Account]\n', 0o600, uid)
    os.chown(folder, uid, uid)
    connector = Connector(w, 'bob', 'bob@b.test', Network(), service='xmpp:bob@b.test')
    eventually(lambda: connector.online, 'it is signed in')
    return bob, connector


def said(player, *arguments):
    status, text = player.ctl(*arguments)
    assert status == 0, text
    return text


def table(player):
    """The columns of "account list" from STATE on: ADDRESS -> [STATE, SAYS]."""
    head, *rows = said(player, 'account', 'list').splitlines()
    state, says = head.index('STATE'), head.index('SAYS')
    return {row.split()[0]: [row[state:says].strip(), row[says:]] for row in rows}


def go_out(connector, hr, **reason):
    connector.reason = {key: V({bool: 'b', str: 's'}[type(value)], value)
                        for key, value in reason.items()}
    connector.sign_out(hr)


@test('an account is online, tried again, stopped for good, or not running')
def _(w):
    bob, connector = start(w)
    assert table(bob) == {'bob@b.test': ['online', ''], 'zoe@b.test': ['not running', '']}
    go_out(connector, names.CONNECTION_FAILURE, WillRetry=True, Message='nobody is there')
    assert table(bob)['bob@b.test'] == ['signed out: no connection; will be tried again',
                                        'nobody is there']
    go_out(connector, REFUSED, WillRetry=False, Message=HOSTILE)
    assert table(bob)['bob@b.test'] == ['signed out: wrong password', HOSTILE]
    connector.silent.add('Signin')
    w.unlocked('bob', DESK).messenger.Signin(connector.service)
    assert table(bob)['bob@b.test'] == ['signing in', '']
    connector.die()
    eventually(lambda: table(bob)['bob@b.test'] == ['not running', ''], 'its connector has gone')
    w.daemon.stop()
    assert table(bob)['bob@b.test'] == ['unknown', '']


@test('status tells the same, and both do in JSON')
def _(w):
    bob, connector = start(w)
    assert 'xmpp:bob@b.test as bob@b.test (bob@b.test): online\n' in said(bob, 'status')
    go_out(connector, REFUSED, Message=HOSTILE)
    lines = said(bob, 'status').splitlines()
    at = [number for number, line in enumerate(lines) if line.endswith(
        'xmpp:bob@b.test as bob@b.test (bob@b.test): signed out: wrong password')][0]
    assert lines[at + 1].strip() == '"%s"' % HOSTILE, lines
    wanted = {'Wanted': True, 'Connector': True, 'SigningIn': False, 'Result': REFUSED,
              'ResultName': 'AuthenticationFailed', 'WillRetry': False, 'Message': HOSTILE}
    account, other = json.loads(said(bob, '--json', 'account', 'list'))
    assert account == dict(wanted, Address='bob@b.test', Password='keyring', Status=1,
                           StatusName='OFFLINE'), account
    assert other == {'Address': 'zoe@b.test', 'Password': 'keyring'}, other
    local, service = json.loads(said(bob, '--json', 'status'))['Services']
    assert {key: service[key] for key in wanted} == wanted, service
    assert local['ServiceId'] == 'local' and 'Result' not in local, local


@test('signin waits for what comes of it, and says why not')
def _(w):
    bob, connector = start(w)
    sign_in = 'signin', 'xmpp:bob@b.test'
    assert said(bob, *sign_in) == 'Signed in to xmpp:bob@b.test.\n'
    connector.fails = {'ReportSignedIn': REFUSED}
    go_out(connector, names.CONNECTION_FAILURE, Message=HOSTILE)
    status, text = bob.ctl(*sign_in)
    assert status == 1 and 'xmpp:bob@b.test: signed out: wrong password\n' in text, text
    assert '"%s"' % HOSTILE in text, text
    status, text = bob.ctl('--json', *sign_in)
    assert status == 1 and json.loads(text)['Error'] == 'NotSignedIn', text
    connector.fails = {'ReportSignedIn': names.CONNECTION_FAILURE}
    connector.reason = {'WillRetry': V('b', True)}
    status, text = bob.ctl(*sign_in)
    assert status == 1 and 'no connection; will be tried again\n' in text, text
    connector.fails = {}
    assert json.loads(said(bob, '--json', *sign_in)) == {'ServiceId': 'xmpp:bob@b.test'}
    assert said(bob, 'signin') == 'Signed in to local.\n'
    connector.die()
    eventually(lambda: table(bob)['bob@b.test'] == ['not running', ''], 'its connector has gone')
    status, text = bob.ctl(*sign_in)
    assert status == 1 and 'xmpp:bob@b.test: not running\n' in text, text


@test('who is signed in nowhere signs in to local, and learns why not elsewhere')
def _(w):
    bob, connector = start(w)
    go_out(connector, REFUSED)
    said(bob, 'signout')
    connector.fails = {'ReportSignedIn': REFUSED}
    status, text = bob.ctl('signin', connector.service)
    assert status == 1 and 'xmpp:bob@b.test: wrong password\n' in text, text
    assert said(bob, 'signin') == 'Signed in to local.\n'


def service_of(player, name):
    """That which msgrctl takes a contact for."""
    return json.loads(said(player, '--json', 'contacts', 'show', name))['ServiceId']


@test('a contact of a network is found without naming its service, where there is only one')
def _(w):
    bob, connector = start(w)
    Connector(w, 'alice', 'zoe@z.test', connector.network)
    assert service_of(bob, w.name_of('bob')) == 'local'
    assert service_of(bob, 'Zoe@z.test') == 'xmpp:bob@b.test'
    status, text = bob.ctl('invite', 'zoe@z.test', '--app', 'Chess')
    assert status == 1 and 'apps list' in text, text
    said(bob, 'contacts', 'add', 'zoe@z.test')
    assert 'zoe@z.test (xmpp:bob@b.test)' in said(bob, 'contacts', 'list')


@test('of several services that counts which has the contact, and else it must be named')
def _(w):
    bob, _connector = start(w)
    other = Connector(w, 'bob', 'bob@c.test', Network(), service='xmpp:bob@c.test')
    Connector(w, 'alice', 'zoe@z.test', other.network)
    eventually(lambda: other.online, 'the other is signed in, too')
    for verb in ('show', 'add', 'remove', 'block'):
        status, text = bob.ctl('contacts', verb, 'zoe@z.test')
        assert status == 1, text
        assert 'by which --service?' in text and 'xmpp:bob@b.test, xmpp:bob@c.test' in text, text
    said(bob, 'contacts', 'add', 'zoe@z.test', '--service', other.service)
    assert service_of(bob, 'ZOE@z.test') == other.service
    said(bob, 'contacts', 'block', 'zoe@z.test')
    said(bob, 'contacts', 'remove', 'zoe@z.test')


@test('a name with an "@" where there is no network is not known, and it is told what to do')
def _(w):
    w.start()
    bob = Player(w, 'bob')
    assert bob.ctl('keys', 'new')[0] == 0
    status, text = bob.ctl('contacts', 'show', 'zoe@z.test')
    assert status == 1 and 'zoe@z.test is not known' in text and 'msgrctl status' in text, text
