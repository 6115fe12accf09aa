# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Alerts: published by who may, kept for who is away, sent once to whoever wants them, shown by the
# agent if nobody else does.

import re
import time

from msgrtest import names
from msgrtest.agent import Agent
from msgrtest.client import V, expect, types
from msgrtest.disk import set_file_limit
from msgrtest.keys import DESK, FRIENDS, Key
from msgrtest.tap import test
from msgrtest.world import eventually

NEWS = Key('org.example.News', capabilities=('private', 'publish-alerts'))
SITE = 7
AT_ONCE = {'Messenger': {'DecisionWindow': 0}}


def start(w, config=None, **options):
    w.add_key(NEWS)
    return w.start(config, **options)


def crash(w, **options):
    w.daemon.kill()
    return w.start(standard=False, **options)


def publisher(w, short='alice'):
    return w.unlocked(short, NEWS, 'Private')


def publish(client, to, text, site=SITE, **options):
    client.private.PublishAlert(site, to, text, options)


def reader(w, short='bob', sites=(SITE,), key=FRIENDS):
    """A client that wants the alerts of these sites; what it is sent at once is still to be read."""
    client = w.unlocked(short, key, 'Private')
    client.private.EnableAlertEvents(list(sites))
    return client


def alerts(client):
    """What the client was sent since it was last asked: the texts."""
    return [e.args[0] for e in client.said(names.PRIVATE1)]


def numbered(first, last):
    return ['alert %d' % n for n in range(first, last)]


# Who gets what


@test('alerts that nobody waits for arrive after a kill, once, in order')
def _(w):
    start(w)
    news = publisher(w)
    for text in numbered(0, 5):
        publish(news, w.name_of('bob'), text)
    crash(w)
    bob = reader(w)
    assert alerts(bob) == numbered(0, 5)
    bob.private.EnableAlertEvents([SITE])
    assert alerts(bob) == []
    bob.close()
    bob = reader(w)
    assert alerts(bob) == [], 'the application has had them'
    w.restart()
    assert alerts(reader(w)) == []
    bob.unlock(FRIENDS, 'Private')
    bob.private.EnableAlertEvents([SITE])
    assert alerts(bob) == []


@test('what OnAlertReceived tells, and in which types')
def _(w):
    start(w)
    news = publisher(w)
    bob = reader(w, sites=(-5, 2 ** 31 - 1))
    before = time.time() * 1e6
    publish(news, w.name_of('bob'), 'Two\nlines\tü', -5, Url=V('s', 'https://example.org/1'),
            Expires=V('t', 2 ** 64 - 1), Unknown=V('as', []))
    publish(news, w.name_of('bob'), '', 2 ** 31 - 1, Url=V('s', ''))
    first, second = bob.said(names.PRIVATE1)
    assert first.path == names.PRIVATE and first.member == 'OnAlertReceived'
    text, enable_default, details = first.args
    assert (text, enable_default) == ('Two\nlines\tü', True)
    assert types(first.typed[2]) == {'Id': 't', 'SiteId': 'i', 'Publisher': 's', 'Time': 't',
                                     'Url': 's'}
    assert details['SiteId'] == -5 and details['Publisher'] == NEWS.id
    assert details['Url'] == 'https://example.org/1'
    assert before <= details['Time'] <= time.time() * 1e6
    assert second.args[0] == '' and second.args[2]['Url'] == ''
    assert second.args[2]['Id'] > details['Id']
    crash(w)
    news.unlock(NEWS, 'Private')
    bob.unlock(FRIENDS, 'Private')
    bob.private.EnableAlertEvents([SITE])
    publish(news, w.name_of('bob'), 'later')
    assert bob.wait('OnAlertReceived', where=lambda e: e.args[0] == 'later').args[2]['Id'] > \
        second.args[2]['Id']


@test("nobody hears of an alert to somebody else: neither its publisher nor a third")
def _(w):
    start(w)
    news = publisher(w)
    news.private.EnableAlertEvents([SITE])
    carol, bob = reader(w, 'carol'), reader(w)
    publish(news, w.name_of('bob'), 'for bob')
    assert alerts(bob) == ['for bob']
    assert alerts(carol) == [] and alerts(news) == []
    late = w.client('bob')
    locked = w.unlocked('bob', DESK)
    expect('ApiLocked', locked.private.EnableAlertEvents, [SITE])
    expect('ApiLocked', late.private.EnableAlertEvents, [SITE])
    publish(news, w.name_of('bob'), 'again')
    assert alerts(late) == [] and alerts(locked) == []


