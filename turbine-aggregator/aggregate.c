/* Sums of one circuit: a table of fields, and per host a row of values beside it. */
#include "aggregate.h"

#include <stdlib.h>
#include <string.h>

#include "cr_err.h"
#include "cr_json_writer.h"
#include "cr_map.h"

/* Texts that were ever seen at a place: distinct values, or the keys of a map. */
struct texts {
    char **items;
    size_t count;
};

struct field {
    char *key;
    struct texts keys;    /* of its maps */
    struct texts values;  /* of its texts */
    bool is_map, is_text; /* what it ever was; a number otherwise */
};

enum value_kind { VALUE_NONE, VALUE_NUMBER, VALUE_MAP, VALUE_TEXT };

struct value {
    enum value_kind kind;
    size_t count; /* of numbers */
    union {
        int64_t number;
        int64_t *numbers; /* aligned with the field's keys */
        size_t text;      /* index into the field's values */
    };
};

struct share {
    int64_t reporting_hosts;
    struct value *values; /* aligned with the aggregate's fields */
    size_t count;
};

struct aggregate {
    char *type;
    char *name;
    struct field *fields;
    size_t field_count;
    struct cr_map *shares; /* by host */
};

static char *copy_of(struct cr_slice text)
{
    return text.ptr ? strndup(text.ptr, text.len) : strdup("");
}

static void share_free(void *memory)
{
    struct share *share = memory;
    if (!share)
        return;
    for (size_t i = 0; i < share->count; i++) {
        if (share->values[i].kind == VALUE_MAP)
            free(share->values[i].numbers);
    }
    free(share->values);
    free(share);
}

struct aggregate *aggregate_new(struct cr_slice type, struct cr_slice name)
{
    struct aggregate *aggregate = calloc(1, sizeof *aggregate);
    if (!aggregate)
        return NULL;
    aggregate->type = copy_of(type);
    aggregate->name = copy_of(name);
    aggregate->fields = calloc(AGGREGATE_FIELDS_MAX, sizeof *aggregate->fields);
    aggregate->shares = cr_map_new(0, share_free);
    if (aggregate->type && aggregate->name && aggregate->fields && aggregate->shares)
        return aggregate;
    aggregate_free(aggregate);
    return NULL;
}

static void texts_free(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->items[i]);
    free(texts->items);
}

void aggregate_free(struct aggregate *aggregate)
{
    if (!aggregate)
        return;
    for (size_t i = 0; i < aggregate->field_count; i++) {
        free(aggregate->fields[i].key);
        texts_free(&aggregate->fields[i].keys);
        texts_free(&aggregate->fields[i].values);
    }
    free(aggregate->fields);
    cr_map_free(aggregate->shares);
    free(aggregate->type);
    free(aggregate->name);
    free(aggregate);
}

const char *aggregate_type(const struct aggregate *aggregate)
{
    return aggregate->type;
}

const char *aggregate_name(const struct aggregate *aggregate)
{
    return aggregate->name;
}

size_t aggregate_host_count(const struct aggregate *aggregate)
{
    return cr_map_count(aggregate->shares);
}

/* --- taking in --- */

/* The place of a text in its table, added when new. CR_ELIMIT when the table is full. */
static int text_index(struct texts *texts, struct cr_slice text, size_t max, size_t *out_index)
{
    for (size_t i = 0; i < texts->count; i++) {
        if (cr_slice_is(text, texts->items[i])) {
            *out_index = i;
            return 0;
        }
    }
    if (texts->count == max)
        return CR_ELIMIT;
    char **items = realloc(texts->items, (texts->count + 1) * sizeof *items);
    if (!items)
        return CR_ENOMEM;
    texts->items = items;
    items[texts->count] = copy_of(text);
    if (!items[texts->count])
        return CR_ENOMEM;
    *out_index = texts->count++;
    return 0;
}

