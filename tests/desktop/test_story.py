# SPDX-License-Identifier: LGPL-2.1-or-later
#
# From an invitation to a running application on both sides, with nothing but what is installed:
# agents, notification servers and the whiteboard of the examples, on desktops of two users.

import os

from msgrdesktop import stage
from msgrdesktop.board import BLUE, drawn, GUID, ink_is, open_board, ORANGE, painted, start
from msgrdesktop.desktop import Desktop
from msgrdesktop.gnome import Gnome
from msgrtest import keys, names
from msgrtest.tap import test
from msgrtest.world import eventually


def invite(w):
    """alice invites bob from a messenger of hers: her side's session, and she."""
    alice = w.unlocked('alice', keys.DESK)
    session = alice.manager.InviteContact(GUID, alice.contact_of(w.name_of('bob')), '', {})
    return alice.session(session), alice


def connected(side):
    eventually(lambda: side.get('State') == names.CONNECTED, 'the session is CONNECTED')


def draw_both(alice, bob):
    before = len(alice.look().ink(BLUE))
    alice.drag((100, 150), (300, 150), (300, 400), (100, 150))
    ink_is(bob, BLUE, drawn(alice, BLUE, before + 2000))
    bob.drag((500, 150), (700, 400))
    ink_is(alice, ORANGE, drawn(bob, ORANGE))


def choose(desktop, name):
    """Names somebody in the window that asks whom to invite, in its last line."""
    window = desktop.window('Invite to Whiteboard')
    left, top, width, height = desktop.place(window)
    desktop.click(left + width // 2, top + height - 34)
    desktop.xdo('windowfocus', '--sync', window, 'type', name)
    desktop.xdo('key', 'Return')


@test('pain 13: chosen in a window, notified, accepted with a click, and there: alice draws, bob sees')
def _(w):
    with Desktop(w, 'alice') as alice, Desktop(w, 'bob') as bob:
        start(w)
        for desktop in (alice, bob):
            desktop.start_notifications()
            desktop.start_agent()
        _, window = open_board(alice)
        alice.drag((600, 500), (800, 550))  # before anybody is there
        drawn(alice, BLUE, 100)
        alice.press(window, 'alt+i')
        choose(alice, w.name_of('bob'))
        bob.click_accept()
        painted(bob)
        ink_is(bob, BLUE, alice.look().ink(BLUE))
        draw_both(alice, bob)
        bob.close_window(bob.window('Whiteboard'))
        before = len(alice.look().ink(BLUE))
        alice.drag((100, 500), (300, 500))
        drawn(alice, BLUE, before + 300)  # alone again


@test('pain 1: from a messenger, both whiteboards start, and draw together')
def _(w):
    with Desktop(w, 'alice') as alice, Desktop(w, 'bob') as bob:
        start(w)
        for desktop in (alice, bob):
            desktop.start_notifications()
            desktop.start_agent()
        side, _ = invite(w)
        bob.click_accept()
        for desktop in (alice, bob):
            painted(desktop)
        connected(side)
        draw_both(alice, bob)


@test('pain 5: a button of GNOME Shell works after the agent has died')
def _(w):
    with Desktop(w, 'alice') as alice, Gnome(w, 'bob') as bob:
        start(w)
        open_board(alice)
        alice.start_agent()
        agent = bob.start_agent()
        side, _ = invite(w)
        bob.unfold('Whiteboard', 'Accept')
        agent.kill()
        bob.press_button('Accept')
        painted(bob)
        connected(side)
        alice.drag((100, 150), (300, 150), (300, 400))
        shape = drawn(alice, BLUE)
        eventually(lambda: bob.look().shape(BLUE) == alice.look().shape(BLUE),
                   'bob sees what alice has drawn')
        assert len(shape) > 300


@test('pain 3: what runs already takes the session that the agent launches it for')
def _(w):
    with Desktop(w, 'alice') as alice, Desktop(w, 'bob') as bob:
        start(w)
        for desktop in (alice, bob):
            desktop.start_agent()
            open_board(desktop)
        bob.start_notifications()
        pids = bob.pids('msgr-whiteboard')
        side, _ = invite(w)
        bob.click_accept()
        connected(side)
        draw_both(alice, bob)
        assert bob.pids('msgr-whiteboard') == pids


@test('pain 2: behind a filtering proxy an application gets its session, and no managers')
def _(w):
    stage.need(**{'xdg-dbus-proxy': 'xdg-dbus-proxy'})
    with Desktop(w, 'alice') as alice, Desktop(w, 'bob') as bob:
        start(w)
        proxy = bob.runtime + '/filtered'
        bob.run('xdg-dbus-proxy', w.hall.bus.address, proxy, '--filter',
                '--talk=org.msgr.Messenger')
        eventually(lambda: os.path.exists(proxy), 'the proxy is there')
        bob.put(bob.home + '/.local/share/applications/org.msgr.Whiteboard.desktop',
                '[Desktop Entry]\nType=Application\nName=Whiteboard\n'
                'Exec=env DBUS_SYSTEM_BUS_ADDRESS=unix:path=%s msgr-whiteboard\n' % proxy)
        for desktop in (alice, bob):
            desktop.start_notifications()
            desktop.start_agent()
        side, _ = invite(w)
        bob.click_accept()
        connected(side)  # by the word of the bus, it is the proxy that has called
        for desktop in (alice, bob):
            painted(desktop)
        draw_both(alice, bob)
        assert all(proxy in bob.environment(pid) for pid in bob.pids('bin/msgr-whiteboard'))
        for bus in (names.BUS, names.AGENTS):
            for manager, method, *arguments in (
                    ('AgentManager1', 'RegisterAgent', '/a', '{}'),
                    ('ConnectorManager1', 'RegisterConnector', '/c', '{}'),
                    ('KeyManager1', 'ListKeys')):
                said = bob.fails('gdbus', 'call', '--address', 'unix:path=' + proxy, '-d', bus,
                                 '-o', names.ROOT, '-m', 'org.msgr.%s.%s' % (manager, method),
                                 *arguments)
                assert 'AccessDenied' in said or 'ServiceUnknown' in said, said
