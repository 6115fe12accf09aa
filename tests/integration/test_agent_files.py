# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What msgr-agent does beside invitations, for a service that the test plays itself: desktop files
# are registered, contacts are chosen.

import json
import os

from gi.repository import GLib

from msgrtest import names
from msgrtest.agent_scene import scene
from msgrtest.desktop import Loop
from msgrtest.service_mock import Refusal, ServiceMock, details
from msgrtest.tap import test

GUID = '{11111111-1111-1111-1111-111111111111}'
GUID2 = '{22222222-2222-2222-2222-222222222222}'
URL = 'https://chess.example.org/'


def chess_file(s, name='org.example.Chess.desktop', **keys):
    return s.desktop.desktop_file(name, **dict({
        'X_Msgr_Guid': GUID, 'X_Msgr_AppId': 'org.example.Chess', 'X_Msgr_Url': URL}, **keys))


def registrations(s):
    return [args[0] for name, _path, args in list(s.service.calls)
            if name == 'RegisterApplicationWith']


def wait_registered(s, predicate):
    return Loop.wait_for(lambda: [entry for entry in registrations(s) if predicate(entry)],
                         'registered; there were %r' % registrations(s))[0]


@test('pain 11: a desktop file that names itself is registered, as that and nothing else')
def _(w):
    with scene(w) as s:
        chess_file(s)
        s.desktop.desktop_file('org.example.Other.desktop')
        s.desktop.desktop_file('org.example.Wrong.desktop', X_Msgr_Guid='{not-a-guid}')
        s.begin()
        wait_registered(s, lambda entry: True)
        assert registrations(s) == [{
            'Guid': GUID, 'Name': 'Chess', 'Url': URL, 'DesktopId': 'org.example.Chess.desktop',
            'AppIds': ['org.example.Chess'], 'Replace': True}], registrations(s)


@test('a desktop file that comes is registered, one that goes is unregistered')
def _(w):
    with scene(w) as s:
        s.begin()
        s.service.wait_call('Get Applications')
        path = chess_file(s)
        wait_registered(s, lambda entry: entry['Guid'] == GUID)
        s.service.applications(
            {'Guid': GUID, 'RegisteredBy': 'org.msgr.Agent'},
            {'Guid': GUID2, 'RegisteredBy': 'org.example.Other'})
        os.unlink(path)
        assert s.service.wait_call('UnRegisterApplication') == (GUID,)


@test('what others have registered is left alone; a refusal is no end')
def _(w):
    with scene(w) as s:
        chess_file(s)
        chess_file(s, 'org.example.Go.desktop', Name='Go', X_Msgr_Guid=GUID2)
        s.service = ServiceMock(s.desktop.address)
        s.service.answers['RegisterApplicationWith'] = Refusal('AccessDenied')
        s.service.applications({'Guid': GUID, 'RegisteredBy': 'system'})
        s.begin()
        s.service.wait_call('RegisterApplicationWith', count=2)
        del s.service.answers['RegisterApplicationWith']
        chess_file(s, 'org.example.Go.desktop', Name='Go 2', X_Msgr_Guid=GUID2)
        wait_registered(s, lambda entry: entry['Name'] == 'Go 2')
        assert not s.service.count('UnRegisterApplication')


@test('the service comes back: what is there is registered again')
def _(w):
    with scene(w) as s:
        chess_file(s)
        s.begin()
        wait_registered(s, lambda entry: True)
        s.service.disappear()
        s.agent.wait_log('The service has left')
        s.service.calls.clear()
        s.service.appear()
        wait_registered(s, lambda entry: True)


# --- the chooser: a script stands for the window ---

WINDOW = '''#!/usr/bin/python3
import json, os, sys
log = open(sys.argv[0] + '.log', 'a', encoding='utf-8')
log.write(json.dumps({'token': os.environ.get('XDG_ACTIVATION_TOKEN')}) + chr(10))
for line in sys.stdin:
    log.write(line)
    log.flush()
    said = json.loads(line)
%s
'''


