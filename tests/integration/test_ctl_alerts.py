# SPDX-License-Identifier: LGPL-2.1-or-later
#
# msgrctl, as people use it, against the service.

import json
import os
import signal

from msgrtest import keys, names
from msgrtest.agent import Agent
from msgrtest.keys import FRIENDS, Key
from msgrtest.player import Player
from msgrtest.tap import test
from msgrtest.world import eventually

NEWS = Key('org.example.News', capabilities=('private', 'publish-alerts'))


def give_key(w, player, short, key):
    """The client's half of a key, in a file of the user's own; returns the way to it."""
    path = os.path.join(player.env['HOME'], key.id + '.json')
    half = {'id': key.id, 'algorithm': key.algorithm, 'key': key.secret}
    keys.put(path, json.dumps(half), 0o600, w.user(short).uid)
    return ['--key', path]


def start(w, config=None):
    w.add_key(NEWS)
    w.start(config)
    alice, bob = Player(w, 'alice'), Player(w, 'bob')
    return alice, bob, give_key(w, alice, 'alice', NEWS), give_key(w, bob, 'bob', FRIENDS)


def publish(player, key, *arguments, **options):
    status, said = player.ctl(*key, 'alerts', 'publish', '--site', '7', *arguments, **options)
    assert status == 0, said
    return said


def watch(player, key, *arguments):
    return player.start([player.msgrctl, '--json', *key, 'alerts', 'watch', '--site', '7',
                         *arguments])


def heard(program, count):
    """Waits for so many alerts: their texts."""
    with program.condition:
        program.condition.wait_for(
            lambda: program.process.stdout.closed or len(program.lines) >= count, 30)
    return [json.loads(line)['Args']['alert'] for line in program.lines]


@test('alerts: published and watched, over a restart of the service')
def _(w):
    alice, bob, news, friend = start(w)
    assert publish(alice, news, '--to', bob.name, 'one') == 'Published to %s.\n' % bob.name
    program = watch(bob, friend)
    try:
        assert heard(program, 1) == ['one']
        publish(alice, news, '--to', bob.name, '--url', 'https://example.org/2', '-e', '1h', '-',
                said='two\nlines\n')
        assert heard(program, 2) == ['one', 'two\nlines']
        event = json.loads(program.lines[1])
        assert event['Event'] == 'OnAlertReceived' and event['Interface'] == names.PRIVATE1
        assert event['Args']['details']['Url'] == 'https://example.org/2'
        w.daemon.kill()
        w.start(standard=False)
        said = publish(alice, news, '--everyone', '--json', 'three')
        assert json.loads(said) == {'SigninName': ''}
        publish(alice, news, '--to', bob.name, 'four')
        assert heard(program, 3)[2] == 'four' or heard(program, 4)[2:] == ['three', 'four']
        program.process.send_signal(signal.SIGTERM)
        assert program.end()[0] == 0
    finally:
        program.process.kill()
        program.end()


@test('alerts: a line for people')
def _(w):
    alice, bob, news, friend = start(w)
    publish(alice, news, '--to', bob.name, '--url', 'https://example.org/2', 'a "red"\nbuild')
    program = bob.start([bob.msgrctl, *friend, 'alerts', 'watch', '-s', '7'])
    try:
        with program.condition:
            program.condition.wait_for(lambda: program.lines, 30)
        time, line = program.lines[0].split('  ', 1)
        assert len(time) == len('12:00:00.000')
        assert line.startswith('7  org.example.News: ') and 'build' in line, line
        assert line.endswith('  https://example.org/2'), line
    finally:
        program.process.kill()
        program.end()


def left(w):
    """What a client that comes now is told that the agent will show."""
    late = w.unlocked('bob', FRIENDS, 'Private')
    late.private.EnableAlertEvents([7])
    return [event.args[0] for event in late.said(names.PRIVATE1) if event.args[1]]


@test('alerts: watch --take leaves nothing to the agent')
def _(w):
    alice, bob, news, friend = start(w, {'Messenger': {'DecisionWindow': 3000}})
    agent = Agent(w, 'bob')
    program = watch(bob, friend, '--take')
    try:
        publish(alice, news, '--to', bob.name, 'one')
        assert heard(program, 1) == ['one']
        publish(alice, news, '--to', bob.name, 'two')
        assert heard(program, 2) == ['one', 'two']
        eventually(lambda: not left(w), 'both are taken')
    finally:
        program.process.kill()
        program.end()
    publish(alice, news, '--to', bob.name, 'three')
    assert agent.wait('ShowAlert').args[0]['Alert'] == 'three'
    assert agent.idle()


@test('alerts: what is wrong is said')
def _(w):
    alice, bob, news, friend = start(w)
    status, said = bob.ctl(*friend, 'alerts', 'publish', '-s', '7', '--to', alice.name, 'x')
    assert status == 1 and 'private and publish-alerts' in said and 'keys.d' in said, said
    status, said = bob.ctl('alerts', 'watch', '-s', '7')
    assert status == 1 and 'keys new' in said, said
    assert bob.ctl('keys', 'new', '-c', 'sessions')[0] == 0
    status, said = bob.ctl('alerts', 'watch', '-s', '7')
    assert status == 1 and 'capability private' in said, said
    status, said = alice.ctl(*news, 'alerts', 'publish', '-s', '7', '--to', 'nobody-here', 'x')
    assert status == 1 and 'nobody-here is not known' in said, said
    status, said = alice.ctl(*news, 'alerts', 'publish', '-s', '7', '--to', bob.name, '-',
                             said='x' * 5000)
    assert status == 1 and '4096' in said, said
