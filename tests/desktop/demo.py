# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The story that tools/demo-desktop plays: two users in GNOME Shell. alice chooses bob, who sees a
# notification and accepts; his whiteboard starts, and what one draws the other sees.

import math
import os
import shutil

from msgrdesktop.board import BLUE, drawn, open_board, ORANGE, painted, start
from msgrdesktop.gnome import Gnome
from msgrtest import keys, names
from msgrtest.client import V
from msgrtest.tap import test
from msgrtest.world import eventually

CHOOSER = 'Invite to Whiteboard'
PICTURES = os.environ['MSGR_DEMO_PICTURES']


def say(text):
    print(text, flush=True)


class Pictures:
    def __init__(self):
        self.number = 0

    def take(self, desktop, what):
        self.number += 1
        name = '%d-%s-%s.png' % (self.number, desktop.short, what)
        taken = desktop.runtime + '/' + name
        desktop.save(taken)
        shutil.copyfile(taken, os.path.join(PICTURES, name))
        say('      picture: ' + name)


def wave(height, phase):
    """A line that looks as if somebody had drawn it."""
    return [(120 + 8 * i, int(330 + height * math.sin(phase + i / 7))) for i in range(90)]


def same_ink(one, other, colour):
    eventually(lambda: one.look().shape(colour) == other.look().shape(colour),
               'both see the same')


def states(watcher):
    return [fields['State'] for _path, fields in watcher.manager.ListSessions()]


@test('the story')
def _(w):
    pictures = Pictures()
    with Gnome(w, 'alice') as alice, Gnome(w, 'bob') as bob:
        start(w)
        for desktop in (alice, bob):
            desktop.start_agent()
        watcher = w.unlocked('alice', keys.DESK, 'SessionManager', 'Private')
        for name in ('echo', w.name_of('bob')):
            watcher.private.AddContact(name, V('s', 'local'))
        say('alice has a whiteboard, and wants to invite somebody to it')
        open_board(alice)
        alice.press('Whiteboard', 'Alt_L', 'i')
        chooser = alice.window(CHOOSER)
        eventually(lambda: min(alice.look().at(100, 400)) > 200, 'the window is painted')
        pictures.take(alice, 'chooses')
        say('she types a part of his name, and invites bob')
        alice.type(chooser, 'bob')
        alice.press(chooser, 'Return')
        say('bob is notified, and takes the pointer there')
        bob.unfold('Whiteboard', 'Accept')
        pictures.take(bob, 'is-invited')
        say('bob presses Accept; his agent starts the whiteboard')
        bob.press_button('Accept')
        painted(bob)
        eventually(lambda: states(watcher) == [names.CONNECTED], 'the session is CONNECTED')
        say('they are connected, and draw')
        for desktop, other, colour, line in ((alice, bob, BLUE, wave(120, 0)),
                                             (bob, alice, ORANGE, wave(80, 2))):
            desktop.drag(*line)
            drawn(desktop, colour)
            same_ink(desktop, other, colour)
        for desktop in (alice, bob):
            pictures.take(desktop, 'draws')
        say('bob closes his whiteboard')
        bob.js('global.display.focus_window.delete(global.get_current_time())')
        eventually(lambda: states(watcher) == [names.TERMINATED], 'it has ended')
