-- The projection of order's events: may be dropped and is rebuilt from the feed.
CREATE TABLE status (
    order_id      TEXT PRIMARY KEY,
    order_name    TEXT NOT NULL,
    user_id       TEXT,
    user_name     TEXT,
    order_history TEXT NOT NULL
) WITHOUT ROWID;

-- What clients wrote through /api/v1/status: the state that this service's own events lead to. A row
-- stands in place of the projection's row of the same id; a removed one hides it.
CREATE TABLE status_edits (
    id          TEXT PRIMARY KEY,
    status_name TEXT NOT NULL,
    order_id    TEXT,
    order_name  TEXT,
    user_id     TEXT,
    user_name   TEXT,
    removed     INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
