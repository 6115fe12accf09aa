# SPDX-License-Identifier: LGPL-2.1-or-later
#
# msgrctl's verbs about contacts and oneself, as people use them.

import json
import signal

from msgrtest.client import V
from msgrtest.keys import DESK, put
from msgrtest.network import Connector, Network
from msgrtest.player import Player
from msgrtest.tap import test
from msgrtest.world import eventually


def start(w):
    w.start()
    players = [Player(w, short) for short in ('alice', 'bob')]
    for player in players:
        succeeds(player, 'keys', 'new')
    return players


def succeeds(player, *arguments):
    status, said = player.ctl(*arguments)
    assert status == 0, (arguments, said)
    return said


def fails(player, *arguments):
    status, said = player.ctl(*arguments)
    assert status == 1, (arguments, status, said)
    return said


def contacts(player):
    return json.loads(succeeds(player, '--json', 'contacts', 'list'))


def ours(lines):
    """The events among what a watch has printed: (what, whom or hr, more)."""
    found = []
    for line in lines:
        event = json.loads(line)
        args = event.get('Args', {})
        found.append((event['Event'], event.get('Contact', {}).get('SigninName') or
                      args.get('contact') or args.get('hr'), args.get('status')))
    return found


@test('contacts are added, listed, blocked and removed')
def _(w):
    alice, bob = start(w)
    assert 'msgrctl contacts add' in succeeds(alice, 'contacts')
    assert succeeds(alice, 'contacts', 'add', bob.name) == '%s is in your list.\n' % bob.name
    succeeds(alice, 'contacts', 'add', 'echo')
    assert [c['SigninName'] for c in contacts(alice)] == ['echo', bob.name]
    table = succeeds(alice, 'contacts', 'list').splitlines()
    assert [line.split()[0] for line in table] == ['NAME', 'echo', bob.name], table
    assert 'nobody called' in fails(alice, 'contacts', 'add', 'no-such-user')
    said = fails(alice, '--json', 'contacts', 'add', 'no-such-user')
    assert json.loads(said)['Error'] == 'NoContact', said
    succeeds(alice, 'contacts', 'block', bob.name)
    assert contacts(alice)[1]['Blocked'] is True
    assert succeeds(alice, 'contacts', 'unblock', bob.name) == '%s is not blocked.\n' % bob.name
    assert contacts(alice)[1]['Blocked'] is False
    succeeds(alice, 'contacts', 'remove', bob.name)
    assert 'not in your list' in fails(alice, 'contacts', 'remove', bob.name)
    assert [c['SigninName'] for c in contacts(alice)] == ['echo']


@test('a status, a name and a policy of one\'s own')
def _(w):
    _alice, bob = start(w)
    desk = w.unlocked('alice', DESK)
    path = desk.contact_of(bob.name)
    there = w.unlocked('bob', DESK)
    assert succeeds(bob, 'me', 'status') == 'online\n'
    assert succeeds(bob, 'me', 'status', 'on-the-phone') == 'on the phone\n'
    assert desk.contact(path).get('Status') == 0x32
    assert json.loads(succeeds(bob, '--json', 'me', 'status')) == {
        'ServiceId': 'local', 'Status': 0x32, 'StatusName': 'ON_THE_PHONE'}
    assert succeeds(bob, 'me', 'name', 'Bob the Builder') == 'Bob the Builder\n'
    assert desk.contact(path).get('FriendlyName') == 'Bob the Builder'
    succeeds(bob, 'me', 'name', '')
    assert desk.contact(path).get('FriendlyName') != 'Bob the Builder'
    succeeds(bob, 'me', 'policy', '--accept-from', 'contacts')
    assert json.loads(succeeds(bob, '--json', 'me', 'policy')) == {
        'AcceptFrom': 'contacts', 'StatusTo': 'everyone', 'ServiceId': 'local'}
    assert desk.contact(path).get('Status') == 1
    assert 'everyone' in fails(bob, 'me', 'policy', '--status-to', 'some')
    assert 'no service' in fails(bob, 'me', 'status', '--service', 'post')
    there.barrier()


@test('who looks at the contacts is not seen by that, and hears who comes and goes')
def _(w):
    alice, bob = start(w)
    succeeds(alice, 'contacts', 'add', bob.name)
    desk = w.unlocked('bob', DESK, 'SessionManager', 'Private')
    of_alice = desk.contact_of(alice.name)
    program = alice.start([alice.msgrctl, '--json', 'contacts', 'watch'])

    def heard(wanted):
        eventually(lambda: wanted in ours(list(program.lines)), repr(wanted))

    try:
        heard(('Contact', bob.name, None))
        assert desk.contact(of_alice).get('Status') == 1
        path = contacts(alice)[0]['Contact']
        desk.messenger.SetStatus('local', 0xa)
        heard(('OnContactStatusChange', path, 0xa))
        desk.close()
        heard(('OnContactStatusChange', path, 1))
        w.daemon.kill()
        w.start(standard=False)
        heard(('ServiceBack', None, None))
        w.unlocked('bob', DESK)
        heard(('OnContactStatusChange', path, 0xa))
        succeeds(alice, 'contacts', 'remove', bob.name)
        heard(('OnContactListRemove', path, None))
    finally:
        program.process.send_signal(signal.SIGINT)
    status, lines = program.end()
    assert status == 0, (status, lines)


@test('who asks to be a contact is a line of the watch, and all of it is in its JSON')
def _(w):
    _alice, bob = start(w)
    connector = Connector(w, 'bob', 'bob@b.test', Network())
    programs = [bob.start([bob.msgrctl, *options, 'watch']) for options in ([], ['--json'])]
    try:
        for program in programs:
            eventually(lambda p=program: any('OnLockStatusChanged' in line and 'Private' in line
                                             for line in list(p.lines)), 'it is unlocked')
        connector.manager.DeliverContactRequest(connector.service, 'mallory@m.test', {
            'FriendlyName': V('s', 'Your Bank'), 'Message': V('s', 'hello\n\u202e')})
        eventually(lambda: any(
            line.endswith('mallory@m.test (test:bob@b.test) asks to see your status: '
                          '"hello\\n\\u{202e}"') and ' OnContactRequest ' in line
            for line in list(programs[0].lines)), 'the line')
        eventually(lambda: asked(programs[1]), 'the event')
    finally:
        for program in programs:
            program.process.send_signal(signal.SIGINT)
    assert [program.end()[0] for program in programs] == [0, 0]
    event = asked(programs[1])[0]
    assert (event['signin_name'], event['service_id']) == ('mallory@m.test', 'test:bob@b.test')
    assert event['details']['Message'] == 'hello\n\u202e', event


def asked(program):
    """The arguments of the contact requests that a watch has printed."""
    return [event['Args'] for event in map(json.loads, list(program.lines))
            if event['Event'] == 'OnContactRequest']


@test('what the administrator has fixed is told')
def _(w):
    alice, _bob = start(w)
    folder = w.config_dir + '/users.d'
    w.make_dir('etc/users.d')
    put('%s/%s.conf' % (folder, alice.name), 'StatusTo=nobody\n')
    eventually(lambda: 'nobody' in succeeds(alice, 'me', 'policy'), 'fixed')
    assert 'administrator has fixed StatusTo' in fails(alice, 'me', 'policy', '--status-to',
                                                       'everyone')
