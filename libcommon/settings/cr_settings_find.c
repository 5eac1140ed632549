/* Which row a key belongs to; members of families. */
#include <string.h>

#include "cr_environment_private.h"
#include "cr_relaxed_private.h"
#include "cr_settings_private.h"

enum { MEMBERS_MAX = 65536 };

bool cr_setting_is_family(const struct cr_setting *row)
{
    return strchr(row->key, '<') != NULL;
}

static struct cr_slice copy_relaxed(struct cr_slice key, struct cr_arena *arena)
{
    char name[CR_RELAXED_MAX];
    struct cr_slice relaxed = cr_relaxed(key, name);
    return (struct cr_slice){cr_arena_slice(arena, relaxed), relaxed.len};
}

static size_t dots(struct cr_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '.';
    return count;
}

static struct cr_pattern compile_row(const struct cr_setting *row, size_t table,
                                     struct cr_arena *arena)
{
    struct cr_slice key = cr_slice_of(row->key);
    ptrdiff_t open = cr_slice_find(key, '<');
    ptrdiff_t close = cr_slice_find_last(key, '>');
    struct cr_pattern pattern = {.row = row, .table = table, .family = open >= 0 && close > open};
    if (!pattern.family) {
        pattern.head = copy_relaxed(key, arena);
        return pattern;
    }
    pattern.rest = cr_slice_ends(key, CR_SLICE("...>"));
    struct cr_slice head = cr_slice_sub(key, 0, (size_t)open);
    struct cr_slice tail = cr_slice_from(key, (size_t)close + 1);
    pattern.indexed = cr_slice_ends(head, CR_SLICE("["));
    if (pattern.indexed) {
        ptrdiff_t first = cr_slice_find(key, '>'), second = cr_slice_find_last(key, '<');
        head.len--;
        if (second > open)
            pattern.middle =
                copy_relaxed(cr_slice_sub(key, (size_t)first + 2, (size_t)second), arena);
        else
            tail = cr_slice_from(tail, 1);
    }
    pattern.head = copy_relaxed(head, arena);
    pattern.tail = copy_relaxed(tail, arena);
    pattern.head_elements = dots(pattern.head);
    pattern.tail_elements = dots(pattern.tail);
    return pattern;
}

int cr_patterns_compile(const struct cr_setting_table *tables, size_t table_count,
                        struct cr_arena *arena, struct cr_patterns *out_patterns)
{
    size_t count = 0;
    for (size_t i = 0; i < table_count; i++)
        count += tables[i].count;
    struct cr_pattern *items = cr_arena_array(arena, count + 1, sizeof *items);
    if (!items)
        return CR_ENOMEM;
    count = 0;
    for (size_t i = 0; i < table_count; i++)
        for (size_t j = 0; j < tables[i].count; j++)
            items[count++] = compile_row(&tables[i].rows[j], i, arena);
    *out_patterns = (struct cr_patterns){items, count};
    return cr_arena_failed(arena) ? CR_ENOMEM : 0;
}

/* "[0]", and what follows it. */
static bool is_indexed(const struct cr_pattern *pattern, struct cr_slice member)
{
    ptrdiff_t end = cr_slice_find(member, ']');
    if (end < 2 || member.ptr[0] != '[')
        return false;
    for (ptrdiff_t i = 1; i < end; i++) {
        if (member.ptr[i] < '0' || member.ptr[i] > '9')
            return false;
    }
    struct cr_slice rest = cr_slice_from(member, (size_t)end + 1);
    if (pattern->middle.len == 0)
        return rest.len == 0;
    return rest.len > pattern->middle.len && cr_slice_starts(rest, pattern->middle);
}

/* A row without a tail ("zuul.routes.<id>") takes a member of one element only, but for
 * "logging.level.<logger...>". */
static bool matches(const struct cr_pattern *pattern, struct cr_slice name,
                    struct cr_slice *out_member)
{
    if (pattern->row->type == CR_SETTING_LIST)
        name = cr_relaxed_without_index(name);
    *out_member = (struct cr_slice){NULL, 0};
    if (!pattern->family)
        return cr_slice_equal(name, pattern->head);
    if (name.len <= pattern->head.len + pattern->tail.len ||
        !cr_slice_starts(name, pattern->head) || !cr_slice_ends(name, pattern->tail))
        return false;
    *out_member = cr_slice_sub(name, pattern->head.len, name.len - pattern->tail.len);
    if (pattern->indexed)
        return is_indexed(pattern, *out_member);
    return pattern->tail.len > 0 || pattern->rest || dots(*out_member) == 0;
}

const struct cr_pattern *cr_patterns_find(const struct cr_patterns *patterns, struct cr_slice name,
                                          struct cr_slice *out_member)
{
    const struct cr_pattern *best = NULL;
    for (size_t i = 0; i < patterns->count; i++) {
        const struct cr_pattern *pattern = &patterns->items[i];
        struct cr_slice member;
        if (!matches(pattern, name, &member))
            continue;
        if (!pattern->family || !best || pattern->tail.len > best->tail.len) {
            best = pattern;
            *out_member = member;
        }
        if (!pattern->family)
            break;
    }
    return best;
}

