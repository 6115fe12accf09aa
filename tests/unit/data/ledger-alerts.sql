-- Alerts for the sample, whose version 1 has none.
BEGIN;
INSERT INTO alert(id, uid, site, publisher, text, url, time, expires_at, delivered, shown)
 VALUES(1789999990000001, 1000, 7, 'org.example.News', 'The build is "red"
	since ''today''; \ 💥', 'https://example.org/build/1', 1789999990000000, 1790000300000000, 0, 0);
INSERT INTO alert(id, uid, site, publisher, text, url, time, expires_at, delivered, shown)
 VALUES(1789999990000002, 1000, -2147483648, 'org.example.Chess', 'Your move', '', 1789999990000000, 0, 1, 0);
INSERT INTO alert(id, uid, site, publisher, text, url, time, expires_at, delivered, shown)
 VALUES(1789999991000000, 1001, 2147483647, 'dörte@example.org', '', '', 1789999991000000, 0, 0, 1);
UPDATE sqlite_sequence SET seq = 1789999999000000 WHERE name = 'alert';
COMMIT;
