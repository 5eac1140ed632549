-- Of each aggregate the version that the projection holds: what a repeat and a gap are told by.
CREATE TABLE versions(
  source TEXT NOT NULL,
  aggregate TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY(source, aggregate)) WITHOUT ROWID;

-- Where to read on, for one cluster's log; another cluster's offsets mean nothing.
CREATE TABLE offsets(
  cluster TEXT NOT NULL,
  topic TEXT NOT NULL,
  part INTEGER NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY(cluster, topic, part)) WITHOUT ROWID;

-- Everything up to seq of the owner's feed is in the projection.
CREATE TABLE feed_position(
  source TEXT PRIMARY KEY,
  seq INTEGER NOT NULL) WITHOUT ROWID;

-- What could not be applied, as received; later events of the same aggregate wait here as well.
CREATE TABLE dead_letter(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  aggregate TEXT,
  version INTEGER,
  cluster TEXT,
  topic TEXT NOT NULL,
  part INTEGER,
  log_offset INTEGER,
  key BLOB,
  headers TEXT,
  value BLOB,
  reason TEXT NOT NULL,
  parked_at TEXT NOT NULL,
  resolved_at TEXT,
  UNIQUE(source, aggregate, version),
  UNIQUE(cluster, topic, part, log_offset));
