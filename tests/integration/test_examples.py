# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The programs in examples/: each alone with echo, each between two users, and one with another.
# Their keys are made as their comments tell. And the documents: what they quote and name is there.

import os
import re
import shutil
import sys

from msgrtest import player
from msgrtest.player import TOP, built
from msgrtest.tap import test
from msgrtest.world import Skip

KEY_ID = 'org.example.Duet'
SESSIONS = ('keys', 'new', KEY_ID, '-c', 'sessions')
ALL = ('keys', 'new', KEY_ID)
HMAC = ('--algorithm', 'hmac-sha256')

# language -> the program, what runs it, and its msgrctl command for a key
LANGUAGES = {
    'C': ('duet', [], SESSIONS),
    'Python': ('duet.py', [sys.executable], SESSIONS + HMAC),
    'gjs': ('duet.js', ['gjs', '-m'], SESSIONS + HMAC),
    'shell': ('session.sh', ['bash'], ('keys', 'new')),
}

WAITING = 'waiting for an invitation'


class Player(player.Player):
    """A user who runs examples."""

    def command(self, language):
        program, runner, _key = LANGUAGES[language]
        if runner and not shutil.which(runner[0]):
            raise Skip(runner[0] + ' is not installed')
        source = built('MSGR_DUET', 'examples/duet') if not runner else \
            os.path.join(TOP, 'examples', program)
        return [*runner, self.install(source)]

    def make_key(self, *arguments):
        status, said = self.ctl(*arguments)
        assert status == 0, said

    def run(self, language, *arguments):
        return Example(self, [*self.command(language), *arguments])

    def plays(self, language, *arguments):
        self.make_key(*LANGUAGES[language][2])
        return self.run(language, *arguments)


class Example(player.Program):
    def story(self):
        """Its end, which has to be a good one; what msgrctl says in between is left out."""
        status, lines = self.end()
        assert status == 0, '%s: %s %s' % (self.command, status, lines)
        return [line for line in lines if not line.startswith('Unlocked')]


def inviter_story(name, said='no, you'):
    return ['invited ' + name, 'connected, the other side is at 127.0.0.1',
            'the other side says: ' + said, 'ended: 0x81000606']


def invitee_story(language, name):
    return [WAITING, 'invited by ' + name + ('' if language == 'shell' else ': a duet?'),
            'connected, the other side is at 127.0.0.1', 'the other side says: you begin',
            'ended: 0x81000607']


def between_two(w, inviter, invitee):
    w.user('bob')
    w.start()
    alice, bob = Player(w, 'alice'), Player(w, 'bob')
    waits = bob.plays(invitee, 'wait')
    try:
        waits.said(WAITING)
        story = alice.plays(inviter, 'invite', bob.name).story()
        assert story == inviter_story(bob.name), story
        story = waits.story()
        assert story == invitee_story(invitee, alice.name), story
    finally:
        waits.process.kill()
        waits.end()


def register(language, other):
    @test('%s: alone, with echo' % language)
    def _(w):
        w.start()
        story = Player(w, 'alice').plays(language, 'invite', 'echo').story()
        assert story == inviter_story('echo', 'you begin'), story

    @test('%s: between two users' % language)
    def _(w):
        between_two(w, language, language)

    @test('%s invites %s' % (language, other))
    def _(w):
        between_two(w, language, other)

    @test('%s: tells what is wrong' % language)
    def _(w):
        w.start()
        alice = Player(w, 'alice')
        status, lines = alice.run(language, 'invite', 'echo').end()
        assert status not in (0, 'hangs') and any('key' in line for line in lines), lines
        status, lines = alice.run(language, 'dance').end()
        assert status not in (0, 'hangs') and 'usage' in lines[0], lines
        status, lines = alice.plays(language, 'invite', 'nobody-of-that-name').end()
        assert status not in (0, 'hangs'), lines
        assert 'There is no user of this name' in lines[-1], lines


def register_program(language):
    key = ALL + HMAC if HMAC[0] in LANGUAGES[language][2] else ALL

    @test('%s: with a key that sees all, where the inviter is to be launched, too' % language)
    def _(w):
        w.start()
        alice = Player(w, 'alice')
        alice.make_key(*key)
        story = alice.run(language, 'invite', 'echo').story()
        assert story == inviter_story('echo', 'you begin'), story

    @test('%s: goes on when the service is back' % language)
    def _(w):
        w.start()
        alice = Player(w, 'alice')
        waits = alice.plays(language, 'wait')
        try:
            waits.said(WAITING)
            w.daemon.kill()
            waits.said('the service is not there: waiting for it')
            w.start(standard=False)
            waits.said(WAITING, times=2)
        finally:
            waits.process.kill()
            waits.end()


def read(*path):
    with open(os.path.join(TOP, *path), encoding='utf-8') as file:
        return file.read()


@test('README.md quotes the examples as they are')
def _(w):
    sources = {'python': 'duet.py', 'js': 'duet.js', 'c': 'duet.c'}
    quoted = re.findall(r'^```(python|js|c)\n(.*?)^```$', read('README.md'), re.M | re.S)
    assert {language for language, _text in quoted} == set(sources), quoted
    for language, text in quoted:
        assert text in read('examples', sources[language]), text


@test('docs/your-first-application.md quotes the whiteboard as it is')
def _(w):
    sources = {'python': ('msgr-whiteboard',), 'json': ('app.json', 'key.json')}
    quoted = re.findall(r'^```(\w+)\n(.*?)^```$', read('docs', 'your-first-application.md'),
                        re.M | re.S)
    assert len(quoted) >= 15, quoted
    for language, text in quoted:
        assert any(text in read('examples', 'whiteboard', name) for name in sources[language]), text


@test('CONTRIBUTING.md names functions that there are')
def _(w):
    file = None
    found = 0
    for cell, names in re.findall(r'^\| (`src/\S+`)? ?\| (`\w+\(\)`.*?) \|',
                                  read('CONTRIBUTING.md'), re.M):
        file = cell.strip('`') or file
        for name in re.findall(r'`(\w+)\(\)`', names):
            assert re.search(r'^%s\(' % name, read(file), re.M), '%s: %s()' % (file, name)
            found += 1
    assert found >= 20, found


for pair in zip(LANGUAGES, [*list(LANGUAGES)[1:], 'C']):
    register(*pair)
for program in ('C', 'Python', 'gjs'):
    register_program(program)
