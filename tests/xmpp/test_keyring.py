# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Passwords in a real keyring: msgrctl stores them and takes them out again, msgr-xmpp signs in
# with them, and says what it lacks where there is no keyring, or one that is locked.

import os

from msgrtest import names
from msgrtest.player import Player
from msgrtest.tap import test
from msgrtest.world import eventually
from xmpptest.bench import stage
from xmpptest.desk import Desk
from xmpptest.keyring import SessionBus
from xmpptest.machine import built

AUTHENTICATION_FAILED = names.HRESULTS['AuthenticationFailed']


class Home:
    """Alice's: a session bus, msgrctl, and a connector that isn't started yet."""

    def __init__(self, world):
        self.account = stage(world).account()
        self.desk = Desk(world, self.account)
        self.folder = self.desk.connector.home
        self.password_file = '%s/.config/msgr/accounts/%s.password' % (self.folder,
                                                                      self.account.jid)
        os.unlink(self.password_file)
        self.bus = SessionBus(world, world.user('alice'), self.folder)
        self.player = Player(world, 'alice')
        program = self.player.install(built('MSGR_XMPP', 'src/xmpp/msgr-xmpp'))
        self.player.env.update(self.bus.environment, **self.bus.programs, MSGR_XMPP=program)
        self.desk.connector.more = self.bus.programs

    def succeeds(self, *arguments, said=''):
        status, text = self.player.ctl(*arguments, said=said)
        assert status == 0, text
        return text

    def add(self):
        return self.succeeds('account', 'add', '--no-start', self.account.jid,
                             said=self.account.password + '\n')

    def files_with(self, text):
        """Those of the home directory that this is in."""
        found = []
        for folder, _folders, files in os.walk(self.folder):
            for name in files:
                with open(os.path.join(folder, name), 'rb') as file:
                    if text.encode() in file.read():
                        found.append(name)
        return found


@test('a password is kept in the keyring, is signed in with, and is gone with its account')
def kept(world):
    home = Home(world)
    home.bus.open_keyring()
    said = home.add()
    assert 'keyring' not in said, said
    assert len(home.bus.secrets_of(home.account.jid)) == 1
    assert not os.path.exists(home.password_file)
    assert not home.files_with(home.account.password)
    assert 'in the keyring' in home.succeeds('account', 'list')
    assert ': signed in' in home.succeeds('account', 'test', home.account.jid)
    home.desk.sign_in()
    home.desk.connector.close()
    home.succeeds('account', 'remove', home.account.jid)
    assert not home.bus.secrets_of(home.account.jid)
    assert not os.listdir(os.path.dirname(home.password_file))


@test('a password that is added again replaces the one in the keyring, wherever it was')
def replaced(world):
    home = Home(world)
    home.bus.open_keyring()
    right, home.account.password = home.account.password, 'wrong'
    home.add()
    home.desk.start().wait_failed(AUTHENTICATION_FAILED)
    home.account.password = right
    home.add()
    assert len(home.bus.secrets_of(home.account.jid)) == 1
    home.desk.request_signin()
    home.desk.wait_signed_in()
    home.succeeds('account', 'add', '--no-start', '--password-file', home.account.jid,
                  said=right + '\n')
    assert not home.bus.secrets_of(home.account.jid)
    assert home.files_with(right) == [os.path.basename(home.password_file)]


@test('a keyring that is locked is told, and nothing is tried until it is open')
def locked(world):
    home = Home(world)
    home.bus.open_keyring()
    home.add()
    home.bus.lock_keyring()
    home.desk.start().wait_failed(AUTHENTICATION_FAILED)
    will_retry, message = home.desk.why()
    assert not will_retry and 'locked' in message, message
    assert not home.account.site.proxy.attempts
    home.bus.close_keyring()
    home.bus.open_keyring()
    home.desk.request_signin()
    home.desk.wait_signed_in()


@test('where there is no keyring the password goes into a file, which is told')
def no_keyring(world):
    home = Home(world)
    said = home.add()
    assert 'There is no keyring' in said, said
    assert os.stat(home.password_file).st_mode & 0o777 == 0o600
    home.desk.sign_in()


@test('a keyring that comes later than the connector is asked again')
def late(world):
    home = Home(world)
    home.bus.open_keyring()
    home.add()
    home.bus.close_keyring()
    home.desk.start().wait_failed()
    will_retry, message = home.desk.why()
    assert will_retry and 'keyring does not answer' in message, message
    assert not home.account.site.proxy.attempts
    home.bus.open_keyring()
    eventually(lambda: home.desk.status != names.STATUS_OFFLINE, 'it has signed in by itself')
