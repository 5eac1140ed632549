/* Events from text, and what the sums then show. */
#include "replay_event.h"

struct cr_wire_event event_of(struct cr_arena *arena, const char *fields)
{
    const char *json =
        cr_arena_printf(arena, "{\"type\":\"HystrixCommand\",\"name\":\"GetOrder\"%s%s}",
                        *fields ? "," : "", fields);
    struct cr_wire_event event;
    struct cr_err err = {0};
    if (cr_wire_event_parse(cr_slice_of(json), arena, &event, &err))
        fail_msg("%s: %s", json, err.text);
    return event;
}

void says(struct aggregate *aggregate, const char *host, const char *fields)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct cr_wire_event event = event_of(arena, fields);
    assert_int_equal(aggregate_put(aggregate, cr_slice_of(host), &event), 0);
}

static bool shows(const struct aggregate *aggregate, const char *text)
{
    CR_AUTO(cr_buf) json = {0};
    aggregate_render(aggregate, &json);
    assert_int_equal(cr_buf_status(&json), 0);
    bool found = strstr(json.data, text) != NULL;
    if (!found)
        print_message("%s in %s\n", text, json.data);
    return found;
}

void expect_shown(const struct aggregate *aggregate, const char *pair)
{
    assert_true(shows(aggregate, pair));
}

void expect_absent(const struct aggregate *aggregate, const char *text)
{
    assert_false(shows(aggregate, text));
}
