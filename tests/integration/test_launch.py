# SPDX-License-Identifier: LGPL-2.1-or-later
#
# From the acceptance to the attached application: what the agent is asked, what it answers, and who
# gets the session.

from msgrtest import names
from msgrtest.agent import Agent
from msgrtest.client import V, expect
from msgrtest.keys import CHAT, CHESS, DESK, GO
from msgrtest.names import LAUNCH_FAILED
from msgrtest.scene import GUID, NAME, PATH, URL, Scene
from msgrtest.tap import test
from msgrtest.world import Skip, eventually

AT_ONCE = {'Messenger': {'DecisionWindow': 0}}


class Launch:
    """alice has invited bob, who has accepted: bob's agent is asked to launch."""

    def __init__(self, w, detach=False, token=None, config=None):
        w.start(config or AT_ONCE)
        self.w = w
        self.scene = Scene(w)
        self.agents = [Agent(w, 'alice'), Agent(w, 'bob')]
        self.agent = self.agents[1]
        options = {'Detach': V('b', True)} if detach else {}
        path = self.scene.alice.manager.InviteContact(GUID, self.scene.contact, 'hello', options)
        self.a = self.scene.alice.session(path)
        self.b = self.scene.bob.session(self.agent.shown().path)
        self.b.AcceptWith('', {'ActivationToken': V('s', token)} if token else {})
        assert self.agent.wait('WithdrawInvitation', None).args == [self.b.path, 0]
        # Nothing but what the agent launches attaches, or asks.
        self.scene.bob.close()
        self.bob = self.agent.session(self.b.path)

    def asked(self):
        return self.agent.wait('LaunchApplication', None)

    def started(self, key=CHAT):
        """A process that the agent has launched, and a client in it that is not the owner's."""
        process = self.w.process('bob')
        self.asked().answer('uh', process.pid, 0, pidfds=[process.pid])
        return process, self.w.client_in(process, key)

    def states(self):
        return self.a.get('State'), self.bob.get('State')

    def assert_failed(self):
        for client, session in ((self.scene.alice, self.a), (self.agent.client, self.bob)):
            event = client.wait('OnTermination', session.path)
            assert event.args == [LAUNCH_FAILED, ''], event
            assert session.get('State') == names.TERMINATED
            assert session.get('Result') == LAUNCH_FAILED

    def assert_connected(self):
        assert self.states() == (names.CONNECTED, names.CONNECTED), self.states()


def launching(client, number=0):
    return client.manager.GetLaunchingSession(number)


def nothing_launching(client, number=0):
    expect('Failed', launching, client, number)


@test('the process that was launched gets its session, whatever it has proved to be')
def _(w):
    launch = Launch(w, token='token-1')
    call = launch.asked()
    assert call.args[0] == launch.b.path
    expected = {'Guid': GUID, 'Name': NAME, 'Url': URL, 'DesktopId': '', 'Path': PATH,
                'RegisteredBy': CHESS.id, 'AppIds': [CHESS.id], 'ActivationToken': 'token-1'}
    assert call.args[1] == expected, call.args[1]
    process = w.process('bob')
    call.answer('uh', process.pid, 0, pidfds=[process.pid])
    locked = w.client_in(process)
    expect('ApiLocked', launching, locked)
    locked.unlock(CHAT)
    nothing_launching(w.unlocked('bob', CHAT))
    nothing_launching(w.unlocked('bob', CHAT), process.pid)
    nothing_launching(locked, process.pid + 1)
    assert launching(locked, process.pid) == launch.b.path
    launch.assert_connected()
    nothing_launching(locked)


@test('pain 3: a process that has ended gives nothing to the one that gets its number')
def _(w):
    launch = Launch(w)
    process, client = launch.started()
    assert client.lock.get('Status') == names.LOCK_UNLOCKED
    number = process.pid
    process.kill()
    try:
        with open('/proc/sys/kernel/ns_last_pid', 'w', encoding='ascii') as file:
            file.write(str(number - 1))
    except OSError:
        raise Skip('needs a PID namespace of its own') from None
    heir = w.process('bob')
    assert heir.pid == number, 'the number was taken by another: %d, not %d' % (heir.pid, number)
    nothing_launching(w.client_in(heir, CHAT))
    nothing_launching(w.client_in(heir, CHAT), number)
    assert launch.states() == (names.ACCEPTED, names.ACCEPTED)
    assert launching(w.client_in(heir, CHESS)) == launch.b.path
    launch.assert_connected()


