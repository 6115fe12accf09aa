#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A session from the invitation to its end. One user runs "duet.js wait", another one of the same
// machine "duet.js invite USER". Alone: "duet.js invite echo", a contact that accepts everything.
// First, once for each user: msgrctl keys new org.example.Duet --algorithm hmac-sha256 -c sessions

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {exit, programArgs, programPath} from 'system';

const SERVICE = 'org.msgr.Messenger';
const ROOT = '/org/msgr/Messenger';
const MANAGER = `${ROOT}/SessionManager`;
const GUID = '{5B0C2B1E-8E0C-4D6A-9C56-2F5A0D4E7A11}'; // the application's own: uuidgen makes one
const KEY = GLib.getenv('MSGR_KEY_FILE') ??
    GLib.build_filenamev([GLib.get_user_config_dir(), 'msgr', 'keys', 'org.example.Duet.json']);
const CONNECTED = 4;

class Duet {
    constructor(contact) {
        this.contact = contact; // undefined: wait for an invitation
        this.session = this.result = null;
        this.isConnected = this.hasHeard = false;
        this.loop = new GLib.MainLoop(null, false);
        this.bus = GLib.getenv('MSGR_BUS') === 'session' ? Gio.DBus.session : Gio.DBus.system;
        // Before anything is unlocked, so that nothing is missed; and with the sender's name, since
        // anybody can send a signal of any name to anybody.
        this.bus.signal_subscribe(SERVICE, null, null, null, null, Gio.DBusSignalFlags.NONE,
            (_bus, _sender, path, _interface, name, args) =>
                attempt(() => this.onSignal(path, name, args.recursiveUnpack())));
        Gio.bus_watch_name_on_connection(this.bus, SERVICE, Gio.BusNameWatcherFlags.AUTO_START,
            () => attempt(() => this.onAppeared()),
            () => print('the service is not there: waiting for it'));
    }

    call(path, iface, method, signature = '()', ...args) {
        return this.bus.call_sync(SERVICE, path, iface, method, new GLib.Variant(signature, args),
            null, Gio.DBusCallFlags.NONE, -1, null).recursiveUnpack()[0];
    }

    onAppeared() {
        this.call(MANAGER, 'org.msgr.Lock1', 'RequestChallenge', '(i)', 1);
    }

    onSignal(path, name, args) {
        if (name === 'OnLockChallenge')
            this.unlock(...args);
        else if (name === 'OnInvitation' && !this.contact && !this.session)
            this.accept(...args);
        else if (name === 'BeforeAppLaunch' && path === this.session)
            // This is the application: there is nothing to launch.
            this.call(path, 'org.msgr.Session1', 'SuppressDefault', '(s)', name);
        if (path === this.session)
            this.look();
    }

    // Proves which application this is; from here on the service tells what concerns it.
    unlock(cookie, challenge) {
        const key = JSON.parse(new TextDecoder().decode(GLib.file_get_contents(KEY)[1]));
        if (key.algorithm !== 'hmac-sha256')
            throw new Error(`${KEY} is not for the algorithm hmac-sha256`);
        const response = GLib.compute_hmac_for_string(GLib.ChecksumType.SHA256,
            new TextEncoder().encode(key.key), challenge, -1);
        this.call(MANAGER, 'org.msgr.Lock1', 'SendResponse', '(ssi)', key.id, response, cookie);
        this.call(MANAGER, 'org.msgr.SessionManager1', 'RegisterApplicationWith', '(a{sv})', {
            Guid: new GLib.Variant('s', GUID),
            Name: new GLib.Variant('s', 'Duet'),
            Url: new GLib.Variant('s', 'https://example.org/duet'),
            Path: new GLib.Variant('s', Gio.File.new_for_path(programPath).get_path()),
            Replace: new GLib.Variant('b', true),
        });
        if (this.session)
            this.look(); // the service has been away: the session is as it was
        else if (this.contact)
            this.invite();
        else
            print('waiting for an invitation');
    }

    invite() {
        const path = this.call(ROOT, 'org.msgr.Messenger1', 'GetContact', '(ss)', this.contact,
            'local');
        this.session = this.call(MANAGER, 'org.msgr.SessionManager1', 'InviteContact',
            '(sosa{sv})', GUID, path, 'a duet?', {});
        print('invited', this.contact);
    }

    accept(session, appData, _handled, details) {
        print(`invited by ${details.SigninName}:`, appData);
        this.session = session;
        this.call(session, 'org.msgr.Session1', 'Accept', '(s)', 'with pleasure');
    }

    // Each signal is but a reason to read what holds now, and to do what is next.
    look() {
        const now = this.call(this.session, 'org.freedesktop.DBus.Properties', 'GetAll', '(s)',
            'org.msgr.Session1');
        if (now.State === CONNECTED && !this.isConnected) {
            this.isConnected = true;
            print('connected, the other side is at', now.RemoteAddress);
            if (this.contact)
                this.call(this.session, 'org.msgr.Session1', 'SendContextData', '(s)', 'you begin');
        }
        if (now.ContextData && !this.hasHeard) {
            this.hasHeard = true;
            print('the other side says:', now.ContextData);
            if (this.contact)
                this.call(this.session, 'org.msgr.Session1', 'Cancel', '(us)', 0, 'thank you');
            else
                this.call(this.session, 'org.msgr.Session1', 'SendContextData', '(s)', 'no, you');
        }
        if (now.State > CONNECTED) {
            this.result = now.Result;
            this.loop.quit();
        }
    }
}

// What is thrown in a callback would only be logged.
function attempt(deed) {
    try {
        deed();
    } catch (error) {
        printerr('duet:', error.message.replace('GDBus.Error:', ''));
        exit(1);
    }
}

const [role, contact] = programArgs;
if (role === 'invite' ? programArgs.length !== 2 : role !== 'wait' || contact) {
    printerr('usage: duet.js wait | invite USER');
    exit(1);
}
attempt(() => {
    const duet = new Duet(contact);
    duet.loop.run();
    print(`ended: 0x${duet.result.toString(16)}`);
    exit(duet.hasHeard ? 0 : 1);
});
