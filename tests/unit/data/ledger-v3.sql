-- A database of version 3 with something in each table. It is never changed: later versions have to read it.
PRAGMA application_id = 0x4d736772;
PRAGMA user_version = 3;
BEGIN;
CREATE TABLE meta(
 name TEXT NOT NULL PRIMARY KEY,
 value BLOB NOT NULL
) STRICT;
CREATE TABLE user(
 uid INTEGER NOT NULL PRIMARY KEY,
 name TEXT NOT NULL,
 real_name TEXT NOT NULL,
 friendly_name TEXT,
 seen INTEGER NOT NULL,
 signed_in INTEGER NOT NULL,
 status INTEGER NOT NULL,
 manager_share TEXT,
 manager_share_until INTEGER NOT NULL,
 private_share TEXT,
 private_share_until INTEGER NOT NULL
, shown INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE user_key(
 uid INTEGER NOT NULL REFERENCES user(uid) DEFERRABLE INITIALLY DEFERRED,
 id TEXT NOT NULL,
 json TEXT NOT NULL,
 added_at INTEGER NOT NULL,
 PRIMARY KEY(uid, id)
) STRICT;
CREATE TABLE application(
 uid INTEGER NOT NULL REFERENCES user(uid) DEFERRABLE INITIALLY DEFERRED,
 guid TEXT NOT NULL,
 name TEXT NOT NULL,
 url TEXT NOT NULL,
 path TEXT NOT NULL,
 desktop_id TEXT NOT NULL,
 version TEXT NOT NULL,
 appstream_id TEXT NOT NULL,
 app_ids TEXT NOT NULL,
 registered_by TEXT NOT NULL,
 registered_at INTEGER NOT NULL,
 PRIMARY KEY(uid, guid)
) STRICT;
CREATE TABLE contact(
 uid INTEGER NOT NULL REFERENCES user(uid) DEFERRABLE INITIALLY DEFERRED,
 service TEXT NOT NULL,
 name TEXT NOT NULL,
 in_list INTEGER NOT NULL,
 blocked INTEGER NOT NULL,
 PRIMARY KEY(uid, service, name)
) STRICT;
CREATE TABLE session(
 id TEXT NOT NULL PRIMARY KEY,
 created_at INTEGER NOT NULL,
 state INTEGER NOT NULL,
 app TEXT NOT NULL,
 app_name TEXT NOT NULL,
 app_url TEXT NOT NULL,
 app_data TEXT NOT NULL,
 expires_at INTEGER NOT NULL,
 extended INTEGER NOT NULL,
 was_connected INTEGER NOT NULL,
 ended_at INTEGER NOT NULL
) STRICT;
CREATE TABLE side(
 session TEXT NOT NULL
  REFERENCES session(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
 role INTEGER NOT NULL,
 uid INTEGER,
 hex_id TEXT UNIQUE,
 creator_app TEXT,
 creator_client TEXT,
 detached INTEGER NOT NULL,
 app_ids TEXT,
 local_address TEXT NOT NULL,
 context_data TEXT NOT NULL,
 sent INTEGER NOT NULL,
 attached_app TEXT,
 result INTEGER NOT NULL,
 handled INTEGER NOT NULL,
 contact_service TEXT,
 contact_name TEXT,
 PRIMARY KEY(session, role),
 FOREIGN KEY(uid, contact_service, contact_name)
  REFERENCES contact(uid, service, name) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE TABLE policy( uid INTEGER NOT NULL REFERENCES user(uid) DEFERRABLE INITIALLY DEFERRED, service TEXT NOT NULL, accept_from TEXT, status_to TEXT, PRIMARY KEY(uid, service)) STRICT;
INSERT INTO meta(name, value)
 VALUES('secret', X'404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F');
INSERT INTO user(uid, name, real_name, friendly_name, seen, signed_in, status, manager_share, manager_share_until, private_share, private_share_until, shown)
 VALUES(1000, 'alice', 'Alice Liddell', 'Älice 💬', 1, 1, 66, 'org.example.Script', 1790000600000000, 'org.example.Other', 1790003600000000, 0);
INSERT INTO user(uid, name, real_name, friendly_name, seen, signed_in, status, manager_share, manager_share_until, private_share, private_share_until, shown)
 VALUES(1001, 'bob', 'Bob', NULL, 0, 1, 2, NULL, 0, NULL, 0, 0);
INSERT INTO user(uid, name, real_name, friendly_name, seen, signed_in, status, manager_share, manager_share_until, private_share, private_share_until, shown)
 VALUES(3000000000, 'carol', '', NULL, 1, 0, 6, NULL, 0, NULL, 0, 0);
INSERT INTO user_key(uid, id, json, added_at)
 VALUES(1000, 'org.example.Script', '{"id": "org.example.Script", "algorithm": "hmac-sha256", "key": "between you and me", "environment": "production", "capabilities": ["sessions", "share"]}', 1789999999999993);
INSERT INTO user_key(uid, id, json, added_at)
 VALUES(1001, 'org.example.Tool', '{"id": "org.example.Tool", "name": "Tööl", "algorithm": "ed25519",
 "public-key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "environment": "test", "capabilities": ["private", "messenger"],
 "users": ["bob"], "not-after": "2027-01-31T00:00:00Z", "revoked": true}', 1789999999999992);
INSERT INTO application(uid, guid, name, url, path, desktop_id, version, appstream_id, app_ids, registered_by, registered_at)
 VALUES(1000, '{6F0C8E6A-3B1D-4C52-9E57-0A1B2C3D4E5F}', 'Chess', 'https://example.org/chess', '/usr/bin/chess', '', '1.0', 'org.example.Chess.stream', 'org.example.Chess
org.example.Board', 'org.example.Chess', 1789999995000000);
INSERT INTO application(uid, guid, name, url, path, desktop_id, version, appstream_id, app_ids, registered_by, registered_at)
 VALUES(1001, '{0D9C6B7A-5E4F-4A3B-8C2D-1E0F9A8B7C6D}', 'Cärds', 'http://example.org/cards?a=1', '', 'org.example.Cards.desktop', '', '', 'org.msgr.Agent', 'org.msgr.Agent', 1789999999999999);
INSERT INTO contact(uid, service, name, in_list, blocked)
 VALUES(1000, 'local', 'bob', 1, 0);
INSERT INTO contact(uid, service, name, in_list, blocked)
 VALUES(1000, 'local', 'echo', 0, 0);
INSERT INTO contact(uid, service, name, in_list, blocked)
 VALUES(1000, 'xmpp', 'dörte@example.org/home', 0, 1);
INSERT INTO contact(uid, service, name, in_list, blocked)
 VALUES(1001, 'local', 'alice', 1, 1);
INSERT INTO session(id, created_at, state, app, app_name, app_url, app_data, expires_at, extended, was_connected, ended_at)
 VALUES('{00000001-0000-4000-8000-00000000000A}', 1789999901000000, 2, '{6F0C8E6A-3B1D-4C52-9E57-0A1B2C3D4E5F}', 'A gäme', 'https://example.org/game1', 'line one
line	two "quoted" ''and'' \', 1790000300000000, 1, 0, 0);
INSERT INTO session(id, created_at, state, app, app_name, app_url, app_data, expires_at, extended, was_connected, ended_at)
 VALUES('{00000002-0000-4000-8000-00000000000A}', 1789999902000000, 4, '{0D9C6B7A-5E4F-4A3B-8C2D-1E0F9A8B7C6D}', 'Cards', 'https://example.org/game2', '', 0, 0, 1, 0);
INSERT INTO session(id, created_at, state, app, app_name, app_url, app_data, expires_at, extended, was_connected, ended_at)
 VALUES('{00000003-0000-4000-8000-00000000000A}', 1789999903000000, 3, '{6F0C8E6A-3B1D-4C52-9E57-0A1B2C3D4E5F}', 'A gäme', 'https://example.org/game3', 'again', 0, 0, 0, 0);
INSERT INTO session(id, created_at, state, app, app_name, app_url, app_data, expires_at, extended, was_connected, ended_at)
 VALUES('{00000004-0000-4000-8000-00000000000A}', 1789999904000000, 5, '{6F0C8E6A-3B1D-4C52-9E57-0A1B2C3D4E5F}', 'Cards', 'https://example.org/game4', '', 0, 0, 0, 1789999996000000);
INSERT INTO session(id, created_at, state, app, app_name, app_url, app_data, expires_at, extended, was_connected, ended_at)
 VALUES('{00000005-0000-4000-8000-00000000000A}', 1789999905000000, 6, '{0D9C6B7A-5E4F-4A3B-8C2D-1E0F9A8B7C6D}', 'A gäme', 'https://example.org/game5', '', 0, 0, 0, 1789999995000000);
INSERT INTO session(id, created_at, state, app, app_name, app_url, app_data, expires_at, extended, was_connected, ended_at)
 VALUES('{00000006-0000-4000-8000-00000000000A}', 1789999906000000, 7, '{6F0C8E6A-3B1D-4C52-9E57-0A1B2C3D4E5F}', 'Cards', 'https://example.org/game6', '', 0, 0, 1, 1789999994000000);
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000001-0000-4000-8000-00000000000A}', 0, 1000, '0000000000000000000000abcdef0010', 'org.example.Chess', ':1.42', 1, 'org.example.Chess
org.example.Board', '192.0.2.1', '', 0, NULL, 0, 0, 'local', 'bob');
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000001-0000-4000-8000-00000000000A}', 1, 1001, '0000000000000000000000abcdef0011', NULL, NULL, 0, NULL, '', '', 0, NULL, 0, 1, 'local', 'alice');
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000002-0000-4000-8000-00000000000A}', 0, 1000, '0000000000000000000000abcdef0020', 'org.example.Cards', ':1.43', 0, 'org.example.Cards', '', 'from bob', 3, 'org.example.Cards', 0, 0, 'local', 'bob');
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000002-0000-4000-8000-00000000000A}', 1, 1001, '0000000000000000000000abcdef0021', NULL, NULL, 0, 'org.msgr.Agent', '2001:db8::1', 'from älice', 5, 'org.msgr.Agent', 0, 0, 'local', 'alice');
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000003-0000-4000-8000-00000000000A}', 0, 1000, '0000000000000000000000abcdef0030', 'org.example.Chess', ':1.44', 0, 'org.example.Chess', '', 'again', 0, NULL, 0, 0, 'local', 'echo');
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000003-0000-4000-8000-00000000000A}', 1, NULL, NULL, NULL, NULL, 0, NULL, '', '', 0, NULL, 0, 0, NULL, NULL);
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000004-0000-4000-8000-00000000000A}', 0, 1001, '0000000000000000000000abcdef0040', 'org.example.Chess', NULL, 0, '', '', '', 0, NULL, 2164262406, 0, 'local', 'alice');
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000004-0000-4000-8000-00000000000A}', 1, 1000, '0000000000000000000000abcdef0041', NULL, NULL, 0, '', '', '', 0, NULL, 2164262407, 0, 'local', 'bob');
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000005-0000-4000-8000-00000000000A}', 0, 1001, '0000000000000000000000abcdef0050', 'org.example.Chess', NULL, 0, '', '', '', 0, NULL, 2164262402, 0, 'local', 'alice');
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000005-0000-4000-8000-00000000000A}', 1, 1000, '0000000000000000000000abcdef0051', NULL, NULL, 0, '', '', '', 0, NULL, 2164262403, 0, 'local', 'bob');
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000006-0000-4000-8000-00000000000A}', 0, 1001, '0000000000000000000000abcdef0060', 'org.example.Chess', NULL, 0, '', '', '', 0, NULL, 2164262403, 0, 'local', 'alice');
INSERT INTO side(session, role, uid, hex_id, creator_app, creator_client, detached, app_ids, local_address, context_data, sent, attached_app, result, handled, contact_service, contact_name)
 VALUES('{00000006-0000-4000-8000-00000000000A}', 1, 1000, '0000000000000000000000abcdef0061', NULL, NULL, 0, '', '', '', 0, NULL, 2164262404, 0, 'local', 'bob');
