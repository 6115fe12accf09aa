# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The programs in examples/: each alone with echo, each between two users, and one with another.
# Their keys are made as their comments tell. And the documents: what they quote and name is there.

import os
import re
import shutil
import subprocess
import sys
import threading

from msgrtest.client import DEADLINE
from msgrtest.tap import test
from msgrtest.world import HERE, Skip

TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
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


def built(variable, path):
    """A program of the build: where the build system says, or where it is by default."""
    program = os.environ.get(variable, os.path.join(TOP, 'build', path))
    if not os.path.exists(program):
        raise Skip('%s is not built; %s can tell where it is' % (path, variable))
    return program


class Player:
    """A user with a home directory, who runs programs."""

    def __init__(self, w, user):
        self.w = w
        self.name = w.name_of(user)
        self.popen = w.users.become(w.user(user))
        home = w.make_dir('home-' + user, 0o700, w.user(user).uid)
        self.bin = w.make_dir('bin-' + user)
        self.env = {key: value for key, value in os.environ.items()
                    if not key.startswith(('DBUS_', 'XDG_', 'MSGR_'))}
        self.env.update(HOME=home, LC_ALL='C.UTF-8', PATH=self.bin + ':' + os.environ['PATH'],
                        DBUS_SYSTEM_BUS_ADDRESS=w.hall.bus.address)
        self.msgrctl = self.install(built('MSGRCTL', 'src/ctl/msgrctl'))

    def install(self, program):
        """Where its user can run it, wherever the sources are."""
        target = os.path.join(self.bin, os.path.basename(program))
        shutil.copyfile(program, target)
        os.chmod(target, 0o755)
        return target

    def command(self, language):
        program, runner, _key = LANGUAGES[language]
        if runner and not shutil.which(runner[0]):
            raise Skip(runner[0] + ' is not installed')
        source = built('MSGR_DUET', 'examples/duet') if not runner else \
            os.path.join(TOP, 'examples', program)
        return [*runner, self.install(source)]

    def make_key(self, *arguments):
        done = subprocess.run([self.msgrctl, *arguments], env=self.env, cwd='/', text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=DEADLINE, check=False,
                              **self.popen)
        assert done.returncode == 0, done.stdout

    def run(self, language, *arguments):
        return Program(self, [*self.command(language), *arguments])

    def plays(self, language, *arguments):
        self.make_key(*LANGUAGES[language][2])
        return self.run(language, *arguments)


class Program:
    """An example that runs; what it says is collected."""

    def __init__(self, player, command):
        self.command = command
        self.lines = []
        self.condition = threading.Condition()
        self.process = subprocess.Popen(command, env=player.env, cwd='/', text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, **player.popen)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.condition:
                self.lines.append(line.rstrip('\n'))
                self.condition.notify_all()
        with self.condition:
            self.process.stdout.close()
            self.condition.notify_all()

    def said(self, wanted, times=1):
        """Waits until it has said a line so often."""
        with self.condition:
            self.condition.wait_for(lambda: self.process.stdout.closed or
                                    self.lines.count(wanted) >= times, DEADLINE)
            assert self.lines.count(wanted) >= times, self.lines

    def end(self):
        """Waits for its end: its exit status and all that it said."""
        try:
            status = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = 'hangs'
        self.process.wait()
        self.reader.join(DEADLINE)
        return status, self.lines

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