@test('pain 3: the number is nothing without its process; another user gets nothing by it')
def _(w):
    launch = Launch(w)
    process = w.process('carol')  # an agent can hand over any process, its user's or not
    launch.asked().answer('uh', process.pid, 0, pidfds=[process.pid])
    carol = w.client_in(process, CHESS)
    nothing_launching(carol)
    nothing_launching(carol, process.pid)
    nothing_launching(w.unlocked('carol', CHESS))


@test('an application that is known by its ID gets it, the oldest first, until Failed')
def _(w):
    launch = Launch(w)
    launch.asked().answer('uh', 0, 0, fds=1)
    nothing_launching(w.unlocked('bob', GO))
    bob = w.unlocked('bob', CHESS)
    assert launching(bob, 12345) == launch.b.path
    launch.assert_connected()
    nothing_launching(bob)


@test('a process that asks before the agent has told of it waits for that')
def _(w):
    launch = Launch(w)
    call = launch.asked()
    process = w.process('bob')
    client, stranger = w.client_in(process, CHAT), w.unlocked('bob', GO)
    early = client.manager.start('GetLaunchingSession', 0)
    other = stranger.manager.start('GetLaunchingSession', 0)
    launch.agent.client.barrier()
    nothing_launching(launch.agent.client)
    assert not early.done() and not other.done()
    call.answer('uh', process.pid, 0, pidfds=[process.pid])
    assert early.get() == launch.b.path
    expect('Failed', other.get)
    launch.assert_connected()


@test('who asks early is answered, too, when the launch comes to nothing')
def _(w):
    launch = Launch(w)
    launch.asked()
    early = w.unlocked('bob', CHAT)
    pending = early.manager.start('GetLaunchingSession', 0)
    gone = w.unlocked('bob', CHAT)
    gone.manager.start('GetLaunchingSession', 0)
    gone.close()
    launch.a.Cancel(0, '')
    expect('Failed', pending.get)


@test('an agent that fails, and answers that are none: the launch has failed on both sides')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent = Agent(w, 'bob')
    process = w.process('bob')
    other = w.process('bob')
    answers = [
        lambda call: call.fail(),
        lambda call: call.answer('u', process.pid),
        lambda call: call.answer('uh', process.pid, 0),
        lambda call: call.answer('uh', process.pid, 0, pidfds=[process.pid], fds=1),
        lambda call: call.answer('uh', process.pid, 0, pidfds=[other.pid]),
        lambda call: call.answer('uh', process.pid, 0, fds=1),
        lambda call: call.answer('uh', 0, 0),
        lambda call: agent.client.close(),
    ]
    for answer in answers:
        path = scene.alice.manager.InviteContact(GUID, scene.contact, '', {})
        b = scene.bob.session(agent.shown().path)
        b.Accept('')
        agent.wait('WithdrawInvitation', None)
        answer(agent.wait('LaunchApplication', None))
        assert scene.bob.wait('OnTermination', b.path).args == [LAUNCH_FAILED, '']
        assert scene.alice.wait('OnTermination', path).args == [LAUNCH_FAILED, '']


@test('no agent for the launch: it has failed; what the window is for is the application itself')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    Agent(w, 'bob', ['ui'])
    path = scene.alice.manager.InviteContact(GUID, scene.contact, '', {})
    b = scene.bob.session(scene.bob.wait('OnInvitation').args[0])
    b.Accept('')
    assert scene.bob.wait('OnTermination', b.path).args == [LAUNCH_FAILED, '']
    assert scene.alice.wait('OnTermination', path).args == [LAUNCH_FAILED, '']


