// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One side of a session, spoken by gjs: flow.js inviter|invitee KEY-ID SECRET PEER.
// Prints what it sees, a line each, and "done" when all has come as it should.

const { Gio, GLib } = imports.gi;
const System = imports.system;

const BUS = 'org.msgr.Messenger';
const ROOT = '/org/msgr/Messenger';
const MANAGER = `${ROOT}/SessionManager`;
const GUID = '{11111111-1111-1111-1111-111111111111}';

class Side {
    constructor() {
        this.bus = Gio.DBus.system;
        this.events = [];
        this.bus.signal_subscribe(BUS, null, null, null, null, Gio.DBusSignalFlags.NONE,
            (_bus, _sender, _path, iface, member, parameters) => {
                if (!iface.startsWith('org.msgr.'))
                    return;
                this.events.push([member, parameters.recursiveUnpack()]);
                print(member);
            });
        // The owner of the name is asked for: signals are taken from then on.
        this.call(ROOT, 'org.freedesktop.DBus.Properties.Get',
            new GLib.Variant('(ss)', ['org.msgr.Messenger1', 'Version']));
    }

    call(path, method, parameters) {
        const dot = method.lastIndexOf('.');
        const result = this.bus.call_sync(BUS, path, method.slice(0, dot), method.slice(dot + 1),
            parameters ?? null, null, Gio.DBusCallFlags.NONE, -1, null);
        return result.recursiveUnpack();
    }

    wait(member) {
        for (;;) {
            while (this.events.length > 0) {
                const [found, args] = this.events.shift();
                if (found === member)
                    return args;
            }
            GLib.MainContext.default().iteration(true);
        }
    }

    unlock(keyId, secret) {
        this.call(MANAGER, 'org.msgr.Lock1.RequestChallenge', new GLib.Variant('(i)', [99]));
        const [cookie, challenge] = this.wait('OnLockChallenge');
        const response = GLib.compute_hmac_for_string(GLib.ChecksumType.SHA256,
            new TextEncoder().encode(secret), challenge, -1);
        this.call(MANAGER, 'org.msgr.Lock1.SendResponse',
            new GLib.Variant('(ssi)', [keyId, response, cookie]));
        check(this.wait('OnLockResult')[1], true);
        try {
            this.call(MANAGER, 'org.msgr.SessionManager1.RegisterApplication',
                new GLib.Variant('(ssssu)',
                    [GUID, 'Chess', 'https://example.org/', '/usr/bin/true', 0]));
        } catch (error) {
            if (!error.message.includes('AppAlreadyRegistered'))
                throw error;
        }
    }

    state(path) {
        return this.call(path, 'org.freedesktop.DBus.Properties.Get',
            new GLib.Variant('(ss)', ['org.msgr.Session1', 'State']))[0];
    }

    session(path, member, signature, args) {
        return this.call(path, `org.msgr.Session1.${member}`, new GLib.Variant(signature, args));
    }

    invite(peer) {
        const [contact] = this.call(ROOT, 'org.msgr.Messenger1.GetContact',
            new GLib.Variant('(ss)', [peer, 'local']));
        const [path] = this.call(MANAGER, 'org.msgr.SessionManager1.CreateSession');
        this.call(path, 'org.freedesktop.DBus.Properties.Set', new GLib.Variant('(ssv)',
            ['org.msgr.Session1', 'Application', new GLib.Variant('s', GUID)]));
        this.session(path, 'Invite', '(os)', [contact, 'shall we?']);
        check(this.wait('OnAccepted')[0], 'yes');
        this.wait('OnReadyToLaunch');
        check(this.wait('OnStateChanged')[0], 3);
        check(this.state(path), 4);
        this.session(path, 'SendContextData', '(s)', ['e4']);
        check(this.wait('OnContextData')[0], 'e5');
        this.session(path, 'Cancel', '(us)', [0, 'over']);
        this.wait('OnTermination');
        check(this.state(path), 7);
    }

    answer() {
        print('ready');
        const [path, appData, handled, details] = this.wait('OnInvitation');
        check(appData, 'shall we?');
        check(handled, false);
        check(details.Registered, true);
        this.session(path, 'Accept', '(s)', ['yes']);
        check(this.wait('BeforeAppLaunch')[0], true);
        this.session(path, 'SuppressDefault', '(s)', ['BeforeAppLaunch']);
        check(this.wait('OnContextData')[0], 'e4');
        this.session(path, 'SendContextData', '(s)', ['e5']);
        check(this.wait('OnCancelled')[0], 'over');
        check(this.wait('OnTermination')[0], 0x81000607);
    }
}

function check(found, wanted) {
    if (found !== wanted)
        throw new Error(`expected ${wanted}, found ${found}`);
}

function main(role, keyId, secret, peer) {
    const side = new Side();
    side.unlock(keyId, secret);
    if (role === 'inviter')
        side.invite(peer);
    else
        side.answer();
    print('done');
}

try {
    main(...ARGV);
} catch (error) {
    printerr(error.message, error.stack);
    System.exit(1);
}
