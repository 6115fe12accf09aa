# SPDX-License-Identifier: LGPL-2.1-or-later
#
# SessionManager1's applications: registered by programs, and by files of packages.

import json
import os
import time

from msgrtest import names
from msgrtest.client import BusError, V, expect
from msgrtest.keys import CHESS, DESK, FRIENDS, GO
from msgrtest.names import MANAGER1
from msgrtest.scene import (GUID, GUID2, GUID3, NAME, NEVER, PATH, URL, applications, number,
                            register)
from msgrtest.tap import test
from msgrtest.world import eventually

DESKTOP = 'org.example.Chess.desktop'


def with_(client, **fields):
    """RegisterApplicationWith: texts are s, truths are b, V is as it says."""
    kinds = {str: 's', bool: 'b'}
    client.manager.RegisterApplicationWith({
        name: value if isinstance(value, V) else V(kinds[type(value)], value)
        for name, value in fields.items()})


def heard(client):
    return [(e.member, e.args) for e in client.said(MANAGER1)]


def app_file(**fields):
    entry = {'guid': GUID, 'name': NAME, 'url': URL, 'path': PATH, 'app-ids': [CHESS.id]}
    entry.update({name.replace('_', '-'): value for name, value in fields.items()})
    return json.dumps({name: value for name, value in entry.items() if value is not None})


@test('registered, listed, told to every unlocked client of the user, unregistered')
def _(w):
    w.start()
    c, second, go = (w.unlocked('alice', key) for key in (CHESS, CHESS, GO))
    locked, private = w.client('alice'), w.unlocked('alice', FRIENDS, 'Private')
    locked.lock.get('Status')
    before = time.time() * 1e6
    reply = c.manager.start('RegisterApplication', GUID, NAME, URL, PATH, 0).reply()
    assert reply.get() is None
    event = c.wait('OnAppRegistered')
    assert event.seq > reply.seq and event.path == names.MANAGER and event.args == [GUID]
    for other in (second, go):
        assert heard(other) == [('OnAppRegistered', [GUID])]
    assert heard(locked) == []
    heard(private)
    app = applications(second)[GUID]
    registered_at = app.pop('RegisteredAt')
    assert before - 1e6 <= registered_at <= time.time() * 1e6 + 1e6, registered_at
    expected = {'Guid': GUID, 'Name': NAME, 'Url': URL, 'Path': PATH, 'RegisteredBy': CHESS.id,
                'Installed': True}
    assert {name: app[name] for name in expected} == expected
    c.forget()
    assert c.manager.UnRegisterApplication(GUID) is None
    for client in (c, second, go):
        assert heard(client) == [('OnAppUnRegistered', [GUID])]
    assert applications(c) == {}


@test('for the own user only')
def _(w):
    w.start()
    alice, bob = w.unlocked('alice', CHESS), w.unlocked('bob', CHESS)
    register(alice)
    assert heard(bob) == [] and applications(bob) == {}
    expect('AppNotRegistered', bob.manager.UnRegisterApplication, GUID)
    register(bob, name="Bob's chess")
    assert applications(alice)[GUID]['Name'] == NAME
    bob.manager.UnRegisterApplication(GUID)
    assert applications(alice)[GUID]['Name'] == NAME


@test('twice is AppAlreadyRegistered, with the same words or others, by anybody')
def _(w):
    w.start()
    c, go = w.unlocked('alice', CHESS), w.unlocked('alice', GO)
    register(c)
    c.forget()
    for client in (c, go):
        expect('AppAlreadyRegistered', register, client)
        expect('AppAlreadyRegistered', register, client, GUID, 'Other')
    assert heard(c) == []
    assert applications(c)[GUID]['Name'] == NAME


@test('unregistering what is not there is AppNotRegistered, a bad GUID InvalidArgs')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    expect('AppNotRegistered', c.manager.UnRegisterApplication, NEVER)
    for guid in BAD_GUIDS:
        expect('InvalidArgs', c.manager.UnRegisterApplication, guid)


@test("another application's registration is AccessDenied, but not for the messenger")
def _(w):
    w.start()
    c, go, desk = (w.unlocked('alice', key) for key in (CHESS, GO, DESK))
    register(c)
    expect('AccessDenied', go.manager.UnRegisterApplication, GUID)
    expect('AccessDenied', with_, go, Guid=GUID, Name='Mine', Url=URL, Path=PATH, Replace=True)
    assert applications(c)[GUID]['Name'] == NAME
    with_(desk, Guid=GUID, Name='Tidied', Url=URL, Path=PATH, Replace=True)
    assert applications(c)[GUID]['Name'] == 'Tidied'
    desk.manager.UnRegisterApplication(GUID)
    assert applications(c) == {}


