# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What an agent is asked beside the invitation: whom to invite, whether to download; and what an
# agent, or somebody who would like to be one, can't do to others.

from msgrtest import names
from msgrtest.agent import PATH, Agent
from msgrtest.client import V, expect
from msgrtest.keys import CHAT, CHESS
from msgrtest.scene import GUID, NAME, NEVER, URL, Scene, register, sessions
from msgrtest.tap import test
from msgrtest.world import eventually

AT_ONCE = {'Messenger': {'DecisionWindow': 0}}
SEND_FAILURE = names.HRESULTS['InvitationSendFailure']


def choose(scene, app_data='', **options):
    path = scene.alice.manager.InviteContact(scene.guid, '/', app_data, options)
    assert scene.alice.session(path).get('State') == names.READY
    return scene.alice.session(path)


@test('InviteContact with contact "/": the user is asked, and the choice is invited')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent = Agent(w, 'alice')
    a = choose(scene, 'hello', Timeout=V('u', 1000), ActivationToken=V('s', 'token-2'))
    call = agent.wait('ChooseContact', None)
    assert call.args == [a.path, {'Application': GUID, 'ApplicationName': NAME,
                                  'ApplicationUrl': URL, 'ActivationToken': 'token-2'}], call.args
    assert scene.bob.said() == []
    call.answer('o', scene.contact)
    assert scene.bob.wait('OnInvitation').args[1] == 'hello'
    assert a.get('State') == names.INVITATION and a.get('User') == scene.contact
    assert agent.idle()


@test('the chooser is dismissed, chooses nobody who can be invited, or answers nonsense')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent = Agent(w, 'alice')
    bobs = scene.bob.contact_of(w.name_of('alice'))
    carol = scene.alice.contact_of(w.name_of('carol'))
    me = scene.alice.contact_of(w.name_of('alice'))
    for answer, hr, fails in (
            (lambda call: call.fail(), names.CANCELLED_LOCAL, False),
            (lambda call: call.answer('s', scene.contact), names.CANCELLED_LOCAL, False),
            (lambda call: call.answer('o', bobs), SEND_FAILURE, True),
            (lambda call: call.answer('o', '/'), SEND_FAILURE, True),
            (lambda call: call.answer('o', carol), SEND_FAILURE, True),
            (lambda call: call.answer('o', me), names.HRESULTS['InvitedSelf'], True)):
        a = choose(scene)
        scene.alice.forget()
        answer(agent.wait('ChooseContact', None))
        assert scene.alice.wait('OnTermination', a.path).args == [hr, '']
        expected = [('OnStateChanged', [names.READY]), ('OnTermination', [hr, ''])]
        if fails:
            expected.insert(1, ('OnSendError', [SEND_FAILURE]))
        assert [(e.member, e.args) for e in scene.alice.said()] == expected
        assert a.get('State') == names.CANCELLED and a.get('Result') == hr


@test('with nobody who could ask, or for no application, InviteContact with "/" is refused')
def _(w):
    w.start()
    scene = Scene(w)
    Agent(w, 'alice', ['launch'])
    Agent(w, 'bob')
    expect('Failed', scene.alice.manager.InviteContact, GUID, '/', '', {})
    Agent(w, 'alice')
    expect('AppNotRegistered', scene.alice.manager.InviteContact, NEVER, '/', '', {})
    assert sessions(scene.alice) == {}


@test('an agent that dies while it asks whom to invite: the next one asks; Cancel ends it')
def _(w):
    w.start()
    scene = Scene(w)
    agent = Agent(w, 'alice')
    a = choose(scene)
    agent.wait('ChooseContact', None)
    agent.client.close()
    assert a.get('State') == names.READY
    heir = Agent(w, 'alice')
    assert heir.wait('ChooseContact', None).args[0] == a.path
    a.Cancel(0, '')
    assert heir.wait('WithdrawInvitation', None).args == [a.path, names.CANCELLED_LOCAL]
    assert heir.idle()


@test('what waits for a person does not hold up the rest')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent = Agent(w, 'alice')
    asked = [choose(scene) for _ in range(6)]
    calls = [agent.wait('ChooseContact', None) for _ in range(4)]
    scene.bob.manager.InviteContact(GUID, scene.bob.contact_of(w.name_of('alice')), '', {})
    agent.wait('ShowInvitation')
    assert agent.idle(), 'no more than four at a time'
    calls[0].fail()
    assert agent.wait('ChooseContact', None).args[0] == asked[4].path
    asked[5].Cancel(0, '')
    agent.wait('WithdrawInvitation', None)
    calls[1].fail()
    scene.alice.wait('OnTermination', asked[1].path)
    assert agent.idle()


