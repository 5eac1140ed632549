/* The merged forms of an environment: whatever the keys and values are, each is a text or a reason,
 * what was made within the bounds, and what stands in YAML is read back as it was.
 *
 * An input is records with a zero byte behind each: "key=value", where "#12" is a number; an empty
 * record ends a source. */
#include "config_view.h"
#include "cr_json.h"
#include "cr_utf8.h"
#include "cr_yaml.h"
#include "fuzz.h"

enum { PROPERTIES_MAX = 256, SOURCES_MAX = 8, OUT_MAX = 64 * 1024 * 1024 };

struct input {
    struct cr_wire_property properties[PROPERTIES_MAX];
    struct cr_wire_source sources[SOURCES_MAX];
    size_t property_count, source_count;
};

static bool is_number(struct cr_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    }
    return text.len > 0 && (text.ptr[0] != '0' || text.len == 1);
}

static void add(struct input *input, struct cr_slice record)
{
    struct cr_wire_source *source = &input->sources[input->source_count - 1];
    struct cr_slice key;
    (void)cr_slice_split(&record, '=', &key);
    struct cr_wire_property property = {.key = key, .text = record, .kind = CR_WIRE_STRING};
    if (cr_slice_starts(record, CR_SLICE("#")) && is_number(cr_slice_from(record, 1))) {
        property.text = cr_slice_from(record, 1);
        property.kind = CR_WIRE_NUMBER;
    }
    for (size_t i = 0; i < source->count; i++) {
        if (cr_slice_equal(source->properties[i].key, key))
            return; /* a source has a key once */
    }
    input->properties[input->property_count++] = property;
    source->count++;
}

static void read_input(struct cr_slice text, struct input *input)
{
    struct cr_slice record;
    while (cr_slice_split(&text, '\0', &record) && input->property_count < PROPERTIES_MAX) {
        if (input->source_count == 0 || (record.len == 0 && input->source_count < SOURCES_MAX))
            input->sources[input->source_count++] = (struct cr_wire_source){
                CR_SLICE("s"), &input->properties[input->property_count], 0};
        if (record.len > 0)
            add(input, record);
    }
}

/* Other readers take these for line breaks, and libyaml a byte order mark for none of the text. */
static bool reads_back(struct cr_slice text)
{
    while (text.len > 0) {
        uint32_t c = cr_utf8_next(&text);
        bool printable = c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0x7e) ||
                         (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) ||
                         (c >= 0x10000 && c <= 0x10ffff);
        if (!printable || c == 0x2028 || c == 0x2029 || c == 0xfeff)
            return false;
    }
    return true;
}

/* {k: text} in YAML and back. */
static void check_value(const struct cr_wire_property *property, struct cr_arena *arena)
{
    CR_AUTO(cr_buf) out = {0};
    struct cr_err err = {0};
    struct cr_flat flat;
    const struct cr_wire_property only = {
        .key = CR_SLICE("k"), .text = property->text, .kind = property->kind};
    const struct cr_wire_source source = {CR_SLICE("s"), &only, 1};
    const struct cr_wire_environment environment = {.sources = &source, .source_count = 1};
    const struct config_view_options options = {CONFIG_VIEW_YAML, false, true};
    FUZZ_HOLDS(config_view_render(&environment, &options, arena, &out, &err) == 0);
    if (!reads_back(property->text))
        return;
    FUZZ_HOLDS(cr_yaml_parse(cr_buf_view(&out), arena, &flat, &err) == 0);
    FUZZ_HOLDS(flat.count == 1 && flat.docs[0].count == 1);
    const struct cr_flat_pair *pair = &flat.docs[0].pairs[0];
    FUZZ_HOLDS(cr_slice_is(pair->key, "k") && cr_slice_equal(pair->text, property->text));
    FUZZ_HOLDS((pair->kind == CR_FLAT_STRING) == (property->kind == CR_WIRE_STRING));
}

static void check_view(const struct cr_wire_environment *environment,
                       const struct config_view_options *options, struct cr_arena *arena)
{
    CR_AUTO(cr_buf) out = {.max = OUT_MAX};
    struct cr_err err = {0};
    const struct cr_tree *tree;
    int rc = config_view_render(environment, options, arena, &out, &err);
    FUZZ_HOLDS(rc == 0 || rc == CR_EINVAL || rc == CR_ENOMEM || rc == CR_ELIMIT);
    FUZZ_HOLDS(rc == 0 || (err.code == rc && err.text[0]));
    if (rc == 0 && options->view == CONFIG_VIEW_JSON) {
        /* Two names that differ in bytes that are no UTF-8 may become one, and depth is bounded. */
        rc = cr_json_parse(cr_buf_view(&out), arena, &tree, &err);
        FUZZ_HOLDS(rc == 0 || rc == CR_ELIMIT || rc == CR_ENOMEM);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct input input;
    CR_AUTO_ARENA arena = cr_arena_new(4 * (size_t)FUZZ_ARENA_MAX);
    input = (struct input){.source_count = 0};
    read_input(fuzz_slice(data, size), &input);
    const struct cr_wire_environment environment = {.sources = input.sources,
                                                    .source_count = input.source_count};
    for (enum config_view view = CONFIG_VIEW_V1; view <= CONFIG_VIEW_JSON; view++) {
        for (int resolve = 0; resolve < 2; resolve++) {
            const struct config_view_options options = {view, resolve != 0, true};
            check_view(&environment, &options, arena);
        }
    }
    for (size_t i = 0; i < input.property_count && i < 8; i++) {
        if (cr_utf8_valid(input.properties[i].text))
            check_value(&input.properties[i], arena);
    }
    return 0;
}
