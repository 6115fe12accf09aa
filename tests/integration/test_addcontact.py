# SPDX-License-Identifier: LGPL-2.1-or-later
#
# AddContact: it returns at once, and how it went is always told, in the order of the calls.

from msgrtest import names
from msgrtest.client import V, expect
from msgrtest.disk import set_file_limit
from msgrtest.keys import CHESS, DESK, FRIENDS
from msgrtest.names import INVALID_ARG, OUT_OF_MEMORY
from msgrtest.scene import CONTACT_PATH
from msgrtest.tap import test

LOCAL = V('s', 'local')


def friend(w, short='alice'):
    return w.unlocked(short, FRIENDS, 'Private')


def results(client):
    """What the client was told since it was last asked: (hr, the name or '/')."""
    told = []
    for event in client.said(names.PRIVATE1):
        assert event.member == 'OnContactListAdd' and event.path == names.PRIVATE
        hr, path = event.args
        assert path == '/' or CONTACT_PATH.match(path), path
        told.append((hr, path if path == '/' else client.contact(path).get('SigninName')))
    return told


def contact_list(client):
    return {entry['SigninName']: entry for _, entry in client.messenger.ListContacts()}


def wait_result(client, count=1):
    """Waits until so many results have come."""
    def there(_):
        return len([e for e in client.events[client.mark:]
                    if e.member == 'OnContactListAdd']) >= count
    client.wait('OnContactListAdd', where=there)


@test('a contact is in the list, after a kill too; every client with the private object hears it')
def _(w):
    w.start()
    alice, other, bob = friend(w), w.unlocked('alice', DESK, 'Private'), friend(w, 'bob')
    plain, locked = w.unlocked('alice', CHESS), w.client('alice')
    alice.private.AddContact(w.name_of('bob'), LOCAL)
    alice.private.AddContact('echo', LOCAL)
    wait_result(alice, 2)
    expected = [(0, w.name_of('bob')), (0, 'echo')]
    assert results(alice) == expected and results(other) == expected
    assert results(bob) == results(plain) == results(locked) == []
    before = contact_list(alice)
    assert set(before) == {w.name_of('bob'), 'echo'}
    assert before['echo']['InList'] is True
    w.daemon.kill()
    w.start(standard=False)
    alice.unlock(FRIENDS, 'Private')
    assert set(contact_list(alice)) == {w.name_of('bob'), 'echo'}


@test('the event comes after the reply')
def _(w):
    w.start()
    alice = friend(w)
    for name in ('echo', w.name_of('bob'), 'nobody-of-this-name', ''):
        reply = alice.private.start('AddContact', name, LOCAL).reply()
        reply.get()
        wait_result(alice)
        event = [e for e in alice.events if e.member == 'OnContactListAdd'][-1]
        assert reply.seq < event.seq, name
        alice.forget()


@test('wrong names and services: the result tells, the call does not')
def _(w):
    w.start()
    alice = friend(w)
    wrong = [('', LOCAL), ('x' * 130, LOCAL), ('nobody-of-this-name', LOCAL), ('\n', LOCAL),
             (w.name_of('system'), LOCAL), ('echo', V('s', '')), ('echo', V('s', 'Local')),
             ('bob@example.org', V('s', 'nowhere'))]
    for name, service in wrong:
        alice.private.AddContact(name, service)
    wait_result(alice, len(wrong))
    assert results(alice) == [(INVALID_ARG, '/')] * len(wrong)
    for service in (V('u', 0), V('o', '/org/msgr'), V('as', ['local']), V('v', LOCAL),
                    V('ay', [108])):
        expect('InvalidArgs', alice.private.AddContact, 'echo', service)
    assert results(alice) == [] and contact_list(alice) == {}
    plain = w.unlocked('alice', CHESS)
    expect('ApiLocked', plain.private.AddContact, 'echo', LOCAL)


@test('the results come in the order of the calls, whoever has to be looked for')
def _(w):
    w.start()
    alice, other = friend(w), friend(w)
    calls = [w.name_of('bob'), 'echo', 'nobody-1', w.name_of('carol'), '', 'nobody-2', 'echo',
             w.name_of('dave'), w.name_of('bob')]
    expected = [(0, name) if name.startswith('msgrt') or name == 'echo' else (INVALID_ARG, '/')
                for name in calls]
    pending = [alice.private.start('AddContact', name, LOCAL) for name in calls]
    for call in pending:
        call.get()
    wait_result(alice, len(calls))
    assert results(alice) == expected
    assert results(other) == expected


@test('who is in the list is added again; who is blocked, too, and stays so')
def _(w):
    w.start()
    alice = friend(w)
    bob = alice.contact(alice.contact_of(w.name_of('bob')))
    bob.set('Blocked', 'b', True)
    for _ in range(2):
        alice.private.AddContact(w.name_of('bob'), LOCAL)
    wait_result(alice, 2)
    assert results(alice) == [(0, w.name_of('bob'))] * 2
    entry = contact_list(alice)[w.name_of('bob')]
    assert entry['InList'] is True and entry['Blocked'] is True


@test('a full list')
def _(w):
    w.start({'Limits': {'ContactsPerUser': 2}})
    alice = friend(w)
    for name in ('echo', w.name_of('bob'), w.name_of('carol'), 'echo'):
        alice.private.AddContact(name, LOCAL)
    wait_result(alice, 4)
    assert results(alice) == [(0, 'echo'), (0, w.name_of('bob')), (OUT_OF_MEMORY, '/'),
                              (0, 'echo')]
    assert set(contact_list(alice)) == {'echo', w.name_of('bob')}


@test('what cannot be kept is refused, or done when it can be')
def _(w):
    w.start(warns=True)
    alice = friend(w)
    set_file_limit(w, 1024)
    expect('Failed', alice.private.AddContact, 'echo', LOCAL)
    alice.private.AddContact(w.name_of('bob'), LOCAL)
    w.daemon.wait_log('nothing of this turn was kept', since=len(w.daemon.lines))
    assert results(alice) == [] and contact_list(alice) == {}
    set_file_limit(w, None)
    wait_result(alice)
    assert results(alice) == [(0, w.name_of('bob'))]
    assert set(contact_list(alice)) == {w.name_of('bob')}


@test('who leaves before the answer hears nothing, and the others hear it')
def _(w):
    w.start()
    alice, other = friend(w), friend(w)
    alice.private.AddContact(w.name_of('bob'), LOCAL)
    alice.close()
    wait_result(other)
    assert results(other) == [(0, w.name_of('bob'))]


@test('without an interface, SuppressDefault is that of the object', permissive=True)
def _(w):
    w.start()
    alice = w.unlocked('alice', DESK, 'SessionManager', 'Private')
    expect('NotFound', alice.call, names.PRIVATE, None, 'SuppressDefault', 't', [1])
    expect('InvalidArgs', alice.call, names.PRIVATE, None, 'SuppressDefault', 's', ['x'])
    session = alice.manager.CreateSession()
    expect('InvalidArgs', alice.call, session, None, 'SuppressDefault', 't', [1])
    expect('SessionStateInvalid', alice.call, session, None, 'SuppressDefault', 's',
           ['OnInvitation'])