@test('survives a restart')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    register(c)
    register(c, GUID2)
    c.manager.UnRegisterApplication(GUID2)
    before = applications(c)
    w.restart()
    assert applications(w.unlocked('alice', CHESS)) == before


BAD_GUIDS = [
    '', '{}', GUID[1:-1], GUID[:-1], GUID[1:], GUID + ' ', ' ' + GUID, GUID + GUID,
    '{abcdefab-1111-1111-1111-111111111111}', '{G1111111-1111-1111-1111-111111111111}',
    '{11111111111111111111111111111111}', '{1111111-11111-1111-1111-111111111111}',
    '(11111111-1111-1111-1111-111111111111)', '{11111111-1111-1111-1111-11111111111}',
    '{11111111-1111-1111-1111-1111111111111}', '{11111111_1111_1111_1111_111111111111}',
    '{１1111111-1111-1111-1111-11111111111}', GUID + '\n', '*', 'x' * 100000,
]

BAD_NAMES = [
    '', 'x' * 257, 'ä' * 257, 'a\nb', 'a\tb', 'a\x7fb', 'a\x01b', 'a\u0085b', 'Ch\u202eess',
    'Ch\u202aess', 'Ch\u202dess', 'Ch\u2066ess', 'Ch\u2069ess', 'x' * 100000,
]
GOOD_NAMES = ['x', 'x' * 256, 'ä' * 256, 'Šachy', '国际象棋', 'שחמט', 'a b', '♞' * 256]

BAD_URLS = [
    '', 'chess', 'example.org', '//example.org/', '/local', 'ftp://example.org/',
    'file:///etc/passwd', 'javascript:alert(1)', 'data:text/plain,x', 'mailto:a@example.org',
    'http:', 'http:/example.org', 'http://', 'https://', 'http:///path', 'https:///',
    'https://:443/', 'https://example.org/a b', 'https://example.org/\n', 'https://exam ple.org/',
    'https://example.org/\x7f', 'https://example.org/\x01', 'https://example.org/\t', ' ' + URL,
    URL + ' ', 'https://example.org/' + 'x' * 237, 'http', '://example.org', 'https:example.org',
    'https://example.org/\u0085', 'x' * 100000,
]
GOOD_URLS = [
    'http://example.org', 'https://example.org/', 'https://example.org:8443/a?b=c#d',
    'https://user@example.org/', 'http://192.0.2.1/', 'http://[2001:db8::1]/x',
    'https://example.org/' + 'x' * 236, 'HTTPS://EXAMPLE.ORG/',
]

BAD_PATHS = [
    '', 'chess', 'usr/bin/true', './true', '../true', '~/chess', '/', '/usr/bin/', '/usr//bin/true',
    '//usr/bin/true', '/usr/bin/./true', '/usr/bin/../bin/true', '/usr/bin/true/', '/..', '/.',
    '/usr/bin/true/..', '/usr/bin/no-such-program', '/usr/bin', '/etc/passwd', '/usr',
    '/usr/bin/true/below', '/no-such-folder/x', '/opt/' + 'x' * 256, '/usr/bin/true\n',
    'file:///usr/bin/true',
]
# What the service cannot see is found out at the launch.
GOOD_PATHS = ['/usr/bin/true', '/tmp/no-such-program', '/home/nobody-here/bin/chess',
              '/run/user/48001/chess', '/tmp/.hidden/..chess', '/home/x/' + 'y' * 252]


def check_table(w, column, good, bad):
    """Each value by both methods: InvalidArgs or not, and nothing kept of what is bad."""
    w.start()
    c = w.unlocked('alice', CHESS)
    values = [(value, True) for value in good] + [(value, False) for value in bad]
    for count, (value, fine) in enumerate(values):
        entry = {'guid': number(count), 'name': NAME, 'url': URL, 'path': PATH, column: value}
        capital = {name.capitalize(): inner for name, inner in entry.items()}
        for way, arguments in ((register, entry), (with_, capital)):
            error = attempt(way, c, arguments)
            assert error == (None if fine else 'InvalidArgs'), (column, value[:80], error)
            if fine:
                assert applications(c)[entry['guid']][column.capitalize()] == value
                c.manager.UnRegisterApplication(entry['guid'])
    assert applications(c) == {}
    told = [e for e in c.events if e.member == 'OnAppRegistered']
    assert len(told) == 2 * len(good), told


