/* CloudEvents: to and from a record's headers and value, and to structured JSON. */
#include "cr_event.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cr_event_json.h"
#include "cr_int.h"
#include "cr_json.h"
#include "cr_json_writer.h"

/* Header texts are Strings to a Spring consumer only if their class is named. */
static const char spring_types[] = "{\"content-type\":\"java.lang.String\","
                                   "\"contentType\":\"java.lang.String\","
                                   "\"ce_specversion\":\"java.lang.String\","
                                   "\"ce_id\":\"java.lang.String\","
                                   "\"ce_source\":\"java.lang.String\","
                                   "\"ce_type\":\"java.lang.String\","
                                   "\"ce_time\":\"java.lang.String\","
                                   "\"ce_subject\":\"java.lang.String\","
                                   "\"ce_sequence\":\"java.lang.String\","
                                   "\"ce_aggregateversion\":\"java.lang.String\","
                                   "\"traceparent\":\"java.lang.String\"}";

#define CONTENT_TYPE CR_SLICE("application/json")

/* One row per attribute that is a text: its name and where it stands. */
struct attribute {
    const char *name;
    size_t offset;
    bool required;
};

static const struct attribute attributes[] = {
    {"id", offsetof(struct cr_event, id), true},
    {"source", offsetof(struct cr_event, source), true},
    {"type", offsetof(struct cr_event, type), true},
    {"time", offsetof(struct cr_event, time), false},
    {"subject", offsetof(struct cr_event, aggregate), true},
    {"traceparent", offsetof(struct cr_event, traceparent), false},
};

static struct cr_slice *slot(struct cr_event *event, const struct attribute *attribute)
{
    return (struct cr_slice *)(void *)((char *)event + attribute->offset);
}

static const struct cr_slice *value_of(const struct cr_event *event,
                                       const struct attribute *attribute)
{
    return (const struct cr_slice *)(const void *)((const char *)event + attribute->offset);
}

int cr_event_check(const struct cr_event *event, struct cr_err *err)
{
    for (size_t i = 0; i < CR_COUNT(attributes); i++) {
        const struct cr_slice *value = value_of(event, &attributes[i]);
        if (attributes[i].required && value->len == 0)
            return cr_err_set(err, CR_EINVAL, "event: '%s' is missing", attributes[i].name);
        if (value->len > CR_EVENT_ATTRIBUTE_MAX)
            return cr_err_set(err, CR_ELIMIT, "event: '%s' is longer than %d bytes",
                              attributes[i].name, CR_EVENT_ATTRIBUTE_MAX);
    }
    if (event->data.len == 0)
        return cr_err_set(err, CR_EINVAL, "event '%.*s': no data", CR_SLICE_ARG(event->id));
    if (event->data.len > CR_EVENT_DATA_MAX)
        return cr_err_set(err, CR_ELIMIT, "event '%.*s': data of %zu bytes, %d is the most",
                          CR_SLICE_ARG(event->id), event->data.len, CR_EVENT_DATA_MAX);
    return 0;
}

/* --- binary mode --- */

int cr_event_to_message(const struct cr_event *event, struct cr_arena *arena,
                        struct cr_event_header *out_headers, struct cr_event_message *out_message,
                        struct cr_err *err)
{
    const char *seq = cr_arena_printf(arena, "%lld", (long long)event->seq);
    const char *version = cr_arena_printf(arena, "%lld", (long long)event->version);
    if (!seq || !version)
        return cr_err_set(err, CR_ENOMEM, "event: out of memory");
    const struct cr_event_header all[] = {
        {CR_SLICE("content-type"), CONTENT_TYPE},
        {CR_SLICE("contentType"), CONTENT_TYPE},
        {CR_SLICE("ce_specversion"), CR_SLICE("1.0")},
        {CR_SLICE("ce_id"), event->id},
        {CR_SLICE("ce_source"), event->source},
        {CR_SLICE("ce_type"), event->type},
        {CR_SLICE("ce_time"), event->time},
        {CR_SLICE("ce_subject"), event->aggregate},
        {CR_SLICE("ce_sequence"), cr_slice_of(seq)},
        {CR_SLICE("ce_aggregateversion"), cr_slice_of(version)},
        {CR_SLICE("traceparent"), event->traceparent},
        {CR_SLICE("spring_json_header_types"), CR_SLICE(spring_types)},
    };
    size_t count = 0;
    for (size_t i = 0; i < CR_COUNT(all); i++)
        if (all[i].value.len > 0)
            out_headers[count++] = all[i];
    *out_message = (struct cr_event_message){event->aggregate, event->data, out_headers, count};
    return 0;
}

/* The value of a header, or the empty slice. Of equal names the last counts, as Kafka has it. */
static struct cr_slice header(const struct cr_event_message *message, const char *prefix,
                              const char *name)
{
    struct cr_slice found = {NULL, 0};
    size_t prefix_len = strlen(prefix);
    for (size_t i = 0; i < message->header_count; i++) {
        struct cr_slice key = message->headers[i].name;
        if (key.len < prefix_len || memcmp(key.ptr, prefix, prefix_len) != 0)
            continue;
        if (cr_slice_equal_nocase(cr_slice_from(key, prefix_len), cr_slice_of(name)))
            found = message->headers[i].value;
    }
    return found;
}

static int parse_number(struct cr_slice text, const char *name, int64_t *out_value,
                        struct cr_err *err)
{
    *out_value = 0;
    if (text.len == 0)
        return 0;
    int rc = cr_int_parse(text, 0, INT64_MAX, out_value);
    return rc == 0 ? 0
                   : cr_err_set(err, CR_EPARSE, "event: '%s' is no number: '%.*s'", name,
                                CR_SLICE_ARG(cr_slice_sub(text, 0, 40)));
}

