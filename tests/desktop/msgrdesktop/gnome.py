# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A desktop that is GNOME Shell, without a screen: its own notifications, and Wayland. A small
# extension lets the tests run JavaScript in the shell, to see what it shows and to click on it.

import json

from gi.repository import GLib
from msgrtest.world import eventually

from . import screen, stage
from .desktop import Desktop
from .screen import Shot

METADATA = {'uuid': 'test@msgr', 'name': 'test', 'description': 'opens the shell to the tests',
            'shell-version': ['43']}

EXTENSION = '''
const {Clutter, GLib} = imports.gi;
const Main = imports.ui.main;

function init() {
}

function enable() {
    global.context.unsafe_mode = true;
    const seat = Clutter.get_default_backend().get_default_seat();
    const pointer = seat.create_virtual_device(Clutter.InputDeviceType.POINTER_DEVICE);
    const keyboard = seat.create_virtual_device(Clutter.InputDeviceType.KEYBOARD_DEVICE);
    global.test = {
        // all that is shown, from the top
        *actors(root = global.stage) {
            for (const child of root.get_children()) {
                if (child.mapped) {
                    yield child;
                    yield* this.actors(child);
                }
            }
        },
        find(text) {
            for (const actor of this.actors(Main.layoutManager.uiGroup)) {
                if ((actor.label ?? actor.text) === text)
                    return actor;
            }
            return null;
        },
        point(actor) {
            const [x, y] = actor.get_transformed_position();
            this.move(x + actor.width / 2, y + actor.height / 2);
        },
        move(x, y) {
            pointer.notify_absolute_motion(GLib.get_monotonic_time(), x, y);
        },
        button(isDown) {
            pointer.notify_button(GLib.get_monotonic_time(), Clutter.BUTTON_PRIMARY,
                isDown ? Clutter.ButtonState.PRESSED : Clutter.ButtonState.RELEASED);
        },
        press() {
            this.button(true);
            this.button(false);
        },
        keys(...values) {
            const time = GLib.get_monotonic_time();
            values.forEach(value =>
                keyboard.notify_keyval(time, value, Clutter.KeyState.PRESSED));
            values.reverse().forEach(value =>
                keyboard.notify_keyval(time, value, Clutter.KeyState.RELEASED));
        },
    };
}

function disable() {
}
'''

SETTINGS = '''[org/gnome/shell]
enabled-extensions=['test@msgr']
disable-user-extensions=false
welcome-dialog-last-shown-version='999'

[org/gnome/desktop/interface]
enable-animations=false
'''


class Gnome(Desktop):
    def start_display(self):
        stage.need(**{'gnome-shell': 'gnome-shell', 'convert': 'imagemagick'})
        extension = self.home + '/.local/share/gnome-shell/extensions/' + METADATA['uuid']
        self.put(extension + '/metadata.json', json.dumps(METADATA))
        self.put(extension + '/extension.js', EXTENSION)
        self.put(self.home + '/.config/glib-2.0/settings/keyfile', SETTINGS)
        self.env.update(XDG_SESSION_TYPE='wayland', XDG_CURRENT_DESKTOP='GNOME',
                        WAYLAND_DISPLAY='wayland-0', GDK_BACKEND='wayland')

    def start_bus(self):
        super().start_bus()
        self.run('gnome-shell', '--headless', '--wayland', '--no-x11', '--virtual-monitor',
                 '%dx%d' % (screen.WIDTH, screen.HEIGHT))
        self.ask('gdbus', 'wait', '--session', '--timeout', '60', 'org.gnome.Shell')
        # it starts with the overview, which shows no notifications
        eventually(lambda: self.js('!!global.test && !Main.layoutManager._startingUp && '
                                   '(Main.overview.hide(), !Main.overview.visible)'),
                   'the shell has started')
        # it warns of the tests being let in
        eventually(lambda: self.js('Main.messageTray.getSources().map(s => s.destroy()).length'),
                   'its own notification')

    def js(self, code):
        """What this is in the shell; None while that can't be asked."""
        try:
            said = self.ask('gdbus', 'call', '--session', '-d', 'org.gnome.Shell', '-o',
                            '/org/gnome/Shell', '-m', 'org.gnome.Shell.Eval', code).decode()
        except AssertionError:
            return None  # it isn't there yet
        succeeded, result = GLib.Variant.parse(GLib.VariantType('(bs)'), said.strip()).unpack()
        assert succeeded or not result, result
        return json.loads(result) if result else None

    def look(self):
        path = self.runtime + '/shot.png'
        self.save(path)
        return Shot(self.ask('convert', path, '-depth', '8', 'rgb:-'))

    def save(self, path):
        self.ask('gdbus', 'call', '--session', '-d', 'org.gnome.Shell.Screenshot', '-o',
                 '/org/gnome/Shell/Screenshot', '-m', 'org.gnome.Shell.Screenshot.Screenshot',
                 'false', 'false', path)

    def window(self, title):
        titles = 'global.get_window_actors().map(a => a.meta_window.get_title())'
        eventually(lambda: title in (self.js(titles) or []),
                   'a window "%s" in the shell of %s' % (title, self.short))
        return title

    def shows(self, text):
        """Waits until the shell shows a label or button with this text."""
        eventually(lambda: self.js('!!global.test.find(%s)' % json.dumps(text)),
                   'the shell of %s shows "%s"' % (self.short, text))

    def point(self, text):
        self.shows(text)
        self.js('global.test.point(global.test.find(%s))' % json.dumps(text))

    def unfold(self, text, more):
        """Has the pointer on this as soon as it is there, until more is shown: a banner goes after
        some seconds unless it is looked at, and only then has its buttons."""
        eventually(lambda: self.js(
            '(actor => (actor && global.test.point(actor), !!global.test.find(%s)))'
            '(global.test.find(%s))' % (json.dumps(more), json.dumps(text))),
            'the shell of %s shows "%s", and then "%s"' % (self.short, text, more))

    def press_button(self, text):
        """With the pointer: once the button has seen that it is there."""
        self.point(text)
        eventually(lambda: self.js('global.test.find(%s).hover' % json.dumps(text)),
                   'the pointer is on "%s"' % text)
        self.js('global.test.press()')

    def press(self, window, *names):
        """Keys, all at once, as Clutter names them, for a window that has the focus."""
        self.wait_focus(window)
        self.js('global.test.keys(%s)' % ', '.join('imports.gi.Clutter.KEY_' + n for n in names))

    def type(self, window, text):
        """Letters of ASCII: their keys have their numbers."""
        self.wait_focus(window)
        for letter in text:
            self.js('global.test.keys(%d)' % ord(letter))

    def wait_focus(self, window):
        eventually(lambda: self.js('global.display.focus_window?.get_title()') == window,
                   '"%s" has the focus at %s' % (window, self.short))

    def drag(self, *points):
        """Draws with the pointer, on the window that has come last."""
        corner = self.js('(r => [r.x, r.y])(global.display.focus_window.get_frame_rect())')
        for number, (x, y) in enumerate(points):
            self.js('global.test.move(%d, %d)' % (corner[0] + x, corner[1] + y))
            if number == 0:
                self.js('global.test.button(true)')
        self.js('global.test.button(false)')
