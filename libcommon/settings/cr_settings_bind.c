/* Values into the fields of a struct. */
#include <stdio.h>
#include <string.h>

#include "cr_int.h"
#include "cr_number.h"
#include "cr_quantity.h"
#include "cr_settings_private.h"

/* What one conversion knows: where the value came from, for the error's words. */
struct value {
    const struct cr_setting *row;
    const char *key;
    struct cr_slice text;
    const char *origin;
    struct cr_err *err;
};

static int refuse(const struct value *v, const char *expected)
{
    bool secret =
        (v->row->flags & CR_SETTING_SECRET) || cr_setting_secret_name(cr_slice_of(v->key));
    return cr_err_set(v->err, CR_EINVAL, "'%s' = '%.*s' (%s): %s", v->key,
                      secret ? (int)sizeof CR_SETTING_MASK - 1
                             : (int)cr_min_i64((int64_t)v->text.len, 60),
                      secret ? CR_SETTING_MASK : v->text.ptr, v->origin, expected);
}

static bool has_range(const struct cr_setting *row)
{
    return row->min != 0 || row->max != 0;
}

static int check_range(const struct value *v, int64_t number, const char *unit)
{
    char expected[120];
    if (!has_range(v->row) || (number >= v->row->min && number <= v->row->max))
        return 0;
    snprintf(expected, sizeof expected, "out of range, give %lld to %lld%s", (long long)v->row->min,
             (long long)v->row->max, unit);
    return refuse(v, expected);
}

static int store_number(const struct value *v, int rc, int64_t number, const char *expected,
                        const char *unit, void *field)
{
    if (rc)
        return refuse(v, expected);
    rc = check_range(v, number, unit);
    if (rc == 0)
        memcpy(field, &number, sizeof number);
    return rc;
}

static int bind_text(const struct value *v, void *field)
{
    memcpy(field, &v->text.ptr, sizeof v->text.ptr);
    return 0;
}

static int bind_bool(const struct value *v, void *field)
{
    bool truth;
    if (cr_bool_parse(v->text, &truth))
        return refuse(v, "not a truth value, give true or false");
    memcpy(field, &truth, sizeof truth);
    return 0;
}

static int bind_int(const struct value *v, void *field)
{
    int64_t number = 0;
    int rc = cr_int_parse(cr_slice_trim(v->text), INT64_MIN, INT64_MAX, &number);
    return store_number(v, rc, number, "not a whole number, give one such as 10", "", field);
}

static int bind_duration(const struct value *v, void *field)
{
    int64_t ms = 0;
    int rc = cr_duration_parse(v->text, &ms);
    return store_number(v, rc, ms, "not a duration, give one such as 10s, 500ms or PT10S", " ms",
                        field);
}

static int bind_size(const struct value *v, void *field)
{
    int64_t bytes = 0;
    int rc = cr_size_parse(v->text, &bytes);
    return store_number(v, rc, bytes, "not a size, give one such as 64KB or 1MB", " bytes", field);
}

static int bind_double(const struct value *v, void *field)
{
    double number;
    if (cr_number_double(cr_slice_trim(v->text), &number))
        return refuse(v, "not a number, give one such as 0.5");
    if (has_range(v->row) && (number < (double)v->row->min || number > (double)v->row->max))
        return check_range(v, number < (double)v->row->min ? INT64_MIN : INT64_MAX, "");
    memcpy(field, &number, sizeof number);
    return 0;
}

static size_t field_size(enum cr_setting_type type)
{
    static const size_t sizes[] = {
        [CR_SETTING_TEXT] = sizeof(char *),
        [CR_SETTING_BOOL] = sizeof(bool),
        [CR_SETTING_INT] = sizeof(int64_t),
        [CR_SETTING_DURATION] = sizeof(int64_t),
        [CR_SETTING_SIZE] = sizeof(int64_t),
        [CR_SETTING_DOUBLE] = sizeof(double),
        [CR_SETTING_LIST] = sizeof(struct cr_setting_list),
    };
    return sizes[type];
}

static int convert(const struct value *v, void *field)
{
    static int (*const converters[])(const struct value *v, void *field) = {
        [CR_SETTING_TEXT] = bind_text, [CR_SETTING_BOOL] = bind_bool,
        [CR_SETTING_INT] = bind_int,   [CR_SETTING_DURATION] = bind_duration,
        [CR_SETTING_SIZE] = bind_size, [CR_SETTING_DOUBLE] = bind_double,
    };
    return converters[v->row->type](v, field);
}

static int split_fallback(const char *text, struct cr_arena *arena, struct cr_setting_list *out)
{
    size_t capacity = 1;
    for (const char *c = text; *c; c++)
        capacity += *c == ',';
    const char **items = cr_arena_array(arena, capacity, sizeof *items);
    struct cr_slice rest = cr_slice_of(text);
    struct cr_slice item;
    size_t count = 0;
    while (items && cr_slice_split(&rest, ',', &item)) {
        item = cr_slice_trim(item);
        if (item.len > 0)
            items[count++] = cr_arena_slice(arena, item);
    }
    *out = (struct cr_setting_list){items, count};
    return cr_arena_failed(arena) ? CR_ENOMEM : 0;
}

