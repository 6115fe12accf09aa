# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Agents: who is one, what the active one may do, and what it is asked.

from msgrtest import names
from msgrtest.agent import PATH, Agent
from msgrtest.client import V, expect
from msgrtest.scene import GUID, Scene, sessions
from msgrtest.tap import test

AT_ONCE = {'Messenger': {'DecisionWindow': 0}}


@test('roles: the highest priority, then the earliest; who is displaced is told')
def _(w):
    w.start()
    first = Agent(w, 'alice')
    later = Agent(w, 'alice')
    assert later.idle() and first.idle()
    shell = Agent(w, 'alice', ['ui'], 10)
    assert first.wait('Released', None).args == ['ui']
    assert later.idle() and shell.idle()
    shell.unregister()
    later.register(priority=5)
    assert [first.wait('Released', None).args for _ in range(2)] == [['ui'], ['launch']]
    later.register(['launch'], 5)
    assert later.idle(), 'who gives a role up itself is not told'
    later.register(['launch'], -5)
    assert later.wait('Released', None).args == ['launch']
    first.client.close()
    assert later.idle()


@test('RegisterAgent: wrong options, too many agents, and none to unregister')
def _(w):
    w.start()
    c = w.client('alice')
    for options in ({'Roles': V('as', [])}, {'Roles': V('as', ['ui', 'x'])},
                    {'Roles': V('s', 'ui')}, {'Priority': V('u', 1)}):
        expect('InvalidArgs', c.agents.RegisterAgent, PATH, options)
    c.agents.RegisterAgent(PATH, {'Unknown': V('s', '')})
    for number in range(7):
        c.agents.RegisterAgent(PATH + str(number), {})
    expect('LimitsExceeded', c.agents.RegisterAgent, PATH + '8', {})
    expect('LimitsExceeded', w.client('alice').agents.RegisterAgent, PATH, {})
    c.agents.RegisterAgent(PATH, {'Priority': V('i', -1)})
    w.client('bob').agents.RegisterAgent(PATH, {})
    c.agents.UnregisterAgent(PATH)
    expect('NotFound', c.agents.UnregisterAgent, PATH)
    expect('NotFound', w.client('alice').agents.UnregisterAgent, PATH + '1')


@test('the manager answers under its own name only')
def _(w):
    w.start()
    c = w.client('alice')
    unique = c.call('/', names.DBUS, 'GetNameOwner', 's', [names.BUS], dest=names.DBUS)
    for dest in (names.BUS, unique):
        for member, signature, args in (('RegisterAgent', 'oa{sv}', [PATH, {}]),
                                        ('UnregisterAgent', 'o', [PATH])):
            expect('AccessDenied', c.call, names.ROOT, names.AGENTMANAGER1, member, signature,
                   args, dest=dest)
    c.agents.RegisterAgent(PATH, {})


@test('the active agent is there, and may do what a messenger may, without unlocking')
def _(w):
    w.start()
    scene = Scene(w)
    agent = Agent(w, 'bob')
    waiting = Agent(w, 'bob')
    scene.bob.close()
    scene.alice.manager.InviteContact(GUID, scene.contact, 'hello', {})
    assert agent.client.wait('OnInvitation').args[1] == 'hello'
    assert len(sessions(agent.client)) == 1
    assert agent.client.lock.get('Status') == names.LOCK_UNLOCKED
    assert agent.client.private_lock.get('Status') == names.LOCK_UNLOCKED
    agent.client.messenger.ListContacts()
    expect('ApiLocked', waiting.client.manager.ListSessions)
    agent.unregister()
    expect('ApiLocked', agent.client.manager.ListSessions)
    waiting.client.wait('OnInvitation')
    assert len(sessions(waiting.client)) == 1


@test('ShowInvitation when the window is over, WithdrawInvitation when it is answered (pain 7)')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent = Agent(w, 'bob')
    scene.ready()
    scene.a.Invite(scene.contact, 'hello')
    call = agent.wait('ShowInvitation')
    event = scene.bob.wait('OnInvitation')
    assert call.args[0] == event.args[0]
    details = dict(event.args[3], AppData='hello')
    assert call.args[1] == details, (call.args[1], details)
    b = scene.bob.session(event.args[0])
    expect('SessionStateInvalid', b.SuppressDefault, 'OnInvitation')
    b.Decline('')
    assert agent.wait('WithdrawInvitation', None).args == [b.path, names.INVITATION_DECLINED]
    scene.ready()
    scene.a.Invite(scene.contact, 'again')
    shown = agent.shown()
    scene.a.Cancel(0, '')
    assert agent.wait('WithdrawInvitation', None).args == [shown.path, names.CANCELLED_REMOTE]
    scene.ready()
    scene.a.Invite(scene.contact, 'yes')
    shown = agent.shown()
    scene.bob.session(shown.path).Accept('')
    assert agent.wait('WithdrawInvitation', None).args == [shown.path, 0]
    agent.wait('LaunchApplication', None)
    assert agent.idle()


@test('what an application handles itself is not shown')
def _(w):
    w.start({'Messenger': {'DecisionWindow': 1000}})
    scene = Scene(w)
    agent = Agent(w, 'bob')
    scene.invited()
    scene.b.SuppressDefault('OnInvitation')
    agent.register()
    scene.b.SuppressDefault('OnInvitation')
    other = scene.alice.manager.InviteContact(GUID, scene.contact, 'other', {})
    assert agent.wait('ShowInvitation').args[1]['AppData'] == 'other'
    agent.register()
    assert agent.wait('ShowInvitation').args[1]['AppData'] == 'other'
    scene.b.Decline('')
    scene.alice.session(other).Cancel(0, '')
    agent.wait('WithdrawInvitation', None)
    assert agent.idle()


@test('an agent that is killed while it shows: the next one shows it; nothing is accepted (pain 14)')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent, heir = Agent(w, 'bob'), Agent(w, 'bob')
    scene.ready()
    scene.a.Invite(scene.contact, 'hello')
    path = agent.wait('ShowInvitation', None).args[0]
    agent.client.close()
    assert heir.shown().path == path
    heir.client.close()
    assert scene.a.get('State') == names.INVITATION
    late = Agent(w, 'bob')
    assert late.shown().path == path
    assert scene.a.get('State') == names.INVITATION
    late.session(path).Decline('')
    late.wait('WithdrawInvitation', None)


@test('a hung agent holds up nobody else; when it answers again it is asked again')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    hung = Agent(w, 'bob')
    carol = Agent(w, 'carol')
    to_carol = scene.alice.contact_of(w.name_of('carol'))
    first = scene.alice.manager.InviteContact(GUID, scene.contact, 'first', {})
    call = hung.wait('ShowInvitation', None)
    assert call.args[1]['AppData'] == 'first'
    scene.alice.manager.InviteContact(GUID, scene.contact, 'second', {})
    scene.alice.manager.InviteContact(GUID, to_carol, 'third', {})
    assert carol.wait('ShowInvitation').args[1]['AppData'] == 'third'
    assert hung.idle(), 'one call at a time'
    w.daemon.wait_log('does not answer')
    scene.alice.manager.InviteContact(GUID, scene.contact, 'fourth', {})
    assert hung.idle()
    call.answer()
    texts = [hung.wait('ShowInvitation').args[1]['AppData'] for _ in range(3)]
    assert texts == ['first', 'second', 'fourth'], texts
    assert scene.alice.session(first).get('State') == names.INVITATION