@test('an application that is running already takes the session: no second copy is launched')
def _(w):
    w.start()
    scene = Scene(w)
    agent = Agent(w, 'bob')
    for take in (lambda: scene.bob.session(scene.b.path).SuppressDefault('BeforeAppLaunch'),
                 lambda: launching(scene.bob)):
        scene.accepted()
        take()
        scene.alice.wait('OnStateChanged', scene.a.path,
                         where=lambda e: e.args == [names.ACCEPTED])
        assert scene.states() == (names.CONNECTED, names.CONNECTED)
        expect('Failed', launching, scene.bob)
        scene.end()
    assert agent.idle()


@test('ReportExit: failed before it attached ends both sides; else the waiting goes on')
def _(w):
    launch = Launch(w)
    process, client = launch.started()
    report = launch.agent.client.agents.ReportExit
    report(launch.b.path, process.pid, False, {})
    report(launch.b.path, process.pid + 1, True, {})
    assert launch.states() == (names.ACCEPTED, names.ACCEPTED)
    expect('AccessDenied', client.agents.ReportExit, launch.b.path, process.pid, True, {})
    for stranger, path in ((launch.agents[0], launch.b.path), (launch.agent, launch.a.path),
                           (launch.agent, '/')):
        expect('NotFound', stranger.client.agents.ReportExit, path, process.pid, True, {})
    assert launch.states() == (names.ACCEPTED, names.ACCEPTED)
    report(launch.b.path, process.pid, True, {})
    launch.assert_failed()


@test('ReportExit after the application has attached changes nothing')
def _(w):
    launch = Launch(w)
    process, client = launch.started()
    launching(client)
    launch.agent.client.agents.ReportExit(launch.b.path, process.pid, True, {})
    launch.assert_connected()


@test('invited from the messenger, the application is launched on both sides')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w, key=DESK)
    agents = [Agent(w, 'alice'), Agent(w, 'bob')]
    scene.invited()
    agents[1].wait('ShowInvitation')
    scene.b.Accept('')
    agents[1].wait('WithdrawInvitation', None)
    for agent, session in zip(agents, (scene.a, scene.b)):
        assert agent.wait('LaunchApplication', None).args[0] == session.path


@test('detached: each process gets its own side, and both are connected')
def _(w):
    launch = Launch(w, detach=True)
    call = launch.agents[0].wait('LaunchApplication', None)
    assert call.args[0] == launch.a.path
    alices = w.process('alice')
    call.answer('uh', alices.pid, 0, pidfds=[alices.pid])
    assert launching(w.client_in(alices, GO)) == launch.a.path
    assert launch.states() == (names.ACCEPTED, names.ACCEPTED)
    client = launch.started()[1]
    assert launching(client) == launch.b.path
    launch.assert_connected()


@test('what is not attached within LaunchTimeout has failed')
def _(w):
    launch = Launch(w, config={'Messenger': {'DecisionWindow': 0, 'LaunchTimeout': 2}})
    launch.started()
    launch.assert_failed()


@test('pain 6: an invitation that has expired, or was cancelled, launches nothing')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent = Agent(w, 'bob')
    timeout = {'Timeout': V('u', 1)}
    path = scene.alice.manager.InviteContact(GUID, scene.contact, '', timeout)
    shown = agent.shown()
    scene.alice.wait('OnTermination', path)
    assert agent.wait('WithdrawInvitation', None).args == [shown.path, names.SESSION_TIMEOUT]
    expect('SessionStateInvalid', shown.AcceptWith, '', {})
    # What waits behind another call is taken out of the queue.
    first = scene.alice.manager.InviteContact(GUID, scene.contact, 'first', {})
    call = agent.wait('ShowInvitation', None)
    second = scene.alice.manager.InviteContact(GUID, scene.contact, 'second', {})
    scene.alice.session(second).Cancel(0, '')
    assert agent.wait('WithdrawInvitation', None).args[0] != call.args[0]
    call.answer()
    third = scene.alice.manager.InviteContact(GUID, scene.contact, 'third', {})
    call = agent.wait('ShowInvitation')
    assert call.args[1]['AppData'] == 'third'
    for path in (first, third):
        scene.alice.session(path).Cancel(0, '')
        agent.wait('WithdrawInvitation', None)
    assert agent.idle()