/* The keys under which a row may be set, strongest first: the member's, then the default one. */
struct keys {
    const char *items[2];
    size_t count;
};

static int keys_of(const struct cr_setting *row, const char *member, struct cr_arena *arena,
                   struct keys *out_keys)
{
    bool defaults = member && (row->flags & CR_SETTING_DEFAULTS);
    out_keys->count = defaults ? 2 : 1;
    out_keys->items[0] = cr_setting_member_key(row, member, arena);
    out_keys->items[1] = defaults ? cr_setting_member_key(row, "default", arena) : NULL;
    return out_keys->items[0] && (!defaults || out_keys->items[1]) ? 0 : CR_ENOMEM;
}

static int missing(const struct cr_setting *row, const char *key, struct cr_err *err)
{
    if (!(row->flags & CR_SETTING_REQUIRED))
        return 0;
    return cr_err_set(err, CR_EINVAL, "'%s' is not set: give it a value (%s)", key,
                      row->doc ? row->doc : cr_setting_type_name(row->type));
}

static int bind_list(const struct cr_setting *row, const struct keys *keys,
                     const struct cr_environment *environment, void *field, struct cr_arena *arena,
                     struct cr_err *err)
{
    struct cr_setting_list list = {NULL, 0};
    int rc = CR_ENOTFOUND;
    for (size_t i = 0; i < keys->count && rc == CR_ENOTFOUND; i++)
        rc = cr_environment_list(environment, keys->items[i], arena, &list.items, &list.count, err);
    if (rc == CR_ENOTFOUND) {
        const char *fallback = NULL;
        rc = row->fallback ? cr_environment_expand(environment, cr_slice_of(row->fallback), arena,
                                                   &fallback, err)
                           : missing(row, keys->items[0], err);
        if (rc == 0 && fallback)
            rc = split_fallback(fallback, arena, &list);
    }
    if (rc == 0)
        memcpy(field, &list, sizeof list);
    return rc;
}

static int bind_scalar(const struct cr_setting *row, const struct keys *keys,
                       const struct cr_environment *environment, void *field,
                       struct cr_arena *arena, struct cr_err *err)
{
    struct cr_property property = {NULL, NULL, "the built-in value"};
    struct value v = {.row = row, .err = err, .key = keys->items[0]};
    int rc = CR_ENOTFOUND;
    for (size_t i = 0; i < keys->count && rc == CR_ENOTFOUND; i++) {
        v.key = keys->items[i];
        rc = cr_environment_get(environment, v.key, arena, &property, err);
        /* an empty value of a file is as good as none where no text is wanted */
        if (rc == 0 && row->type != CR_SETTING_TEXT && !property.text[0])
            rc = CR_ENOTFOUND;
    }
    if (rc == CR_ENOTFOUND) {
        v.key = keys->items[0];
        if (!row->fallback)
            return missing(row, v.key, err);
        property.origin = "the built-in value";
        rc = cr_environment_expand(environment, cr_slice_of(row->fallback), arena, &property.text,
                                   err);
        if (rc)
            cr_err_prefix(err, "'%s': ", v.key);
    }
    if (rc)
        return rc;
    v.text = cr_slice_of(property.text);
    v.origin = property.origin;
    return convert(&v, field);
}

int cr_setting_bind(const struct cr_setting *row, const char *member,
                    const struct cr_environment *environment, void *out_struct,
                    struct cr_arena *arena, struct cr_err *err)
{
    struct keys keys;
    void *field = (char *)out_struct + row->offset;
    if (keys_of(row, member, arena, &keys))
        return cr_err_set(err, CR_ENOMEM, "settings: out of memory");
    memset(field, 0, field_size(row->type));
    int rc = row->type == CR_SETTING_LIST ? bind_list(row, &keys, environment, field, arena, err)
                                          : bind_scalar(row, &keys, environment, field, arena, err);
    return rc == CR_EPARSE || rc == CR_ELIMIT ? CR_EINVAL : rc;
}

int cr_settings_bind(const struct cr_setting_table *table, const struct cr_environment *environment,
                     void *out_struct, struct cr_arena *arena, struct cr_err *err)
{
    return cr_settings_bind_member(table, environment, NULL, out_struct, arena, err);
}

int cr_settings_bind_member(const struct cr_setting_table *family,
                            const struct cr_environment *environment, const char *member,
                            void *out_struct, struct cr_arena *arena, struct cr_err *err)
{
    for (size_t i = 0; i < family->count; i++) {
        int rc = cr_setting_bind(&family->rows[i], member, environment, out_struct, arena, err);
        if (rc)
            return rc;
    }
    return 0;
}