def attempt(way, client, entry):
    """None, or the last word of the error."""
    try:
        way(client, **entry)
    except BusError as error:
        return error.short
    return None


@test('the limits of a GUID')
def _(w):
    check_table(w, 'guid', [GUID, '{ABCDEF01-2345-6789-ABCD-EF0123456789}'], BAD_GUIDS)


@test('the limits of a name')
def _(w):
    check_table(w, 'name', GOOD_NAMES, BAD_NAMES)


@test('the limits of a URL')
def _(w):
    check_table(w, 'url', GOOD_URLS, BAD_URLS)


@test('the limits of a path')
def _(w):
    check_table(w, 'path', GOOD_PATHS, BAD_PATHS)


@test('a path that is no program: a device, a socket, a file without an x bit')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    for path in ('/dev/null', '/dev/zero', '/etc/login.defs', '/usr/share/dbus-1/system.conf'):
        if os.path.exists(path):
            expect('InvalidArgs', register, c, path=path)
    assert applications(c) == {}


@test('flags are 0')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    for flags in (1, 2, 0x80000000, 2 ** 32 - 1):
        expect('InvalidArgs', c.manager.RegisterApplication, GUID, NAME, URL, PATH, flags)
    assert applications(c) == {}


@test('RegisterApplicationWith: a desktop file in place of a path; a version; unknown keys ignored')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    with_(c, Guid=GUID, Name=NAME, Url=URL, DesktopId=DESKTOP, Version='1.2', Colour='red',
          Size=V('(iu)', (1, 2)))
    app = applications(c)[GUID]
    assert app['RegisteredBy'] == CHESS.id and app['Name'] == NAME


@test('RegisterApplicationWith: wrong types and missing members are InvalidArgs')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    good = {'Guid': GUID, 'Name': NAME, 'Url': URL, 'Path': PATH}
    for member in good:
        rest = {name: value for name, value in good.items() if name != member}
        expect('InvalidArgs', with_, c, **rest)
        for value in (V('u', 1), V('b', True), V('as', ['x']), V('v', V('s', good[member])),
                      V('ay', [65]), V('o', '/x')):
            expect('InvalidArgs', with_, c, **dict(rest, **{member: value}))
    for member, value in (('Replace', V('s', 'true')), ('Version', V('u', 1)),
                          ('DesktopId', V('b', True)), ('Replace', V('u', 1))):
        expect('InvalidArgs', with_, c, **dict(good, **{member: value}))
    expect('InvalidArgs', with_, c)
    assert applications(c) == {}
    with_(c, **good)


@test('RegisterApplicationWith: Replace by the same app ID, as often as one likes')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    good = {'Guid': GUID, 'Name': NAME, 'Url': URL, 'Path': PATH}
    with_(c, **good, Replace=True)
    expect('AppAlreadyRegistered', with_, c, **good)
    expect('AppAlreadyRegistered', with_, c, **good, Replace=False)
    with_(c, **good, Replace=True)
    with_(c, **dict(good, Name='Chess 2'), Replace=True)
    assert applications(c)[GUID]['Name'] == 'Chess 2'
    other = w.unlocked('alice', CHESS)
    with_(other, **good, Replace=True)
    assert applications(c)[GUID]['Name'] == NAME


@test('RegisterApplicationWith: AppIds are for the agent alone')
def _(w):
    w.start()
    good = {'Guid': GUID, 'Name': NAME, 'Url': URL, 'Path': PATH}
    for key in (CHESS, DESK):
        c = w.unlocked('alice', key)
        for ids in ([], [CHESS.id], [GO.id]):
            expect('AccessDenied', with_, c, **good, AppIds=V('as', ids))
        expect('InvalidArgs', with_, c, **good, AppIds=V('s', CHESS.id))
    assert applications(c) == {}


@test('apps.d: registered for everyone, by the system')
def _(w):
    w.add_app('chess.json', app_file())
    w.start()
    for user in ('alice', 'bob'):
        c = w.unlocked(user, GO)
        app = applications(c)[GUID]
        assert app['RegisteredBy'] == 'system' and app['Name'] == NAME and app['Url'] == URL
        expect('AccessDenied', c.manager.UnRegisterApplication, GUID)
        expect('AppAlreadyRegistered', register, c)