@test('every client of a user that wants it is sent an alert, once')
def _(w):
    start(w)
    news = publisher(w)
    clients = [reader(w) for _ in range(3)]
    other = reader(w, sites=(8,))
    publish(news, w.name_of('bob'), 'one')
    assert [alerts(c) for c in clients] == [['one']] * 3
    late = reader(w)
    assert alerts(late) == ['one'], 'the time to take it is not over'
    publish(news, w.name_of('bob'), 'two')
    assert [alerts(c) for c in clients + [late]] == [['two']] * 4
    assert alerts(other) == []


@test('when it is decided, nobody is sent it any more')
def _(w):
    start(w, AT_ONCE)
    news, bob = publisher(w), reader(w)
    publish(news, w.name_of('bob'), 'one')
    number = bob.wait('OnAlertReceived').args[2]['Id']
    decided = names.error_name('SessionStateInvalid')
    eventually(lambda: bob.private.start('SuppressDefault', number).reply().error == decided,
               'it is decided')
    assert alerts(reader(w)) == []


@test('a set of sites replaces the one before; 257 are too many, and change nothing')
def _(w):
    start(w)
    news, bob = publisher(w), reader(w, sites=range(names.MAX_ALERT_SITES))
    message = expect('LimitsExceeded', bob.private.EnableAlertEvents,
                     list(range(1000, 1001 + names.MAX_ALERT_SITES)))
    assert '256' in message
    to = w.name_of('bob')
    publish(news, to, 'a', 255)
    publish(news, to, 'b', 1000)
    assert alerts(bob) == ['a']
    bob.private.EnableAlertEvents([1000])
    assert alerts(bob) == ['b']
    publish(news, to, 'c', 255)
    assert alerts(bob) == []
    bob.private.EnableAlertEvents([])
    publish(news, to, 'd', 1000)
    assert alerts(bob) == []
    bob.private.EnableAlertEvents([255, 1000, 255])
    assert alerts(bob) == ['c', 'd']


@test('the lock shuts and opens: what waited meanwhile comes then')
def _(w):
    start(w)
    news, bob = publisher(w), reader(w)
    w.add_key(FRIENDS.but(revoked=True))
    bob.wait('OnLockStatusChanged', where=lambda e: e.args == [names.LOCK_INITIALIZED])
    publish(news, w.name_of('bob'), 'meanwhile')
    assert alerts(bob) == []
    bob.unlock(DESK, 'Private')
    assert [e.args[0] for e in bob.events if e.member == 'OnAlertReceived'] == ['meanwhile']


@test('what waits can be read, whatever its site, and by nobody else')
def _(w):
    start(w)
    news, bob, carol = publisher(w), reader(w, sites=()), reader(w, 'carol', ())
    publish(news, w.name_of('bob'), 'one', 1, Expires=V('t', 2 ** 60))
    publish(news, w.name_of('bob'), 'two', 2, Url=V('s', 'https://example.org/'))
    listed = bob.private.ListAlerts({'Unknown': V('s', '')})
    assert [(a['Alert'], a['SiteId'], a['Url']) for a in listed] == [
        ('one', 1, ''), ('two', 2, 'https://example.org/')]
    assert carol.private.ListAlerts({}) == [] and news.private.ListAlerts({}) == []
    bob.private.EnableAlertEvents([1])
    told = bob.wait('OnAlertReceived').args[2]
    assert listed[0] == dict(told, Alert='one', Expires=listed[0]['Expires'])
    crash(w)
    bob.unlock(FRIENDS, 'Private')
    assert bob.private.ListAlerts({})[1] == listed[1]


# What is kept


@test('a hundred are kept, the log names what was dropped, and never a text')
def _(w):
    start(w, args=['--verbose'])
    news = publisher(w)
    for text in numbered(0, names.MAX_ALERTS + 3):
        publish(news, w.name_of('bob'), text)
    dropped = [line for line in w.daemon.lines if 'is dropped' in line]
    assert len(dropped) == 3, dropped
    for line in dropped:
        assert re.search(r'uid %d: alert \d+ of site 7, published by org\.example\.News, is '
                         r'dropped' % w.user('bob').uid, line), line
    crash(w)
    bob = reader(w)
    assert alerts(bob) == numbered(3, names.MAX_ALERTS + 3)
    assert 'alert 5' not in w.daemon.log


@test('a client that is there gets them all, however many')
def _(w):
    start(w)
    news, bob = publisher(w), reader(w)
    count = names.MAX_ALERTS + 50
    for text in numbered(0, count):
        publish(news, w.name_of('bob'), text)
    assert alerts(bob) == numbered(0, count)
    assert 'is dropped' not in w.daemon.log


