/* overrides: makes a property source of settings, and takes the escapes off their placeholders. */
#include "overrides.h"

/* Leaves out the backslash at the beginning of each escape. */
static struct cr_slice without_backslash(struct cr_slice text, struct cr_slice escape,
                                         struct cr_arena *arena)
{
    char *out = cr_arena_alloc(arena, text.len + 1);
    if (!out)
        return (struct cr_slice){0};
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!cr_slice_starts(cr_slice_from(text, i), escape))
            out[len++] = text.ptr[i];
    }
    return (struct cr_slice){out, len};
}

/* As Spring: where "\${" occurs, "\{" is left as it is. */
static struct cr_slice unescape(struct cr_slice value, struct cr_arena *arena)
{
    static const struct cr_slice escapes[] = {{"\\${", 3}, {"\\{", 2}};
    for (size_t i = 0; i < CR_COUNT(escapes); i++) {
        if (cr_slice_search(value, escapes[i]) >= 0)
            return without_backslash(value, escapes[i], arena);
    }
    return value;
}

int overrides_source(const struct override *items, size_t count, struct cr_arena *arena,
                     struct cr_wire_source *out_source, struct cr_err *err)
{
    struct cr_wire_property *properties =
        cr_arena_array(arena, count ? count : 1, sizeof(*properties));
    if (!properties)
        return cr_err_set(err, CR_ENOMEM, "overrides: out of memory");
    for (size_t i = 0; i < count; i++)
        properties[i] = (struct cr_wire_property){
            .key = items[i].key,
            .text = unescape(items[i].value, arena),
            .kind = CR_WIRE_STRING,
            .origin = CR_SLICE("Config server overrides"),
        };
    if (cr_arena_failed(arena))
        return cr_err_set(err, CR_ENOMEM, "overrides: out of memory");
    *out_source = (struct cr_wire_source){
        .name = CR_SLICE("overrides"), .properties = properties, .count = count};
    return 0;
}
