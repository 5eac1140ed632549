/* property_place: looks for the source that the property is a part of. */
#include "property_place.h"

enum { SHOWN_MAX = 100 };

/* Of a file its last segment; a document of several and the overrides have names of their own. */
static struct cr_slice short_name(struct cr_slice name)
{
    ptrdiff_t document = cr_slice_search(name, CR_SLICE("Config resource "));
    if (document >= 0)
        return cr_slice_from(name, (size_t)document);
    return cr_slice_from(name, (size_t)(cr_slice_find_last(name, '/') + 1));
}

static const struct cr_wire_source *source_of(const struct cr_wire_environment *environment,
                                              const struct cr_wire_property *property)
{
    for (size_t i = 0; environment && i < environment->source_count; i++) {
        const struct cr_wire_source *source = &environment->sources[i];
        for (size_t k = 0; k < source->count; k++) {
            if (&source->properties[k] == property)
                return source;
        }
    }
    return NULL;
}

void property_place_prefix(const struct cr_wire_environment *environment,
                           const struct cr_wire_property *property, struct cr_err *err)
{
    const struct cr_wire_source *source = source_of(environment, property);
    if (!source || !err)
        return;
    struct cr_slice name = cr_slice_sub(short_name(source->name), 0, SHOWN_MAX);
    if (property->line > 0)
        (void)cr_err_prefix(err, "%.*s line %u: ", CR_SLICE_ARG(name), property->line);
    else
        (void)cr_err_prefix(err, "%.*s: ", CR_SLICE_ARG(name));
}
