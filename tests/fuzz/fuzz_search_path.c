/* Search paths and their patterns: a path stays below the root, and a pattern matches what Ant's
 * does.
 *
 * An input is two lines: a pattern or path, and a path that it may match. */
#include <string.h>

#include "cr_utf8.h"
#include "fuzz.h"
#include "resolver.h"

enum { PIECES_MAX = 64 };

/* What the matcher should say, by recursion with a memory; slow and plain. */
struct oracle {
    struct cr_slice pattern[PIECES_MAX], path[PIECES_MAX];
    size_t pattern_count, path_count;
    signed char known[PIECES_MAX + 1][PIECES_MAX + 1];
};

/* The text without its first character, which must be there. */
static struct cr_slice behind_one(struct cr_slice text)
{
    (void)cr_utf8_next(&text);
    return text;
}

static bool text_matches(struct cr_slice pattern, struct cr_slice text, unsigned *steps)
{
    if (++*steps > 200000)
        return false;
    if (pattern.len == 0)
        return text.len == 0;
    if (pattern.ptr[0] == '*')
        return text_matches(cr_slice_from(pattern, 1), text, steps) ||
               (text.len > 0 && text_matches(pattern, behind_one(text), steps));
    if (text.len == 0)
        return false;
    if (pattern.ptr[0] == '?')
        return text_matches(cr_slice_from(pattern, 1), behind_one(text), steps);
    return pattern.ptr[0] == text.ptr[0] &&
           text_matches(cr_slice_from(pattern, 1), cr_slice_from(text, 1), steps);
}

static bool oracle_says(struct oracle *oracle, size_t p, size_t t, unsigned *steps)
{
    signed char *known = &oracle->known[p][t];
    if (*known)
        return *known > 0;
    bool found;
    if (p == oracle->pattern_count)
        found = t == oracle->path_count;
    else if (cr_slice_is(oracle->pattern[p], "**"))
        found = oracle_says(oracle, p + 1, t, steps) ||
                (t < oracle->path_count && oracle_says(oracle, p, t + 1, steps));
    else
        found = t < oracle->path_count &&
                text_matches(oracle->pattern[p], oracle->path[t], steps) &&
                oracle_says(oracle, p + 1, t + 1, steps);
    *known = found ? 1 : -1;
    return found;
}

/* The segments without what is behind trailing slashes; false: too many for the oracle. */
static bool split(struct cr_slice text, struct cr_slice *pieces, size_t *out_count)
{
    struct cr_slice piece;
    while (text.len > 0 && text.ptr[text.len - 1] == '/')
        text.len--;
    for (*out_count = 0; cr_slice_split(&text, '/', &piece); pieces[(*out_count)++] = piece) {
        if (*out_count == PIECES_MAX)
            return false;
    }
    return true;
}

static void check_match(struct cr_slice pattern, struct cr_slice path)
{
    struct oracle oracle = {0};
    unsigned steps = 0;
    bool said = resolver_pattern_matches(pattern, path);
    if (!cr_utf8_valid(pattern) || !cr_utf8_valid(path) || pattern.len > 200 || path.len > 200)
        return;
    if (!split(pattern, oracle.pattern, &oracle.pattern_count) ||
        !split(path, oracle.path, &oracle.path_count))
        return;
    bool expected = oracle_says(&oracle, 0, 0, &steps);
    if (steps <= 200000)
        FUZZ_HOLDS(said == expected);
    if (!resolver_is_pattern(pattern) && cr_slice_equal(pattern, path))
        FUZZ_HOLDS(said);
}

static void check_directories(struct cr_slice path, struct cr_slice name, struct cr_arena *arena)
{
    const struct resolver_places places = {{&path, 1}, {&name, 1}, {&name, 1}, name};
    struct config_list directories = {0};
    struct cr_err err = {0};
    int rc = resolver_directories(&places, arena, &directories, &err);
    FUZZ_HOLDS(rc == 0 || (err.code == rc && err.text[0]));
    for (size_t i = 0; rc == 0 && i < directories.count; i++) {
        struct cr_slice rest = directories.items[i], segment;
        FUZZ_HOLDS(!cr_slice_starts(rest, CR_SLICE("/")));
        FUZZ_HOLDS(rest.len == 0 || rest.ptr[rest.len - 1] == '/');
        while (cr_slice_split(&rest, '/', &segment))
            FUZZ_HOLDS(!cr_slice_is(segment, "..") && !cr_slice_is(segment, ".git"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CR_AUTO_ARENA arena = cr_arena_new(FUZZ_ARENA_MAX);
    struct cr_slice rest = fuzz_slice(data, size), pattern = {"", 0}, path = {"", 0};
    (void)cr_slice_split(&rest, '\n', &pattern);
    (void)cr_slice_split(&rest, '\n', &path);
    check_match(pattern, path);
    check_directories(pattern, path, arena);
    return 0;
}