static int check_read(const struct cr_event *event, struct cr_slice specversion, struct cr_err *err)
{
    if (!cr_slice_is(specversion, "1.0"))
        return cr_err_set(err, CR_EPARSE, "event: specversion '%.*s' is not 1.0",
                          CR_SLICE_ARG(cr_slice_sub(specversion, 0, 40)));
    struct cr_err reason = {0};
    if (cr_event_check(event, &reason) < 0)
        return cr_err_set(err, CR_EPARSE, "%s", reason.text);
    return 0;
}

static int from_binary(const struct cr_event_message *message, struct cr_event *event,
                       struct cr_err *err)
{
    for (size_t i = 0; i < CR_COUNT(attributes); i++)
        *slot(event, &attributes[i]) = header(message, "ce_", attributes[i].name);
    event->traceparent = header(message, "", "traceparent");
    event->data = message->value;
    if (event->aggregate.len == 0)
        event->aggregate = message->key;
    int rc = parse_number(header(message, "ce_", "sequence"), "sequence", &event->seq, err);
    if (rc == 0)
        rc = parse_number(header(message, "ce_", "aggregateversion"), "aggregateversion",
                          &event->version, err);
    return rc < 0 ? rc : check_read(event, header(message, "ce_", "specversion"), err);
}

/* --- structured mode --- */

void cr_event_write_json(const struct cr_event *event, struct cr_buf *out)
{
    struct cr_json_writer json;
    cr_json_init(&json, out);
    cr_json_begin_object(&json);
    cr_json_pair_text(&json, "specversion", "1.0");
    for (size_t i = 0; i < CR_COUNT(attributes); i++) {
        const struct cr_slice *value = value_of(event, &attributes[i]);
        if (value->len > 0)
            cr_json_pair_string(&json, attributes[i].name, *value);
    }
    CR_AUTO(cr_buf) digits = {0};
    cr_buf_int(&digits, event->seq);
    cr_json_pair_string(&json, "sequence", cr_buf_view(&digits));
    cr_json_pair_int(&json, "aggregateversion", event->version);
    cr_json_pair_text(&json, "datacontenttype", "application/json");
    cr_json_pair_raw(&json, "data", event->data);
    cr_json_end_object(&json);
}

/* The text of a value, compact, in the arena. */
static int render(const struct cr_tree *tree, struct cr_arena *arena, struct cr_slice *out_text)
{
    CR_AUTO(cr_buf) buf = {.max = CR_EVENT_DATA_MAX};
    struct cr_json_writer json;
    cr_json_init(&json, &buf);
    cr_json_tree(&json, tree);
    int rc = cr_buf_status(&buf);
    if (rc < 0)
        return rc;
    const char *copy = cr_arena_slice(arena, cr_buf_view(&buf));
    if (!copy)
        return CR_ENOMEM;
    *out_text = (struct cr_slice){copy, buf.len};
    return 0;
}

int cr_event_from_json(const struct cr_tree *tree, struct cr_arena *arena,
                       struct cr_event *out_event, struct cr_err *err)
{
    struct cr_event event = {0};
    if (cr_tree_kind(tree) != CR_TREE_OBJECT)
        return cr_err_set(err, CR_EPARSE, "event: not a JSON object");
    for (size_t i = 0; i < CR_COUNT(attributes); i++)
        *slot(&event, &attributes[i]) = cr_tree_slice(cr_tree_get(tree, attributes[i].name));
    int rc =
        parse_number(cr_tree_slice(cr_tree_get(tree, "sequence")), "sequence", &event.seq, err);
    if (rc == 0)
        rc = parse_number(cr_tree_slice(cr_tree_get(tree, "aggregateversion")), "aggregateversion",
                          &event.version, err);
    if (rc < 0)
        return rc;
    rc = render(cr_tree_get(tree, "data"), arena, &event.data);
    if (rc < 0)
        return cr_err_set(err, rc, "event '%.*s': data: %s", CR_SLICE_ARG(event.id),
                          cr_code_name(rc));
    rc = check_read(&event, cr_tree_slice(cr_tree_get(tree, "specversion")), err);
    if (rc == 0)
        *out_event = event;
    return rc;
}

int cr_event_from_message(const struct cr_event_message *message, struct cr_arena *arena,
                          struct cr_event *out_event, struct cr_err *err)
{
    if (cr_slice_starts(header(message, "", "content-type"), CR_SLICE("application/cloudevents"))) {
        const struct cr_tree *tree = NULL;
        int rc = cr_json_parse(message->value, arena, &tree, err);
        return rc < 0 ? rc : cr_event_from_json(tree, arena, out_event, err);
    }
    if (header(message, "ce_", "specversion").len == 0)
        return cr_err_set(err, CR_ENOTFOUND, "the record is no CloudEvent");
    struct cr_event event = {0};
    int rc = from_binary(message, &event, err);
    if (rc == 0)
        *out_event = event;
    return rc;
}

int64_t cr_event_wall_ms(struct cr_slice time)
{
    char text[40];
    struct tm parts = {0};
    if (time.len >= sizeof text || !cr_slice_ends(time, CR_SLICE("Z")))
        return -1;
    memcpy(text, time.ptr, time.len);
    text[time.len] = '\0';
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
    if (!rest)
        return -1;
    int64_t ms = 0;
    if (*rest == '.') {
        int64_t unit = 100;
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
            ms += unit * (*rest - '0');
    }
    if (strcmp(rest, "Z") != 0)
        return -1;
    return (int64_t)timegm(&parts) * 1000 + ms;
}
