// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One side of a session, spoken by node's dbus-next:
//     flow-node.js inviter|invitee KEY-ID SECRET PEER
// Prints what it sees, a line each, and "done" when all has come as it should.

const crypto = require('crypto');
const dbus = require('dbus-next');

const BUS = 'org.msgr.Messenger';
const ROOT = '/org/msgr/Messenger';
const MANAGER = `${ROOT}/SessionManager`;
const GUID = '{11111111-1111-1111-1111-111111111111}';

class Side {
    constructor() {
        this.bus = dbus.systemBus();
        this.events = [];
        this.waiting = null;
        this.bus.on('message', (message) => {
            if (message.type !== dbus.MessageType.SIGNAL ||
                !message.interface.startsWith('org.msgr.'))
                return;
            console.log(message.member);
            this.events.push([message.member, message.body]);
            if (this.waiting)
                this.waiting();
        });
    }

    async call(path, method, signature = '', body = [], destination = BUS) {
        const dot = method.lastIndexOf('.');
        const reply = await this.bus.call(new dbus.Message({
            destination, path, interface: method.slice(0, dot), member: method.slice(dot + 1),
            signature, body,
        }));
        return reply.body;
    }

    async wait(member) {
        for (;;) {
            while (this.events.length > 0) {
                const [found, args] = this.events.shift();
                if (found === member)
                    return args;
            }
            await new Promise((resolve) => {
                this.waiting = resolve;
            });
            this.waiting = null;
        }
    }

    async unlock(keyId, secret) {
        await this.call('/org/freedesktop/DBus', 'org.freedesktop.DBus.AddMatch', 's',
            [`type='signal',sender='${BUS}'`], 'org.freedesktop.DBus');
        await this.call(MANAGER, 'org.msgr.Lock1.RequestChallenge', 'i', [55]);
        const [cookie, challenge] = await this.wait('OnLockChallenge');
        const response = crypto.createHmac('sha256', secret).update(challenge).digest('hex');
        await this.call(MANAGER, 'org.msgr.Lock1.SendResponse', 'ssi', [keyId, response, cookie]);
        check((await this.wait('OnLockResult'))[1], true);
        try {
            await this.call(MANAGER, 'org.msgr.SessionManager1.RegisterApplication', 'ssssu',
                [GUID, 'Chess', 'https://example.org/', '/usr/bin/true', 0]);
        } catch (error) {
            check(error.type, 'org.msgr.Error.AppAlreadyRegistered');
        }
    }

    async state(path) {
        const [state] = await this.call(path, 'org.freedesktop.DBus.Properties.Get', 'ss',
            ['org.msgr.Session1', 'State']);
        return state.value;
    }

    session(path, member, signature, args) {
        return this.call(path, `org.msgr.Session1.${member}`, signature, args);
    }

    async invite(peer) {
        const [contact] = await this.call(ROOT, 'org.msgr.Messenger1.GetContact', 'ss',
            [peer, 'local']);
        const [path] = await this.call(MANAGER, 'org.msgr.SessionManager1.CreateSession');
        await this.call(path, 'org.freedesktop.DBus.Properties.Set', 'ssv',
            ['org.msgr.Session1', 'Application', new dbus.Variant('s', GUID)]);
        await this.session(path, 'Invite', 'os', [contact, 'shall we?']);
        check((await this.wait('OnAccepted'))[0], 'yes');
        await this.wait('OnReadyToLaunch');
        check((await this.wait('OnStateChanged'))[0], 3);
        check(await this.state(path), 4);
        await this.session(path, 'SendContextData', 's', ['e4']);
        check((await this.wait('OnContextData'))[0], 'e5');
        await this.session(path, 'Cancel', 'us', [0, 'over']);
        await this.wait('OnTermination');
        check(await this.state(path), 7);
    }

    async answer() {
        console.log('ready');
        const [path, appData, handled, details] = await this.wait('OnInvitation');
        check(appData, 'shall we?');
        check(handled, false);
        check(details.Registered.value, true);
        await this.session(path, 'Accept', 's', ['yes']);
        check((await this.wait('BeforeAppLaunch'))[0], true);
        await this.session(path, 'SuppressDefault', 's', ['BeforeAppLaunch']);
        check((await this.wait('OnContextData'))[0], 'e4');
        await this.session(path, 'SendContextData', 's', ['e5']);
        check((await this.wait('OnCancelled'))[0], 'over');
        check((await this.wait('OnTermination'))[0], 0x81000607);
    }
}

function check(found, wanted) {
    if (found !== wanted)
        throw new Error(`expected ${wanted}, found ${found}`);
}

async function main(role, keyId, secret, peer) {
    const side = new Side();
    await side.unlock(keyId, secret);
    if (role === 'inviter')
        await side.invite(peer);
    else
        await side.answer();
    console.log('done');
    side.bus.disconnect();
}

main(...process.argv.slice(2)).catch((error) => {
    console.error(error);
    process.exit(1);
});