@test('what has expired is not sent')
def _(w):
    start(w)
    news = publisher(w)
    to = w.name_of('bob')
    soon = int(time.time() * 1e6) + 1500000
    publish(news, to, 'past', Expires=V('t', 1))
    publish(news, to, 'never', Expires=V('t', 0))
    publish(news, to, 'soon', Expires=V('t', soon))
    publish(news, to, 'much later', Expires=V('t', soon + 10 ** 12))
    assert alerts(reader(w, 'carol')) == []
    w.daemon.kill()
    while time.time() * 1e6 < soon:
        time.sleep(0.02)
    w.start(standard=False)
    assert alerts(reader(w)) == ['never', 'much later']


@test('kill -9 while alerts leave: none that was acknowledged is lost')
def _(w):
    start(w, AT_ONCE)
    for turn in range(5):
        news, bob = publisher(w), reader(w)
        texts = ['%d %d' % (turn, n) for n in range(30)]
        pending = [news.private.start('PublishAlert', SITE, w.name_of('bob'), text, {})
                   for text in texts]
        pending[5 * turn].reply()
        crash(w)
        kept = [text for text, p in zip(texts, pending) if not p.reply().error]
        before = [e.args[0] for e in bob.events if e.member == 'OnAlertReceived']
        bob.unlock(FRIENDS, 'Private')
        bob.private.EnableAlertEvents([SITE])
        bob.barrier()
        after = [e.args[0] for e in bob.events if e.member == 'OnAlertReceived'][len(before):]
        assert set(kept) <= set(before + after), (kept, before, after)
        assert before == sorted(before, key=texts.index), 'the order'
        assert after == sorted(after, key=texts.index), 'the order'
        assert len(set(before)) == len(before) and len(set(after)) == len(after)
        news.close()
        bob.close()


@test('what cannot be kept is not published, and what cannot be noted is not sent')
def _(w):
    start(w, warns=True)
    news, bob, carol = publisher(w), reader(w), reader(w, 'carol', ())
    publish(news, w.name_of('carol'), 'waits')
    set_file_limit(w, 1024)
    for _ in range(3):
        expect('Failed', news.private.PublishAlert, SITE, w.name_of('bob'), 'lost', {})
        expect('Failed', carol.private.EnableAlertEvents, [SITE])
    assert alerts(bob) == [] and alerts(carol) == []
    set_file_limit(w, None)
    publish(news, w.name_of('bob'), 'kept')
    assert alerts(bob) == ['kept']
    assert alerts(carol) == []
    carol.private.EnableAlertEvents([SITE])
    assert alerts(carol) == ['waits']


# Who may publish what


@test('it takes a key that may publish; arguments first, then the key, then the name')
def _(w):
    start(w)
    friend = w.unlocked('alice', FRIENDS, 'Private')
    to = w.name_of('bob')
    bob = reader(w)
    message = expect('AccessDenied', friend.private.PublishAlert, SITE, to, 'x', {})
    assert 'publish-alerts' in message
    expect('AccessDenied', friend.private.PublishAlert, SITE, '', 'x', {})
    expect('AccessDenied', friend.private.PublishAlert, SITE, 'nobody-of-this-name', 'x', {})
    expect('InvalidArgs', friend.private.PublishAlert, SITE, to, 'x' * 4097, {})
    own = Key('org.example.Mine', capabilities=('private', 'publish-alerts'))
    expect('InvalidArgs', friend.keys.AddKey, own.json)
    assert alerts(bob) == []


@test('a key that loses the capability publishes no more')
def _(w):
    start(w)
    news = publisher(w)
    publish(news, w.name_of('bob'), 'one')
    w.add_key(NEWS.but(capabilities=['private']))
    eventually(lambda: news.private.start('PublishAlert', SITE, w.name_of('carol'), '', {})
               .reply().error, 'the key has changed')
    expect('AccessDenied', news.private.PublishAlert, SITE, w.name_of('bob'), 'two', {})
    assert alerts(reader(w)) == ['one']


BAD = [
    ('x' * 4097, {}), ('ü' * 2049, {}), ('a\x1b[31mred', {}), ('a\x7f', {}), ('a\u202eb', {}),
    ('a\u2028b', {}), ('a\r\nb', {}),
    ('x', {'Url': V('s', 'javascript:alert(1)')}), ('x', {'Url': V('s', 'file:///etc/passwd')}),
    ('x', {'Url': V('s', 'https://')}), ('x', {'Url': V('s', 'https://a b/')}),
    ('x', {'Url': V('s', 'https://example.org/' + 'x' * 240)}), ('x', {'Url': V('o', '/a')}),
    ('x', {'Url': V('as', [])}), ('x', {'Expires': V('x', 5)}), ('x', {'Expires': V('u', 5)}),
    ('x', {'Expires': V('s', 'tomorrow')}),
]


