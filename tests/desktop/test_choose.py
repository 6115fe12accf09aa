# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The window that asks whom to invite, by the keyboard alone. The test is its agent.

import json
import subprocess

from msgrdesktop.desktop import Desktop
from msgrtest import names
from msgrtest.tap import test
from msgrtest.world import eventually

PROGRAM = '/usr/libexec/msgr-choose'
RED = (0xc0, 0x1c, 0x28)  # what is wrong
GREEN = (0x2e, 0xc2, 0x7e)  # who is online

BUSY = 0xA

CONTACTS = [('Anna', names.STATUS_ONLINE), ('Bob', BUSY),
            ('Bodo', names.STATUS_ONLINE), ('Carol', names.STATUS_OFFLINE)]


class Chooser:
    """A window of msgr-choose, and what it has said."""

    def __init__(self, desktop, contacts=CONTACTS):
        self.desktop = desktop
        self.program = desktop.run(PROGRAM, stdin=subprocess.PIPE)
        self.tell(application='Chess', host='example.org')
        self.show(contacts)
        self.window = desktop.window('Invite to Chess')
        desktop.xdo('windowfocus', '--sync', self.window)
        self.wait_painted()

    def wait_painted(self):
        """All that it was told is in the window."""
        eventually(lambda: self.desktop.look().ink(GREEN), 'the list is painted')

    def tell(self, **message):
        self.program.process.stdin.write(json.dumps(message).encode() + b'\n')
        self.program.process.stdin.flush()

    def show(self, contacts):
        self.tell(contacts=[{'path': '/' + name, 'name': name, 'signin': name.lower(),
                             'service': 'local', 'status': status} for name, status in contacts])

    def said(self):
        return [json.loads(line) for line in self.program.said.splitlines()
                if line.startswith('{')]

    def says(self, *answers):
        eventually(lambda: len(self.said()) >= len(answers), 'it says %r' % (answers,))
        assert self.said() == list(answers), self.said()

    def type(self, text, *keys):
        """All at once, as fast as it goes."""
        self.desktop.xdo('type', '--delay', 0, text)
        self.press(*keys)

    def press(self, *keys):
        if keys:
            self.desktop.xdo('key', '--delay', 0, *keys)

    def ends(self, *answers):
        assert self.program.ended() == 0, self.program.said
        assert self.said() == list(answers), self.said()


@test('what is typed is searched, and Return invites who is found, however fast')
def _(w):
    with Desktop(w, 'alice') as desktop:
        chooser = Chooser(desktop)
        chooser.type('bodo', 'Return')
        chooser.says({'contact': '/Bodo'})
        chooser.press('ctrl+a')
        chooser.type('an', 'alt+i')
        chooser.says({'contact': '/Bodo'}, {'contact': '/Anna'})


@test('arrows choose in the list, and Return invites')
def _(w):
    with Desktop(w, 'alice') as desktop:
        chooser = Chooser(desktop)
        chooser.press('Down', 'Down', 'Down', 'Up', 'Return')
        chooser.says({'contact': '/Bob'})
        chooser.press('End', 'Up', 'Return')
        chooser.says({'contact': '/Bob'}, {'contact': '/Bodo'})


@test('who is not there is not invited')
def _(w):
    with Desktop(w, 'alice') as desktop:
        chooser = Chooser(desktop)
        chooser.type('carol', 'Return')
        chooser.press('ctrl+a')
        chooser.type('nobody', 'Return', 'ctrl+a', 'BackSpace', 'Down', 'End', 'Return', 'Home', 'Return')
        chooser.says({'contact': '/Anna'})


@test('a name that is not in the list, again after it was wrong')
def _(w):
    with Desktop(w, 'alice') as desktop:
        chooser = Chooser(desktop)
        chooser.press('alt+s')
        chooser.type('dave', 'Return')
        chooser.says({'name': 'dave'})
        chooser.tell(error='Nobody has this name')
        eventually(lambda: desktop.look().ink(RED), 'it is shown what is wrong')
        chooser.press('ctrl+a')
        chooser.type('erin')
        eventually(lambda: not desktop.look().ink(RED), 'that goes when the name is changed')
        chooser.press('Return')
        chooser.says({'name': 'dave'}, {'name': 'erin'})


@test('contacts that come and go leave the chosen one chosen')
def _(w):
    with Desktop(w, 'alice') as desktop:
        chooser = Chooser(desktop)
        chooser.press('Down', 'Down', 'Return')
        chooser.says({'contact': '/Bob'})
        before = len(desktop.look().ink(GREEN))
        chooser.show([('Aaron', names.STATUS_ONLINE)] + CONTACTS)
        eventually(lambda: len(desktop.look().ink(GREEN)) > before, 'the new list is painted')
        chooser.press('Tab', 'Tab', 'alt+i')
        chooser.says({'contact': '/Bob'}, {'contact': '/Bob'})


@test('Escape closes it, and nobody is invited')
def _(w):
    with Desktop(w, 'alice') as desktop:
        for keys in (['Escape'], ['Down', 'Down', 'Escape'], ['alt+s', 'x', 'Escape'], ['alt+c'],
                     ['b', 'o', 'Escape']):
            chooser = Chooser(desktop)
            chooser.press(*keys)
            chooser.ends()


@test('it closes when the agent has nothing more to ask')
def _(w):
    with Desktop(w, 'alice') as desktop:
        chooser = Chooser(desktop)
        chooser.type('bo')
        chooser.program.process.stdin.close()
        chooser.ends()
