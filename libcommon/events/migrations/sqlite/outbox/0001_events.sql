-- Append only: the log of record, and the outbox. seq is the feed's position and never used twice.
CREATE TABLE events(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL UNIQUE,
  aggregate TEXT NOT NULL,
  version INTEGER NOT NULL,
  type TEXT NOT NULL,
  time TEXT NOT NULL,
  traceparent TEXT,
  data TEXT NOT NULL,
  UNIQUE(aggregate, version));

-- Everything up to cursor is acknowledged by the cluster.
CREATE TABLE relay(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  cursor INTEGER NOT NULL,
  cluster TEXT NOT NULL);
INSERT INTO relay(one, cursor, cluster) VALUES(1, 0, '');
