-- One aggregate for both editions. coffee is orderName and coffeeName, customer is userName and
-- customerName; order_number and coffee_count are the book's alone, user_id the other edition's.
CREATE TABLE orders (
    id           TEXT PRIMARY KEY,
    coffee       TEXT NOT NULL,
    customer     TEXT NOT NULL,
    user_id      TEXT,
    order_number TEXT,
    coffee_count TEXT
) WITHOUT ROWID;

-- Answers already given under an Idempotency-Key, for a day.
CREATE TABLE idempotency (
    key         TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    answer      TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    created_ms  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created_ms);
