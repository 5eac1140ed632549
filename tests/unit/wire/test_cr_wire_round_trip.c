/* Random records through every form and back: what a form carries comes back as it was. */
#include <stdio.h>
#include <stdlib.h>

#include "cr_clock.h"
#include "cr_utf8.h"
#include "wire_fixture.h"

enum { ROUNDS = 3000, PAIRS_MAX = 12 };

static unsigned next(unsigned below)
{
    return (unsigned)random() % below;
}

/* xml: only characters that XML can hold. */
static struct cr_slice some_text(struct cr_arena *arena, bool xml)
{
    static const uint32_t odd[] = {'"',  '\\', '<',  '&',    '\'',    '_',      '$', '\n',
                                   '\r', '\t', 0xe9, 0x20ac, 0x1f600, ':',      ' ', '/',
                                   ']',  '>',  0x85, 0x2028, 0xd7a3,  0x10ffff, '{', '}',
                                   0,    1,    0x1f, 0xfffe, 0xffff};
    CR_AUTO(cr_buf) text = {0};
    for (unsigned left = next(12); left > 0; left--) {
        uint32_t c = next(3) ? 'a' + next(26) : odd[next(CR_COUNT(odd) - (xml ? 5 : 0))];
        cr_utf8_put(&text, c);
    }
    return (struct cr_slice){cr_arena_slice(arena, cr_buf_view(&text)), text.len};
}

static const struct cr_wire_pair *some_pairs(struct cr_arena *arena, bool xml, size_t *out_count)
{
    struct cr_wire_pair *pairs = cr_arena_array(arena, PAIRS_MAX, sizeof *pairs);
    *out_count = next(PAIRS_MAX);
    for (size_t i = 0; i < *out_count; i++) {
        /* the number keeps them apart, and none is empty or Java's class marker */
        struct cr_slice key = some_text(arena, xml);
        const char *prefix = cr_arena_printf(arena, "%zu", i);
        char *whole = cr_arena_alloc(arena, key.len + strlen(prefix) + 1);
        memcpy(whole, key.ptr, key.len);
        memcpy(whole + key.len, prefix, strlen(prefix));
        pairs[i].key = (struct cr_slice){whole, key.len + strlen(prefix)};
        pairs[i].value = some_text(arena, xml);
    }
    return pairs;
}

static struct cr_slice maybe_text(struct cr_arena *arena, bool xml)
{
    return next(4) ? some_text(arena, xml) : (struct cr_slice){0};
}

static int64_t some_int(void)
{
    static const int64_t ints[] = {0, 1, -1, INT32_MAX, INT32_MIN, 8080};
    return next(2) ? ints[next(CR_COUNT(ints))] : (int64_t)next(100000);
}

/* Always with an instance-id, which a reader would add. */
static void add_amazon(struct cr_arena *arena, bool xml, struct cr_wire_instance *it)
{
    size_t count = 0;
    const struct cr_wire_pair *others = some_pairs(arena, xml, &count);
    struct cr_wire_pair *pairs = cr_arena_array(arena, count + 1, sizeof *pairs);
    pairs[0] = (struct cr_wire_pair){CR_SLICE("instance-id"), CR_SLICE("i-1")};
    for (size_t i = 0; i < count; i++)
        pairs[i + 1] = others[i];
    it->data_center_metadata = pairs;
    it->data_center_metadata_count = count + 1;
}

