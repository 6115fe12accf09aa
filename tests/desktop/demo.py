# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The story that tools/demo-desktop plays: two users in GNOME Shell. alice invites bob, who sees a
# notification and accepts; both whiteboards start, and what one draws the other sees.

import math
import os
import shutil

from msgrdesktop.board import BLUE, drawn, GUID, ORANGE, painted, start
from msgrdesktop.gnome import Gnome
from msgrtest import keys, names
from msgrtest.tap import test
from msgrtest.world import eventually

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


@test('the story')
def _(w):
    pictures = Pictures()
    with Gnome(w, 'alice') as alice, Gnome(w, 'bob') as bob:
        start(w)
        for desktop in (alice, bob):
            desktop.start_agent()
        say('alice invites bob to draw with her')
        messenger = w.unlocked('alice', keys.DESK)
        contact = messenger.contact_of(w.name_of('bob'))
        side = messenger.session(
            messenger.manager.InviteContact(GUID, contact, 'Draw with me?', {}))
        say('bob is notified, and takes the pointer there')
        bob.point('Whiteboard')
        bob.shows('Accept')
        pictures.take(bob, 'is-invited')
        say('bob presses Accept; the agents of both start the whiteboard')
        bob.press_button('Accept')
        for desktop in (alice, bob):
            painted(desktop)
        eventually(lambda: side.get('State') == names.CONNECTED, 'the session is CONNECTED')
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
        eventually(lambda: side.get('State') == names.TERMINATED, 'it has ended')
