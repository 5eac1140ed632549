/* The rows, and the form of a topic. */
#include "embedded_settings.h"

#include <string.h>

#include "broker.h"
#include "cr_int.h"

enum { PARTITIONS_DEFAULT = 3, PARTITIONS_MAX = 256, NAME_MAX_BYTES = 200 };

#define FIELD(name) offsetof(struct embedded_settings, name)

const struct cr_setting embedded_setting_rows[EMBEDDED_SETTING_COUNT] = {
    {"crema.kafka.topics", CR_SETTING_LIST, FIELD(topics), "coffee.order:6,coffee.member:3", 0, 0,
     CR_SETTING_RESTART, "Topics to make at the start, each as name:partitions."},
    {"crema.kafka.max-connections", CR_SETTING_INT, FIELD(connections_max), "64", 1, 1024,
     CR_SETTING_RESTART, "Connections through the fixed port; more are closed at once."},
};

static bool is_name(struct cr_slice name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
}

static int parse_topic(const char *text, struct cr_arena *arena, struct broker_topic *out_topic,
                       struct cr_err *err)
{
    struct cr_slice name = cr_slice_trim(cr_slice_of(text));
    ptrdiff_t colon = cr_slice_find(name, ':');
    int64_t partitions = PARTITIONS_DEFAULT;
    if (colon >= 0 &&
        cr_int_parse(cr_slice_from(name, (size_t)colon + 1), 1, PARTITIONS_MAX, &partitions) < 0)
        return cr_err_set(err, CR_EINVAL,
                          "crema.kafka.topics: '%s': the partitions must be 1 to %d", text,
                          PARTITIONS_MAX);
    if (colon >= 0)
        name = cr_slice_sub(name, 0, (size_t)colon);
    if (!is_name(name))
        return cr_err_set(err, CR_EINVAL,
                          "crema.kafka.topics: '%s': a topic is 1 to %d letters, digits, '.', '_' "
                          "and '-', then ':' and its partitions",
                          text, NAME_MAX_BYTES);
    out_topic->name = cr_arena_slice(arena, name);
    out_topic->partitions = (int)partitions;
    return out_topic->name ? 0 : cr_err_set(err, CR_ENOMEM, "crema.kafka.topics: out of memory");
}

static bool is_named_before(const struct broker_topic *topics, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(topics[i].name, topics[index].name) == 0)
            return true;
    return false;
}

int embedded_topics(const struct embedded_settings *settings, struct cr_arena *arena,
                    struct broker_topic **out_topics, size_t *out_count, struct cr_err *err)
{
    size_t count = settings->topics.count;
    struct broker_topic *topics = cr_arena_array(arena, count + 1, sizeof *topics);
    if (!topics)
        return cr_err_set(err, CR_ENOMEM, "crema.kafka.topics: out of memory");
    for (size_t i = 0; i < count; i++) {
        const char *text = settings->topics.items[i];
        int rc = parse_topic(text, arena, &topics[i], err);
        if (rc < 0)
            return rc;
        if (is_named_before(topics, i))
            return cr_err_set(err, CR_EINVAL, "crema.kafka.topics: '%s': this topic is named twice",
                              text);
    }
    *out_topics = topics;
    *out_count = count;
    return 0;
}