/* Events of one circuit nearly always have the same fields in the same order: look there first. */
static struct field *field_of(struct aggregate *aggregate, struct cr_slice key, size_t guess)
{
    if (guess < aggregate->field_count && cr_slice_is(key, aggregate->fields[guess].key))
        return &aggregate->fields[guess];
    for (size_t i = 0; i < aggregate->field_count; i++) {
        if (cr_slice_is(key, aggregate->fields[i].key))
            return &aggregate->fields[i];
    }
    if (aggregate->field_count == AGGREGATE_FIELDS_MAX)
        return NULL;
    struct field *field = &aggregate->fields[aggregate->field_count];
    field->key = copy_of(key);
    if (!field->key)
        return NULL;
    aggregate->field_count++;
    return field;
}

static int put_map(struct field *field, const struct cr_wire_field *from, struct value *value)
{
    field->is_map = true;
    value->numbers = calloc(AGGREGATE_KEYS_MAX, sizeof *value->numbers);
    if (!value->numbers)
        return CR_ENOMEM;
    value->kind = VALUE_MAP;
    for (size_t i = 0; i < from->entry_count; i++) {
        size_t index = 0;
        int rc = text_index(&field->keys, from->entries[i].key, AGGREGATE_KEYS_MAX, &index);
        if (rc == CR_ENOMEM)
            return rc;
        if (rc == 0)
            value->numbers[index] = from->entries[i].value;
    }
    value->count = field->keys.count;
    int64_t *fitting = realloc(value->numbers, (value->count + 1) * sizeof *fitting);
    if (fitting)
        value->numbers = fitting;
    return 0;
}

static int put_value(struct field *field, const struct cr_wire_field *from, struct value *value)
{
    if (from->kind == CR_WIRE_NUMBER) {
        value->kind = VALUE_NUMBER;
        value->number = from->number;
        return 0;
    }
    if (from->kind == CR_WIRE_MAP)
        return put_map(field, from, value);
    field->is_text = true;
    int rc = text_index(&field->values, from->text, AGGREGATE_TEXTS_MAX, &value->text);
    if (rc == 0)
        value->kind = VALUE_TEXT;
    return rc == CR_ELIMIT ? 0 : rc;
}

static int fill_share(struct aggregate *aggregate, const struct cr_wire_event *event,
                      struct share *share)
{
    share->reporting_hosts = event->reporting_hosts;
    share->values = calloc(AGGREGATE_FIELDS_MAX, sizeof *share->values);
    if (!share->values)
        return CR_ENOMEM;
    share->count = AGGREGATE_FIELDS_MAX;
    for (size_t i = 0; i < event->field_count; i++) {
        struct field *field = field_of(aggregate, event->fields[i].key, i);
        if (!field)
            continue;
        struct value *value = &share->values[field - aggregate->fields];
        if (value->kind != VALUE_NONE)
            continue; /* a name that comes twice counts once */
        if (put_value(field, &event->fields[i], value))
            return CR_ENOMEM;
    }
    share->count = aggregate->field_count;
    struct value *fitting = realloc(share->values, (share->count + 1) * sizeof *fitting);
    if (fitting)
        share->values = fitting;
    return 0;
}

int aggregate_put(struct aggregate *aggregate, struct cr_slice host,
                  const struct cr_wire_event *event)
{
    struct share *share = calloc(1, sizeof *share);
    if (!share)
        return CR_ENOMEM;
    int rc = fill_share(aggregate, event, share);
    if (rc == 0)
        rc = cr_map_put(aggregate->shares, host, share);
    if (rc)
        share_free(share);
    return rc;
}

bool aggregate_drop(struct aggregate *aggregate, struct cr_slice host)
{
    return cr_map_remove(aggregate->shares, host);
}

/* --- showing --- */

static const struct share *next_share(const struct aggregate *aggregate, size_t *cursor)
{
    struct cr_slice host;
    void *share = NULL;
    return cr_map_next(aggregate->shares, cursor, &host, &share) ? share : NULL;
}

static const struct value *value_at(const struct share *share, size_t index)
{
    static const struct value none = {.kind = VALUE_NONE};
    return index < share->count ? &share->values[index] : &none;
}

static int64_t add(int64_t sum, int64_t number)
{
    int64_t result = 0;
    if (__builtin_add_overflow(sum, number, &result))
        return number < 0 ? INT64_MIN : INT64_MAX;
    return result;
}