const struct cr_setting *cr_settings_find(const struct cr_setting_table *tables, size_t table_count,
                                          const char *key)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_patterns patterns;
    char name[CR_RELAXED_MAX];
    struct cr_slice member;
    if (!arena || cr_patterns_compile(tables, table_count, arena, &patterns))
        return NULL;
    const struct cr_pattern *pattern =
        cr_patterns_find(&patterns, cr_relaxed(cr_slice_of(key), name), &member);
    return pattern ? pattern->row : NULL;
}

char *cr_setting_member_key(const struct cr_setting *row, const char *member,
                            struct cr_arena *arena)
{
    struct cr_slice key = cr_slice_of(row->key);
    ptrdiff_t open = cr_slice_find(key, '<');
    ptrdiff_t close = cr_slice_find_last(key, '>');
    if (!member || open < 0 || close < open)
        return cr_arena_text(arena, row->key);
    return cr_arena_printf(arena, "%.*s%s%s", (int)open, row->key, member, row->key + close + 1);
}

/* Drops one element at the front ("a" of "a.b", "[a.b]" of "[a.b].c"). */
static struct cr_slice drop_first(struct cr_slice key)
{
    bool bracket = cr_slice_starts(key, CR_SLICE("["));
    size_t at = 0;
    while (at < key.len &&
           (bracket ? key.ptr[at] != ']' : key.ptr[at] != '.' && key.ptr[at] != '['))
        at++;
    at += bracket && at < key.len;
    at += at < key.len && key.ptr[at] == '.';
    return cr_slice_from(key, at);
}

static struct cr_slice drop_last(struct cr_slice key)
{
    bool bracket = cr_slice_ends(key, CR_SLICE("]"));
    ptrdiff_t dot = cr_slice_find_last(key, bracket ? '[' : '.');
    return cr_slice_sub(key, 0, dot < 0 ? 0 : (size_t)dot);
}

/* "x[0]" as "0", "x[0].repos.team" as "0].repos.team": what stands between the first '[' of a row's
 * key and its last '>'. */
static struct cr_slice without_bracket(struct cr_slice key)
{
    ptrdiff_t open = cr_slice_find(key, '[');
    key = cr_slice_from(key, (size_t)(open + 1));
    if (cr_slice_ends(key, CR_SLICE("]")) && cr_slice_find(key, ']') == (ptrdiff_t)key.len - 1)
        key.len--;
    return key;
}

/* The member as it is spelled in a key of a file. */
static struct cr_slice spelled(const struct cr_pattern *pattern, struct cr_slice key)
{
    if (pattern->row->type == CR_SETTING_LIST)
        key = cr_relaxed_without_index(key);
    for (size_t i = 0; i < pattern->head_elements; i++)
        key = drop_first(key);
    for (size_t i = 0; i < pattern->tail_elements; i++)
        key = drop_last(key);
    if (pattern->indexed)
        return without_bracket(key);
    if (cr_slice_starts(key, CR_SLICE("[")) && cr_slice_ends(key, CR_SLICE("]")))
        key = cr_slice_sub(key, 1, key.len - 1);
    return key;
}

struct members {
    struct cr_map *seen;
    const char **items;
    size_t count;
    struct cr_arena *arena;
};

static int add_member(struct members *m, const struct cr_pattern *pattern,
                      const struct cr_environment_pair *pair, bool variable,
                      struct cr_slice relaxed)
{
    bool is_default =
        (pattern->row->flags & CR_SETTING_DEFAULTS) && cr_slice_is(relaxed, "default");
    if (is_default || cr_map_get(m->seen, relaxed))
        return 0;
    struct cr_slice text = variable ? relaxed : spelled(pattern, cr_slice_of(pair->key));
    if (variable && pattern->indexed)
        text = without_bracket(text);
    char *copy = cr_arena_slice(m->arena, text);
    if (!copy)
        return CR_ENOMEM;
    int rc = cr_map_put(m->seen, relaxed, copy);
    if (rc == 0)
        m->items[m->count++] = copy;
    return rc;
}

static int collect(struct members *m, const struct cr_patterns *patterns,
                   const struct cr_environment *environment)
{
    for (size_t i = environment->source_count; i > 0; i--) {
        const struct cr_source *source = &environment->sources[i - 1];
        for (size_t j = 0; j < source->count; j++) {
            struct cr_slice member;
            const struct cr_pattern *pattern =
                cr_patterns_find(patterns, cr_slice_of(source->pairs[j].name), &member);
            if (!pattern || !pattern->family)
                continue;
            int rc = add_member(m, pattern, &source->pairs[j], source->kind == CR_SOURCE_VARIABLES,
                                member);
            if (rc)
                return rc;
        }
    }
    return 0;
}

int cr_settings_members(const struct cr_setting_table *family,
                        const struct cr_environment *environment, struct cr_arena *arena,
                        struct cr_setting_list *out_members)
{
    struct cr_patterns patterns;
    size_t pairs = 0;
    for (size_t i = 0; i < environment->source_count; i++)
        pairs += environment->sources[i].count;
    CR_AUTO_MAP seen = cr_map_new(MEMBERS_MAX, NULL);
    struct members m = {
        .seen = seen,
        .items = cr_arena_array(arena, pairs + 1, sizeof(char *)),
        .arena = arena,
    };
    int rc = cr_patterns_compile(family, 1, arena, &patterns);
    if (rc || !seen || !m.items)
        return CR_ENOMEM;
    rc = collect(&m, &patterns, environment);
    if (rc)
        return rc;
    *out_members = (struct cr_setting_list){m.items, m.count};
    return 0;
}
