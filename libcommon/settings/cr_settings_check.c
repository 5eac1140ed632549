/* --check-config: values that do not bind, keys that nobody knows. */
#include <string.h>

#include "cr_environment_private.h"
#include "cr_int.h"
#include "cr_relaxed_private.h"
#include "cr_settings_private.h"

enum { DISTANCE_LENGTH_MAX = 128 };

struct checker {
    const struct cr_settings_check *check;
    const struct cr_environment *environment;
    struct cr_patterns patterns;
    struct cr_arena *arena;
    cr_settings_report report;
    void *ctx;
    size_t errors;
};

/* Binds one row into scratch memory, just to hear what it says. */
static void check_row(struct checker *c, const struct cr_setting *row, const char *member)
{
    struct cr_err err = {0};
    struct cr_setting trial = *row;
    union {
        int64_t number;
        double decimal;
        const char *text;
        struct cr_setting_list list;
    } field;
    trial.offset = 0;
    if (cr_setting_bind(&trial, member, c->environment, &field, c->arena, &err) == 0)
        return;
    c->errors++;
    c->report(c->ctx, CR_SETTINGS_ERROR, err.text);
}

static void check_table(struct checker *c, const struct cr_setting_table *table)
{
    bool family = table->count > 0 && cr_setting_is_family(&table->rows[0]);
    struct cr_setting_list members = {NULL, 1};
    if (family && cr_settings_members(table, c->environment, c->arena, &members)) {
        c->errors++;
        c->report(c->ctx, CR_SETTINGS_ERROR, "settings: out of memory");
        return;
    }
    for (size_t i = 0; i < members.count; i++)
        for (size_t j = 0; j < table->count; j++)
            check_row(c, &table->rows[j], family ? members.items[i] : NULL);
}

/* Levenshtein's distance of two names; long names are far from everything. */
static size_t distance(struct cr_slice a, struct cr_slice b)
{
    size_t row[DISTANCE_LENGTH_MAX + 1];
    if (a.len > DISTANCE_LENGTH_MAX || b.len > DISTANCE_LENGTH_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t substituted = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = substituted < shorter ? substituted : shorter;
        }
    }
    return row[b.len];
}

/* How far a name is from a row; of a family with the name's own member put in. */
static size_t distance_to(const struct cr_pattern *pattern, struct cr_slice name)
{
    if (!pattern->family)
        return distance(name, pattern->head);
    if (!cr_slice_starts(name, pattern->head))
        return SIZE_MAX;
    struct cr_slice rest = cr_slice_from(name, pattern->head.len);
    ptrdiff_t dot = cr_slice_find(rest, '.');
    return dot < 0 ? SIZE_MAX : distance(cr_slice_from(rest, (size_t)dot), pattern->tail);
}

static const struct cr_setting *nearest(const struct checker *c, struct cr_slice name)
{
    const struct cr_setting *best = NULL;
    size_t best_distance = 2 + name.len / 5; /* farther is no typing mistake */
    for (size_t i = 0; i < c->patterns.count; i++) {
        size_t d = distance_to(&c->patterns.items[i], name);
        if (d < best_distance) {
            best_distance = d;
            best = c->patterns.items[i].row;
        }
    }
    return best;
}

static bool is_owned(const struct checker *c, struct cr_slice name)
{
    for (size_t i = 0; i < c->check->prefix_count; i++) {
        char prefix[CR_RELAXED_MAX];
        struct cr_slice owned = cr_relaxed(cr_slice_of(c->check->prefixes[i]), prefix);
        bool whole = name.len == owned.len || (name.len > owned.len && name.ptr[owned.len] == '.');
        if (whole && cr_slice_starts(name, owned))
            return true;
    }
    return false;
}

static void check_pair(struct checker *c, const struct cr_source *source,
                       const struct cr_environment_pair *pair)
{
    struct cr_slice name = cr_slice_of(pair->name);
    struct cr_slice member;
    bool wanted = source->kind == CR_SOURCE_ARGUMENTS || is_owned(c, name);
    if (!wanted || cr_patterns_find(&c->patterns, name, &member))
        return;
    const struct cr_setting *row = nearest(c, name);
    char *text = cr_arena_printf(c->arena, "unknown setting '%.150s' (%.150s)%s%s%s", pair->key,
                                 pair->origin, row ? ": did you mean '" : ": it has no effect",
                                 row ? row->key : "", row ? "'?" : "");
    if (text)
        c->report(c->ctx, CR_SETTINGS_WARNING, text);
}

size_t cr_settings_check(const struct cr_settings_check *check,
                         const struct cr_environment *environment, cr_settings_report report,
                         void *ctx)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct checker c = {
        .check = check, .environment = environment, .arena = arena, .report = report, .ctx = ctx};
    if (!arena || cr_patterns_compile(check->tables, check->table_count, arena, &c.patterns)) {
        report(ctx, CR_SETTINGS_ERROR, "settings: out of memory");
        return 1;
    }
    for (size_t i = 0; i < check->table_count; i++)
        check_table(&c, &check->tables[i]);
    for (size_t i = 0; i < environment->source_count; i++) {
        const struct cr_source *source = &environment->sources[i];
        /* variables belong to everybody: ZUUL_PORT may be Kubernetes' */
        for (size_t j = 0; j < source->count && source->kind != CR_SOURCE_VARIABLES; j++)
            check_pair(&c, source, &source->pairs[j]);
    }
    return c.errors;
}