@test('pain 6: a launch that waits behind another call is not made for a session that has ended')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent = Agent(w, 'bob')
    scene.alice.manager.InviteContact(GUID, scene.contact, 'first', {})
    hung = agent.wait('ShowInvitation', None)
    path = scene.alice.manager.InviteContact(GUID, scene.contact, 'second', {})
    event = scene.bob.wait('OnInvitation', where=lambda e: e.args[1] == 'second')
    scene.bob.session(event.args[0]).Accept('')
    scene.bob.wait('BeforeAppLaunch')
    eventually(lambda: scene.alice.session(path).get('State') == names.ACCEPTED, 'accepted')
    agent.wait('WithdrawInvitation', None)
    scene.alice.session(path).Cancel(0, '')
    hung.answer()
    agent.register()
    assert agent.wait('ShowInvitation').args[1]['AppData'] == 'first'
    assert agent.idle()


@test('pain 8: who comes late reads all that was said before')
def _(w):
    launch = Launch(w)
    launch.a.SendContextData('port 4711')
    client = launch.started()[1]
    session = client.session(launching(client))
    assert session.get('State') == names.CONNECTED
    assert session.get('ContextData') == 'port 4711'
    assert session.get('RemoteAddress') == '127.0.0.1'


@test('pain 15: nothing is accepted because an agent is slow, hangs, fails or is not there')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    path = scene.alice.manager.InviteContact(GUID, scene.contact, '', {})
    a = scene.alice.session(path)
    agent = Agent(w, 'bob')
    agent.wait('ShowInvitation', None).fail()
    assert a.get('State') == names.INVITATION
    agent.register()
    agent.wait('ShowInvitation', None)
    agent.client.close()
    assert a.get('State') == names.INVITATION
    agent = Agent(w, 'bob')
    agent.wait('ShowInvitation', None).answer('s', 'accepted')
    assert agent.idle()
    assert a.get('State') == names.INVITATION


@test('a kill of the service in each phase of the launch: it is decided anew, by the same process')
def _(w):
    config = {'Messenger': {'DecisionWindow': 0, 'ClientGrace': 600, 'LaunchTimeout': 600}}
    launch = Launch(w, config=config)
    process = None
    for phase in ('asked', 'launched'):
        call = launch.asked()
        if phase == 'launched':
            process = w.process('bob')
            call.answer('uh', process.pid, 0, pidfds=[process.pid])
            w.client_in(process).messenger.get('Version')
            launch.agent.client.barrier()
        w.daemon.kill()
        w.start(standard=False)
        launch.scene.alice.unlock(CHESS)
        launch.agent.register()
    call = launch.asked()
    assert call.args[0] == launch.b.path
    call.answer('uh', process.pid, 0, pidfds=[process.pid])
    client = w.client_in(process, CHAT)
    assert launching(client) == launch.b.path
    launch.assert_connected()
    w.daemon.kill()
    w.start(standard=False)
    launch.scene.alice.unlock(CHESS)
    launch.agent.register()
    client.unlock(CHAT)
    launch.assert_connected()
    assert launch.agent.idle()


@test('descriptors that come with replies are closed')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent = Agent(w, 'bob')
    scene.alice.manager.InviteContact(GUID, scene.contact, '', {})
    agent.wait('ShowInvitation', None).answer(fds=16)
    agent.client.barrier()
    before = w.daemon.open_files()
    for _ in range(100):
        agent.register()
        agent.wait('ShowInvitation', None).answer(fds=16)
    eventually(lambda: w.daemon.open_files() <= before, 'the descriptors are closed')


@test('the process that is held is let go with its session')
def _(w):
    launch = Launch(w)
    before = w.daemon.open_files()
    launch.started()
    held = w.daemon.open_files()
    launch.a.Cancel(0, '')
    launch.agent.client.wait('OnTermination', launch.b.path)
    eventually(lambda: w.daemon.open_files() <= before, 'the pidfd is closed: %d' % held)
