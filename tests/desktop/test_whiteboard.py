# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The whiteboard of the examples, on displays of two users: what is drawn on one is seen on the
# other, and whoever else connects is not heard.

import socket
import struct

from msgrdesktop.board import BLUE, drawn, GUID, ink_is, open_board, ORANGE, start
from msgrdesktop.desktop import Desktop
from msgrtest import keys, names
from msgrtest.client import DEADLINE
from msgrtest.tap import test
from msgrtest.world import eventually

socket.setdefaulttimeout(DEADLINE)


class Invited:
    """alice has invited bob from a messenger, and bob has accepted: both are to be launched."""

    def __init__(self, w):
        self.alice, self.bob = w.unlocked('alice', keys.DESK), w.unlocked('bob', keys.DESK)
        contact = self.alice.contact_of(w.name_of('bob'))
        self.a = self.alice.session(self.alice.manager.InviteContact(GUID, contact, '', {}))
        self.b = self.bob.session(self.bob.wait('OnInvitation').args[0])
        self.b.Accept('')

    def connected(self):
        eventually(lambda: self.a.get('State') == names.CONNECTED, 'the session is CONNECTED')
        return self


@test('what one draws is seen on the display of the other, both ways, with mouse and keys')
def _(w):
    with Desktop(w, 'alice') as alice, Desktop(w, 'bob') as bob:
        start(w, DecisionWindow=60000)
        session = Invited(w)
        windows = [open_board(desktop)[1] for desktop in (alice, bob)]
        session.connected()
        alice.drag((100, 150), (300, 150), (300, 400), (100, 150))
        blue = drawn(alice, BLUE)
        ink_is(bob, BLUE, blue)
        bob.press(windows[1], *['Right'] * 20, *['Down'] * 10)
        orange = drawn(bob, ORANGE)
        ink_is(alice, ORANGE, orange)
        assert bob.look().ink(BLUE) == blue
        alice.press(windows[0], 'alt+c')
        for desktop in (alice, bob):
            ink_is(desktop, BLUE, set())
            ink_is(desktop, ORANGE, set())
        bob.close_window(windows[1])
        eventually(lambda: session.a.get('State') == names.TERMINATED, 'the session has ended')


@test('pain 3: the one that runs already takes the session, whatever process was started for it')
def _(w):
    with Desktop(w, 'alice') as alice, Desktop(w, 'bob') as bob:
        start(w, DecisionWindow=60000)
        first, _ = open_board(bob)
        _, window = open_board(alice)
        session = Invited(w)
        assert session.a.get('State') == names.ACCEPTED
        for desktop in (alice, bob):
            second = desktop.run('msgr-whiteboard')
            assert second.ended() == 0, second.said
        session.connected()
        assert first.process.poll() is None
        alice.drag((100, 150), (300, 300))
        ink_is(bob, BLUE, drawn(alice, BLUE))
        # one more, while it is busy: a window of its own
        other = Invited(w)
        for desktop in (alice, bob):
            assert desktop.run('msgr-whiteboard').ended() == 0
        other.connected()
        assert session.a.get('State') == names.CONNECTED
        alice.close_window(window)  # the upper one
        eventually(lambda: other.b.get('State') == names.TERMINATED, 'the second has ended')
        assert session.b.get('State') == names.CONNECTED


@test('drawing outlives the service, and a session is ended after it is back')
def _(w):
    with Desktop(w, 'alice') as alice, Desktop(w, 'bob') as bob:
        start(w, DecisionWindow=60000)
        session = Invited(w)
        windows = [open_board(desktop)[1] for desktop in (alice, bob)]
        session.connected()
        w.daemon.kill()
        alice.drag((100, 150), (300, 300))
        ink_is(bob, BLUE, drawn(alice, BLUE))
        start(w, DecisionWindow=60000)
        alice_again, bob_again = w.unlocked('alice', keys.DESK), w.unlocked('bob', keys.DESK)
        states = [client.session(side.path) for client, side in
                  ((alice_again, session.a), (bob_again, session.b))]
        assert [state.get('State') for state in states] == [names.CONNECTED] * 2
        bob.drag((500, 150), (600, 300))
        ink_is(alice, ORANGE, drawn(bob, ORANGE, 100))
        alice.close_window(windows[0])
        for state in states:
            eventually(lambda: state.get('State') == names.TERMINATED, 'it has ended')
        bob.drag((100, 300), (300, 300))  # alone, and still there
        drawn(bob, ORANGE)


@test('who connects without the token is not heard, and nobody is kept out by it')
def _(w):
    with Desktop(w, 'alice') as alice:
        start(w, DecisionWindow=60000)
        session = Invited(w)
        session.b.SuppressDefault('BeforeAppLaunch')
        open_board(alice)
        session.connected()
        port, token = eventually(lambda: session.b.get('ContextData'), 'the token').split()
        assert len(token) == 43
        address = (session.b.get('RemoteAddress'), int(port))
        assert address[0] == '127.0.0.1'
        line = struct.pack('!B4H', 1, 100, 100, 300, 100)
        wrong = (('y' if token[0] == 'x' else 'x') + token[1:]).encode()
        intruder = socket.create_connection(address)
        intruder.sendall(wrong)
        assert intruder.recv(1) == b''  # told nothing, and hung up on
        silent = [socket.create_connection(address) for _ in range(20)]
        assert silent[0].recv(1) == b''  # made room
        with socket.create_connection(address) as peer:
            peer.sendall(token.encode() + line[:4])
            peer.sendall(line[4:] + line * 3)
            orange = drawn(alice, ORANGE)
            with socket.create_connection(address) as late:
                late.sendall(token.encode())
                assert late.recv(1) == b''  # one only
            # whatever bytes come are lines somewhere, or nothing
            peer.sendall(struct.pack('!B4H', 7, 1, 2, 3, 4) + struct.pack('!B4H', 1, *[65535] * 4))
            peer.sendall(struct.pack('!B4H', 1, 200, 300, 300, 300))
            eventually(lambda: alice.look().ink(ORANGE) > orange, 'alice still listens')
            peer.sendall(bytes(range(256)) * 4000)
            peer.sendall(b'\0' * 9)
        eventually(lambda: session.a.get('State') == names.TERMINATED, 'alice has left')
        assert alice.window('Whiteboard')