static void render_number(const struct aggregate *aggregate, size_t index,
                          struct cr_json_writer *writer)
{
    int64_t sum = 0;
    const struct share *share;
    for (size_t cursor = 0; (share = next_share(aggregate, &cursor));) {
        const struct value *value = value_at(share, index);
        if (value->kind == VALUE_NUMBER)
            sum = add(sum, value->number);
    }
    cr_json_int(writer, sum > 0 ? sum : 0);
}

static void render_map(const struct aggregate *aggregate, size_t index,
                       struct cr_json_writer *writer)
{
    const struct field *field = &aggregate->fields[index];
    int64_t sums[AGGREGATE_KEYS_MAX] = {0};
    const struct share *share;
    for (size_t cursor = 0; (share = next_share(aggregate, &cursor));) {
        const struct value *value = value_at(share, index);
        for (size_t i = 0; value->kind == VALUE_MAP && i < value->count; i++)
            sums[i] = add(sums[i], value->numbers[i]);
    }
    cr_json_begin_object(writer);
    for (size_t i = 0; i < field->keys.count; i++)
        cr_json_pair_int(writer, field->keys.items[i], sums[i] > 0 ? sums[i] : 0);
    cr_json_end_object(writer);
}

/* "true" and "false" become booleans again; null stays the text "null". */
static void render_text(const char *text, struct cr_json_writer *writer)
{
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        cr_json_bool(writer, text[0] == 't');
    else
        cr_json_text(writer, text);
}

/* The hosts disagree: a text that holds JSON, {"true":1,"false":2}. */
static void render_counts(const struct texts *values, const int64_t *counts,
                          struct cr_json_writer *writer)
{
    CR_AUTO(cr_buf) inner = {0};
    struct cr_json_writer inside;
    cr_json_init(&inside, &inner);
    cr_json_begin_object(&inside);
    for (size_t i = 0; i < values->count; i++) {
        if (counts[i] > 0)
            cr_json_pair_int(&inside, values->items[i], counts[i]);
    }
    cr_json_end_object(&inside);
    cr_json_string(writer, cr_buf_view(&inner));
}

static void render_texts(const struct aggregate *aggregate, size_t index,
                         struct cr_json_writer *writer)
{
    const struct texts *values = &aggregate->fields[index].values;
    int64_t counts[AGGREGATE_TEXTS_MAX] = {0};
    const struct share *share;
    for (size_t cursor = 0; (share = next_share(aggregate, &cursor));) {
        const struct value *value = value_at(share, index);
        if (value->kind == VALUE_TEXT)
            counts[value->text]++;
    }
    size_t held = 0, last = 0;
    for (size_t i = 0; i < values->count; i++) {
        if (counts[i] > 0) {
            held++;
            last = i;
        }
    }
    if (held > 1)
        render_counts(values, counts, writer);
    else if (held == 1 || values->count == 1)
        render_text(values->items[last], writer); /* the only one ever seen outlives its hosts */
    else
        cr_json_text(writer, "");
}

static int64_t reporting_hosts(const struct aggregate *aggregate)
{
    int64_t sum = 0;
    const struct share *share;
    for (size_t cursor = 0; (share = next_share(aggregate, &cursor));)
        sum = add(sum, share->reporting_hosts);
    return sum;
}

static bool is_marker(const struct field *field)
{
    return strcmp(field->key, "propertyValuesSummed") == 0;
}

void aggregate_render(const struct aggregate *aggregate, struct cr_buf *out)
{
    struct cr_json_writer writer;
    cr_json_init(&writer, out);
    cr_json_begin_object(&writer);
    cr_json_pair_text(&writer, "type", aggregate->type);
    cr_json_pair_text(&writer, "name", aggregate->name);
    for (size_t i = 0; i < aggregate->field_count; i++) {
        const struct field *field = &aggregate->fields[i];
        if (is_marker(field))
            continue; /* of an aggregator below us: ours says the same */
        cr_json_key(&writer, field->key);
        if (field->is_map)
            render_map(aggregate, i, &writer);
        else if (field->is_text)
            render_texts(aggregate, i, &writer);
        else
            render_number(aggregate, i, &writer);
    }
    cr_json_pair_int(&writer, "reportingHosts", reporting_hosts(aggregate));
    cr_json_pair_bool(&writer, "propertyValuesSummed", true);
    cr_json_end_object(&writer);
}