@test('malformed alerts are InvalidArgs, and are sent to nobody')
def _(w):
    start(w)
    news, bob = publisher(w), reader(w)
    for text, options in BAD:
        expect('InvalidArgs', news.private.PublishAlert, SITE, w.name_of('bob'), text, options)
        expect('InvalidArgs', news.private.PublishAlert, SITE, '', text, options)
    publish(news, w.name_of('bob'), 'x' * 4096, Url=V('s', 'http://example.org'))
    assert alerts(bob) == ['x' * 4096]


@test('names: unknown ones, those that are nobody here, and who was never there')
def _(w):
    start(w)
    news = publisher(w)
    for name in ('nobody-of-this-name', 'echo', w.name_of('system'), 'x' * 130, 'a/b', '\n'):
        expect('NotFound', news.private.PublishAlert, SITE, name, 'x', {})
    publish(news, w.name_of('dave'), 'for a stranger')
    publish(news, w.name_of('alice'), 'for myself')
    crash(w)
    assert alerts(reader(w, 'dave')) == ['for a stranger']
    assert alerts(reader(w, 'alice')) == ['for myself']


@test('to every local user: who has been there, and who listens; so often a minute')
def _(w):
    start(w)
    news = publisher(w)
    w.unlocked('bob', DESK).close()
    carol = reader(w, 'carol')
    for n in range(5):
        publish(news, '', 'all %d' % n)
    message = expect('LimitsExceeded', news.private.PublishAlert, SITE, '', 'too much', {})
    assert re.search(r'wait (59|60) seconds', message), message
    publish(news, w.name_of('bob'), 'to one it is allowed')
    expected = ['all %d' % n for n in range(5)]
    assert alerts(carol) == expected
    assert alerts(reader(w)) == expected + ['to one it is allowed']
    assert alerts(reader(w, 'dave')) == []


# The default action


def id_of(client):
    return client.wait('OnAlertReceived').args[2]['Id']


@test('two clients, one takes it: the agent does not show it')
def _(w):
    start(w, {'Messenger': {'DecisionWindow': 1500}})
    news, one, two = publisher(w), reader(w), reader(w)
    agent = Agent(w, 'bob')
    publish(news, w.name_of('bob'), 'taken')
    number = id_of(one)
    assert id_of(two) == number
    one.private.SuppressDefault(number)
    one.private.SuppressDefault(number)
    two.private.SuppressDefault(number)
    late = reader(w)
    assert late.wait('OnAlertReceived').args[:2] == ['taken', False]
    expect('NotFound', reader(w, 'carol').private.SuppressDefault, number)
    expect('NotFound', one.private.SuppressDefault, number + 1)
    publish(news, w.name_of('bob'), 'shown')
    call = agent.wait('ShowAlert')
    event = one.wait('OnAlertReceived', where=lambda e: e.args[0] == 'shown')
    assert call.args[0] == dict(event.args[2], Alert='shown', Again=False), call.args
    expect('SessionStateInvalid', one.private.SuppressDefault, event.args[2]['Id'])
    assert agent.idle()


@test('one agent after the other shows it, until the user has dealt with it')
def _(w):
    start(w, AT_ONCE)
    news = publisher(w)
    publish(news, w.name_of('bob'), 'one')
    agent = Agent(w, 'bob')
    details = agent.wait('ShowAlert').args[0]
    assert details['Alert'] == 'one' and details['Again'] is False
    agent.client.barrier()
    crash(w)
    agent.register()
    again = agent.wait('ShowAlert').args[0]
    assert again == dict(details, Again=True)
    shell = Agent(w, 'bob', ['ui'], 10)
    agent.wait('Released', None)
    assert shell.wait('ShowAlert').args[0] == again
    expect('NotFound', agent.client.private.SuppressDefault, details['Id'])
    shell.client.private.SuppressDefault(details['Id'])
    shell.client.close()
    agent.client.barrier()
    assert agent.idle()
    assert alerts(reader(w)) == []


@test('an agent that fails keeps nothing from anybody')
def _(w):
    start(w, AT_ONCE)
    news = publisher(w)
    agent = Agent(w, 'bob')
    publish(news, w.name_of('bob'), 'one')
    agent.wait('ShowAlert', None).fail('org.freedesktop.DBus.Error.Failed')
    agent.client.close()
    assert alerts(reader(w)) == ['one']