def window(s, body):
    """What it heard, as a function."""
    path = s.desktop.file('choose', WINDOW % '\n'.join('    ' + line for line in body), 0o755)
    s.desktop.extra['MSGR_CHOOSE'] = path

    def heard():
        try:
            with open(path + '.log', encoding='utf-8') as file:
                return [json.loads(line) for line in file if line.endswith('\n')]
        except FileNotFoundError:
            return []
    return heard


def choose(s, **fields):
    session = s.service.session(State=1, Flags=1)
    return session, s.service.start_asking(
        'ChooseContact', 'oa{sv}', session,
        details(Application=GUID, ApplicationName='Chess', ApplicationUrl=URL, **fields))


@test('a contact is chosen in a window that knows who asks, and who is there')
def _(w):
    with scene(w) as s:
        heard = window(s, ['if "contacts" in said:',
                           '    print(json.dumps({"contact": said["contacts"][0]["path"]}))',
                           '    sys.stdout.flush()'])
        s.begin()
        alice = s.service.contact()
        _session, answers = choose(s, ActivationToken='token-7')
        Loop.wait_for(lambda: answers, 'somebody is chosen')
        assert answers == [(alice,)]
        token, who, contacts = heard()[:3]
        assert token == {'token': 'token-7'}
        assert who == {'application': 'Chess', 'host': 'chess.example.org'}
        assert contacts == {'contacts': [{'path': alice, 'name': 'Alice Tester',
                                          'signin': 'alice', 'service': 'local', 'status': 2}]}


@test('a typed name is looked up; nobody of that name is said in the window')
def _(w):
    with scene(w) as s:
        heard = window(s, ['if "contacts" in said:',
                           '    print(json.dumps({"name": "nobody"}), flush=True)',
                           'if "error" in said:',
                           '    print(json.dumps({"name": "carol"}), flush=True)'])
        s.begin()
        carol = s.service.contact('carol', 'Carol')

        def get_contact(_path, name, service):
            assert service == 'local'
            if name != 'carol':
                raise Refusal('NotFound')
            return GLib.Variant('(o)', (carol,))

        s.service.answers['GetContact'] = get_contact
        _session, answers = choose(s)
        Loop.wait_for(lambda: answers, 'somebody is chosen')
        assert answers == [(carol,)]
        assert {'error': 'There is nobody of this name.'} in heard()


@test('closed, killed or not there: nobody is chosen, and the service is told')
def _(w):
    with scene(w) as s:
        window(s, ['sys.exit(0)'])
        s.begin(warns=True)
        for what in ('sys.exit(0)', 'os.kill(os.getpid(), 9)', None):
            if what is None:
                os.unlink(s.desktop.path('choose'))
            else:
                window(s, [what])
            _session, answers = choose(s)
            Loop.wait_for(lambda: answers, 'answered')
            assert 'NoUserInvited' in str(answers[0]), answers


@test('an ended session closes its window, and no other')
def _(w):
    with scene(w) as s:
        heard = window(s, ['pass'])
        s.begin()
        first, answers = choose(s)
        _second, others = choose(s)
        Loop.wait_for(lambda: len(heard()) >= 4, 'both windows are open')
        s.service.withdraw(first, 0x81000606)
        Loop.wait_for(lambda: answers, 'answered')
        assert 'NoUserInvited' in str(answers[0]) and not others


@test('the list changes while the window is open: it is told')
def _(w):
    with scene(w) as s:
        heard = window(s, ['pass'])
        s.begin()
        alice = s.service.contact()
        choose(s)
        Loop.wait_for(lambda: any('contacts' in said for said in heard()), 'the first list')
        s.service.change(alice, Status=10)
        s.service.peer.connection.emit_signal(
            s.service.agent[0], names.ROOT, names.MESSENGER1, 'OnContactStatusChange',
            GLib.Variant('(ou)', (alice, 10)))
        Loop.wait_for(lambda: any(c['status'] == 10 for said in heard()
                                  for c in said.get('contacts', [])), 'the second list')