static struct cr_wire_instance some_instance(struct cr_arena *arena, bool xml)
{
    struct cr_wire_instance it = {
        .instance_id = {"i", 1},
        .host_name = maybe_text(arena, xml),
        .app = {"APP", 3},
        .ip_addr = maybe_text(arena, xml),
        .sid = next(2) ? CR_SLICE("s") : (struct cr_slice){0}, /* "na" would go */
        .app_group_name = {"GROUP", 5},
        .home_page_url = maybe_text(arena, xml),
        .status_page_url = maybe_text(arena, xml),
        .health_check_url = maybe_text(arena, xml),
        .secure_health_check_url = maybe_text(arena, xml),
        .vip_address = maybe_text(arena, xml),
        .secure_vip_address = maybe_text(arena, xml),
        .asg_name = maybe_text(arena, xml),
        .status = (enum cr_wire_status)next(CR_WIRE_STATUS_COUNT),
        .overridden_status = (enum cr_wire_status)next(CR_WIRE_STATUS_COUNT),
        .port = {some_int(), next(2)},
        .secure_port = {some_int(), next(2)},
        .country_id = some_int(),
        .data_center = (enum cr_wire_data_center)(CR_WIRE_MY_OWN + next(3)),
        .lease = {1 + next(1000), 1 + next(1000), some_int(), some_int(), some_int(), some_int()},
        .coordinating_discovery_server = next(2),
        .last_updated_ms = some_int(),
        .last_dirty_ms = next(2) ? INT64_MAX : some_int(),
        .action = (enum cr_wire_action)next(4),
    };
    it.metadata = some_pairs(arena, xml, &it.metadata_count);
    if (it.data_center == CR_WIRE_AMAZON)
        add_amazon(arena, xml, &it);
    return it;
}

/* What the compact forms do not carry is as a reader leaves it. */
static void forget_what_compact_drops(struct cr_wire_instance *it)
{
    struct cr_wire_instance bare = cr_wire_instance_default(fixture_now_ms);
    it->app_group_name = it->sid = it->home_page_url = it->status_page_url = it->health_check_url =
        it->secure_health_check_url = (struct cr_slice){0};
    it->overridden_status = bare.overridden_status;
    it->country_id = bare.country_id;
    it->coordinating_discovery_server = false;
    it->last_dirty_ms = bare.last_dirty_ms;
    it->lease = bare.lease;
    it->metadata_count = 0;
    if (it->data_center == CR_WIRE_AMAZON)
        it->data_center_metadata_count = 1; /* no other key is one of the five */
}

static void assert_round(struct cr_arena *arena, struct cr_wire_instance it, enum cr_wire_form form)
{
    bool xml = form == CR_WIRE_XML || form == CR_WIRE_XML_COMPACT;
    CR_AUTO(cr_buf) wire = {0};
    cr_wire_instance_write_form(&it, form, CR_WIRE_ALONE, &wire);
    assert_int_equal(cr_buf_status(&wire), 0);
    struct cr_wire_instance back =
        fixture_read(xml ? cr_wire_instance_read_xml : cr_wire_instance_read, arena, wire.data);
    if (form == CR_WIRE_JSON_COMPACT || form == CR_WIRE_XML_COMPACT)
        forget_what_compact_drops(&it);
    /* JSON is one to one, so it stands for the comparison of all fields. */
    CR_AUTO(cr_buf) before = {0};
    CR_AUTO(cr_buf) after = {0};
    cr_wire_instance_write(&it, &before);
    cr_wire_instance_write(&back, &after);
    if (!cr_slice_equal(cr_buf_view(&before), cr_buf_view(&after)))
        fail_msg("by\n%s\n%s\nbecame\n%s", wire.data, before.data, after.data);
}

static void test_every_form(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        for (int form = 0; form < CR_WIRE_FORMS; form++) {
            CR_AUTO_ARENA arena = cr_arena_new(0);
            bool xml = form == CR_WIRE_XML || form == CR_WIRE_XML_COMPACT;
            assert_round(arena, some_instance(arena, xml), (enum cr_wire_form)form);
        }
    }
}

/* Characters that XML cannot hold are dropped from texts and kept in names. */
static void test_xml_of_anything_can_be_read(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        CR_AUTO_ARENA arena = cr_arena_new(0);
        CR_AUTO(cr_buf) wire = {0};
        struct cr_wire_instance it = some_instance(arena, false);
        cr_wire_instance_write_form(&it, round % 2 ? CR_WIRE_XML : CR_WIRE_XML_COMPACT,
                                    CR_WIRE_ALONE, &wire);
        struct cr_wire_instance back = fixture_read(cr_wire_instance_read_xml, arena, wire.data);
        if (round % 2)
            assert_int_equal(back.metadata_count, it.metadata_count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form),
        cmocka_unit_test(test_xml_of_anything_can_be_read),
    };
    unsigned seed = (unsigned)cr_clock_wall_ms();
    printf("seed %u\n", seed);
    srandom(seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
