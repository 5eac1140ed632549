/* --help, --print-config and docs/settings.md from the rows. */
#include <string.h>

#include "cr_environment_private.h"
#include "cr_relaxed_private.h"
#include "cr_settings_private.h"

static void range_text(const struct cr_setting *row, struct cr_buf *out)
{
    static const char *const units[] = {
        [CR_SETTING_DURATION] = " ms",
        [CR_SETTING_SIZE] = " bytes",
        [CR_SETTING_LIST] = NULL,
    };
    if (row->min == 0 && row->max == 0)
        return;
    const char *unit = units[row->type];
    cr_buf_printf(out, "%lld..%lld%s", (long long)row->min, (long long)row->max, unit ? unit : "");
}

void cr_settings_help(const struct cr_setting_table *table, struct cr_buf *out)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct cr_setting *row = &table->rows[i];
        CR_AUTO(cr_buf) facts = {0};
        if (row->fallback && row->fallback[0])
            cr_buf_printf(&facts, "default %s, ", row->fallback);
        if (row->flags & CR_SETTING_REQUIRED)
            cr_buf_text(&facts, "required, ");
        range_text(row, &facts);
        cr_buf_text(&facts, row->min || row->max ? ", " : "");
        cr_buf_text(&facts, row->flags & CR_SETTING_LIVE ? "live" : "at start");
        cr_buf_printf(out, "  --%s=<%s>\n      %s\n      (%s)\n", row->key,
                      cr_setting_type_name(row->type), row->doc ? row->doc : "",
                      facts.data ? facts.data : "");
    }
}

/* '|' would end a Markdown cell. */
static void put_cell(struct cr_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            cr_buf_char(out, '\\');
        cr_buf_char(out, *text);
    }
}

void cr_settings_markdown(const struct cr_setting_table *table, struct cr_buf *out)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct cr_setting *row = &table->rows[i];
        bool fallback = row->fallback && row->fallback[0];
        cr_buf_printf(out, "| `%s` | %s | ", row->key, cr_setting_type_name(row->type));
        cr_buf_text(out, fallback ? "`" : "");
        put_cell(out, fallback ? row->fallback : "");
        cr_buf_text(out, fallback ? "` | " : "| ");
        range_text(row, out);
        cr_buf_printf(out, " | %s | ", row->flags & CR_SETTING_LIVE ? "live" : "start");
        put_cell(out, row->doc ? row->doc : "");
        cr_buf_text(out, " |\n");
    }
}

struct printer {
    const struct cr_environment *environment;
    struct cr_patterns patterns;
    struct cr_arena *arena;
    struct cr_buf *out;
};

static void print_line(struct printer *p, const char *key, const char *text, const char *origin)
{
    cr_buf_printf(p->out, "%s=%s  # %s\n", key, text, origin);
}

/* All items of a list: of the source that wins. */
static bool print_list(struct printer *p, const char *key)
{
    for (size_t i = 0; i < p->environment->source_count; i++) {
        const struct cr_source *source = &p->environment->sources[i];
        size_t index = 0;
        for (;; index++) {
            const char *name = cr_arena_printf(p->arena, "%s[%zu]", key, index);
            const struct cr_environment_pair *pair =
                name ? cr_source_get(source, cr_slice_of(name)) : NULL;
            if (!pair)
                break;
            print_line(p, name, cr_setting_shown(&p->patterns, p->environment, pair, p->arena),
                       pair->origin);
        }
        if (index > 0)
            return true;
    }
    return false;
}

static void print_row(struct printer *p, const struct cr_setting *row, const char *member)
{
    const char *key = cr_setting_member_key(row, member, p->arena);
    if (!key)
        return;
    const struct cr_environment_pair *pair =
        cr_environment_find(p->environment, cr_slice_of(key), NULL);
    if (pair) {
        print_line(p, key, cr_setting_shown(&p->patterns, p->environment, pair, p->arena),
                   pair->origin);
        return;
    }
    if (row->type == CR_SETTING_LIST && print_list(p, key))
        return;
    if (member) /* of a member only what is set: the rest is in the row's description */
        return;
    struct cr_environment_pair fallback = {key, key, row->fallback ? row->fallback : "", "default"};
    const char *shown = cr_setting_shown(&p->patterns, p->environment, &fallback, p->arena);
    print_line(p, key, fallback.text[0] ? shown : "", fallback.origin);
}

static int print_table(struct printer *p, const struct cr_setting_table *table)
{
    bool family = table->count > 0 && cr_setting_is_family(&table->rows[0]);
    struct cr_setting_list members = {NULL, 1};
    int rc = family ? cr_settings_members(table, p->environment, p->arena, &members) : 0;
    for (size_t i = 0; i < members.count && !rc; i++)
        for (size_t j = 0; j < table->count; j++)
            print_row(p, &table->rows[j], family ? members.items[i] : NULL);
    return rc;
}

/* Keys that no row knows, once each, as the strongest source has them. Variables would be the whole
 * shell. */
static void print_unknown(struct printer *p)
{
    for (size_t i = 0; i < p->environment->source_count; i++) {
        const struct cr_source *source = &p->environment->sources[i];
        for (size_t j = 0; j < source->count && source->kind != CR_SOURCE_VARIABLES; j++) {
            const struct cr_environment_pair *pair = &source->pairs[j];
            struct cr_slice name = cr_slice_of(pair->name);
            struct cr_slice member;
            if (cr_patterns_find(&p->patterns, name, &member) ||
                cr_environment_find(p->environment, cr_slice_of(pair->key), NULL) != pair)
                continue;
            print_line(p, pair->key, cr_setting_shown(&p->patterns, p->environment, pair, p->arena),
                       pair->origin);
        }
    }
}

int cr_settings_print(const struct cr_setting_table *tables, size_t table_count,
                      const struct cr_environment *environment, struct cr_buf *out,
                      struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct printer p = {.environment = environment, .arena = arena, .out = out};
    int rc = arena ? cr_patterns_compile(tables, table_count, arena, &p.patterns) : CR_ENOMEM;
    for (size_t i = 0; i < table_count && !rc; i++)
        rc = print_table(&p, &tables[i]);
    if (rc == 0)
        print_unknown(&p);
    if (rc == 0)
        rc = cr_buf_status(out);
    return rc ? cr_err_set(err, rc, "settings could not be printed") : 0;
}
