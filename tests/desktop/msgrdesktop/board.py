# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The whiteboard, as its users see it.

from msgrtest.world import eventually

GUID = '{C3A1F6B2-7D0E-4B7C-9E57-6B1B0A2D4E90}'
BLUE, ORANGE = (28, 112, 217), (230, 97, 0)  # of who invites, of who is invited


def start(w, **messenger):
    """The service, with the keys and applications that are installed."""
    w.user('bob')
    w.start(config={'Messenger': {'DecisionWindow': 500, **messenger}},
            args=['--keys-dir=/usr/share/msgr/keys.d', '--apps-dir=/usr/share/msgr/apps.d'])


def painted(desktop):
    """Waits for the window of a whiteboard that is painted."""
    window = desktop.window('Whiteboard')
    eventually(lambda: desktop.look().at(500, 500) == (255, 255, 255), 'a white board')
    return window


def open_board(desktop):
    """Starts a whiteboard and waits until it is painted: the program and its window."""
    program = desktop.run('msgr-whiteboard')
    return program, painted(desktop)


def drawn(desktop, colour, least=300):
    """Waits until there is so much of this colour and no more comes: where it is."""
    last = set()

    def same():
        nonlocal last
        before, last = last, desktop.look().ink(colour)
        return len(last) >= least and last == before

    eventually(same, '%s has drawn' % desktop.short)
    return last


def ink_is(desktop, colour, wanted):
    """Waits until exactly the wanted pixels have this colour."""
    eventually(lambda: desktop.look().ink(colour) == wanted,
               'the display of %s shows what was drawn' % desktop.short)