@test('apps.d: not even the listed application or the messenger can unregister or replace')
def _(w):
    w.add_app('chess.json', app_file())
    w.start()
    for key in (CHESS, DESK):
        c = w.unlocked('alice', key)
        expect('AccessDenied', c.manager.UnRegisterApplication, GUID)
        expect(('AccessDenied', 'AppAlreadyRegistered'), with_, c, Guid=GUID, Name='x', Url=URL,
               Path=PATH, Replace=True)
    assert applications(c)[GUID]['Name'] == NAME


@test("apps.d: watched; wins over a user's entry, which is back when the file goes")
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    register(c, name='Mine')
    w.add_app('chess.json', app_file(name="The package's"))
    eventually(lambda: applications(c)[GUID]['Name'] == "The package's", 'the file wins')
    assert len(c.manager.get('Applications')) == 1
    expect('AccessDenied', c.manager.UnRegisterApplication, GUID)
    os.unlink(os.path.join(w.apps_dir, 'chess.json'))
    eventually(lambda: applications(c)[GUID]['Name'] == 'Mine', "the user's entry is back")
    c.manager.UnRegisterApplication(GUID)


@test('apps.d: what comes and goes is told')
def _(w):
    w.start()
    alice = w.unlocked('alice', GO)
    w.add_app('chess.json', app_file())
    assert alice.wait('OnAppRegistered').args == [GUID]
    os.unlink(os.path.join(w.apps_dir, 'chess.json'))
    assert alice.wait('OnAppUnRegistered').args == [GUID]
    assert applications(alice) == {}


@test('apps.d: the later folder wins by file name, an empty file masks')
def _(w):
    second = w.make_dir('second.d')
    w.add_app('one.json', app_file(guid=GUID, name='first'))
    w.add_app('two.json', app_file(guid=GUID2))
    w.add_app('three.json', app_file(guid=GUID3))
    with open(second + '/one.json', 'w', encoding='utf-8') as file:
        file.write(app_file(guid=GUID, name='second'))
    open(second + '/two.json', 'w', encoding='utf-8').close()
    w.start(args=['--apps-dir=' + second])
    found = applications(w.unlocked('alice', GO))
    assert set(found) == {GUID, GUID3} and found[GUID]['Name'] == 'second'


@test('apps.d: a wrong file is logged with its name and ignored; the others work')
def _(w):
    w.add_app('good.json', app_file())
    wrong = {'guid': 'x', 'name': '', 'url': 'ftp://x/', 'path': 'x', 'app-ids': 'x'}
    for member, value in wrong.items():
        entry = dict(json.loads(app_file(guid=GUID2)), **{member: value})
        w.add_app('wrong-%s.json' % member, json.dumps(entry, indent=1))
    w.add_app('wrong-json.json', '{')
    w.add_app('wrong-both.json', app_file(guid=GUID2, path=None))
    w.start(warns=True)
    assert set(applications(w.unlocked('alice', GO))) == {GUID}
    for name in list(wrong) + ['json', 'both']:
        w.daemon.wait_log(r'wrong-%s\.json' % name)


@test('apps.d: a desktop-id in place of a path')
def _(w):
    w.add_app('chess.json', app_file(path=None, desktop_id=DESKTOP,
                                     appstream_id='org.example.Chess'))
    w.start()
    assert GUID in applications(w.unlocked('alice', GO))


@test('[Policy] UserApplications=false: packages only')
def _(w):
    w.add_app('chess.json', app_file())
    w.start({'Policy': {'UserApplications': 'false'}})
    c = w.unlocked('alice', CHESS)
    expect('AccessDenied', register, c, GUID2)
    expect('AccessDenied', with_, c, Guid=GUID2, Name=NAME, Url=URL, Path=PATH)
    assert set(applications(c)) == {GUID}


@test('the types of what is listed')
def _(w):
    w.start()
    c = w.unlocked('alice', CHESS)
    register(c)
    reply = c.start(names.MANAGER, names.PROPERTIES, 'Get', 'ss', [MANAGER1, 'Applications'])
    kind, value = reply.reply().typed[0]['v']
    assert kind == 'aa{sv}'
    found = {pair[0]: pair[1]['v'][0] for pair in value[0]['d']}
    wanted = {'Guid': 's', 'Name': 's', 'Url': 's', 'Path': 's', 'RegisteredBy': 's',
              'RegisteredAt': 't', 'Installed': 'b'}
    assert {name: found[name] for name in wanted} == wanted, found
    assert c.manager.all_types() == {'Applications': 'aa{sv}'}
    expect('PropertyReadOnly', c.manager.set, 'Applications', 'aa{sv}', [])