INSERT INTO policy(uid, service, accept_from, status_to)
 VALUES(1000, 'local', 'contacts', 'nobody');
INSERT INTO policy(uid, service, accept_from, status_to)
 VALUES(3000000000, 'local', 'nobody', 'contacts');
CREATE INDEX side_contact ON side(uid, contact_service, contact_name);
CREATE TABLE alert(
 id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
 uid INTEGER NOT NULL REFERENCES user(uid) DEFERRABLE INITIALLY DEFERRED,
 site INTEGER NOT NULL,
 publisher TEXT NOT NULL,
 text TEXT NOT NULL,
 url TEXT NOT NULL,
 time INTEGER NOT NULL,
 expires_at INTEGER NOT NULL,
 delivered INTEGER NOT NULL,
 shown INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_user ON alert(uid);
INSERT INTO alert(id, uid, site, publisher, text, url, time, expires_at, delivered, shown)
 VALUES(1789999990000001, 1000, 7, 'org.example.News', 'The build is "red"
	since ''today''; \ 💥', 'https://example.org/build/1', 1789999990000000, 1790000300000000, 0, 0);
INSERT INTO alert(id, uid, site, publisher, text, url, time, expires_at, delivered, shown)
 VALUES(1789999990000002, 1000, -2147483648, 'org.example.Chess', 'Your move', '', 1789999990000000, 0, 1, 0);
INSERT INTO alert(id, uid, site, publisher, text, url, time, expires_at, delivered, shown)
 VALUES(1789999991000000, 1001, 2147483647, 'dörte@example.org', '', '', 1789999991000000, 0, 0, 1);
UPDATE sqlite_sequence SET seq = 1789999999000000 WHERE name = 'alert';
COMMIT;