@test('an application that is not here: the download is offered; registered, it is shown again')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    scene.bob.manager.UnRegisterApplication(GUID)
    agent = Agent(w, 'bob')
    path = scene.alice.manager.InviteContact(GUID, scene.contact, '', {})
    call = agent.wait('ShowInvitation')
    assert call.args[1]['Registered'] is False and call.args[1]['RegisteredName'] == ''
    b = agent.session(call.args[0])
    expect('AppNotRegistered', b.AcceptWith, '', {})
    offer = agent.wait('OfferDownload', None)
    assert offer.args == [b.path, NAME, URL]
    register(scene.bob, name="Bob's chess")
    call = agent.wait('ShowInvitation')
    assert call.args[1]['Registered'] is True and call.args[1]['RegisteredName'] == "Bob's chess"
    offer.answer()
    b.AcceptWith('', {})
    assert agent.wait('WithdrawInvitation', None).args == [b.path, 0]
    assert scene.alice.session(path).get('State') == names.ACCEPTED


@test('no process of another user can call an agent, nor be one')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent = Agent(w, 'alice')
    stranger = w.client('bob')
    for member, signature, args in (('Released', 's', ['ui']),
                                    ('ShowInvitation', 'oa{sv}', ['/a', {}]),
                                    ('LaunchApplication', 'oa{sv}', ['/a', {}]),
                                    ('ChooseContact', 'oa{sv}', ['/a', {}])):
        expect('AccessDenied', stranger.call, PATH, names.AGENT1, member, signature, args,
               dest=agent.client.name)
        expect('AccessDenied', scene.alice.call, PATH, names.AGENT1, member, signature, args,
               dest=agent.client.name)
    assert agent.idle()
    # bob's agent is none of alice's: it sees and does nothing of hers
    bobs = Agent(w, 'bob')
    a = choose(scene)
    call = agent.wait('ChooseContact', None)
    for member, args in (('Cancel', [0, '']), ('Invite', ['/', ''])):
        expect(names.NO_OBJECT, bobs.session(a.path).start(member, *args).get)
    expect('NotFound', bobs.client.agents.ReportExit, a.path, 1, True, {})
    assert sessions(bobs.client) == {} and bobs.idle()
    call.fail()


@test('who has many hung agents holds up himself alone')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    scene.alice.manager.InviteContact(GUID, scene.contact, 'first', {})
    hung = []
    for priority in range(8):
        hung.append(Agent(w, 'bob', ['ui'], priority))
        hung[-1].wait('ShowInvitation', None)
    for agent in hung:
        agent.unregister()
    late = Agent(w, 'bob', ['ui'])
    assert late.idle(), 'eight calls of a user are unanswered'
    carol = Agent(w, 'carol')
    scene.alice.manager.InviteContact(GUID, scene.alice.contact_of(w.name_of('carol')), '', {})
    carol.wait('ShowInvitation')
    hung[3].client.close()
    late.wait('ShowInvitation')


@test('an agent that has unlocked by a key, too, counts as that key says, and still as the agent')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent = Agent(w, 'bob', client=w.unlocked('bob', CHAT))
    path = scene.alice.manager.InviteContact(GUID, scene.contact, '', {})
    b = agent.shown()
    assert b.path in sessions(agent.client)
    agent.client.messenger.ListContacts()
    agent.unregister()
    assert sessions(agent.client) == {}
    expect(names.NO_OBJECT, b.Decline, '')
    assert scene.alice.session(path).get('State') == names.INVITATION


@test('after a restart of the service agents register again, and what waits is shown again (pain 14)')
def _(w):
    w.start(AT_ONCE)
    scene = Scene(w)
    agent = Agent(w, 'bob')
    path = scene.alice.manager.InviteContact(GUID, scene.contact, 'hello', {})
    shown = agent.shown()
    w.daemon.kill()
    w.start(standard=False)
    expect('ApiLocked', agent.client.manager.ListSessions)
    agent.register()
    assert agent.wait('ShowInvitation').args[0] == shown.path
    scene.alice.unlock(CHESS)
    assert scene.alice.session(path).get('State') == names.INVITATION
    shown.Decline('')
    agent.wait('WithdrawInvitation', None)
    eventually(lambda: scene.alice.session(path).get('State') == names.DECLINED, 'declined')
