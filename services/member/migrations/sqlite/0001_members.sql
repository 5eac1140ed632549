CREATE TABLE members (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX members_name ON members (name);

-- The book's member, there from the first start.
INSERT INTO members (id, name) VALUES ('1', 'kevin');
