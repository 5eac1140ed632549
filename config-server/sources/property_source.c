/* property_source: picks the reader of a file by its ending. */
#include "property_source.h"

#include "cr_properties.h"
#include "cr_properties_xml.h"
#include "cr_yaml.h"

static const struct {
    struct cr_slice ending;
    int (*parse)(struct cr_slice text, struct cr_arena *arena, struct cr_flat *out_flat,
                 struct cr_err *err);
} readers[] = {
    {{".properties", 11}, cr_properties_parse},
    {{".xml", 4}, cr_properties_xml_parse},
    {{".yml", 4}, cr_yaml_parse},
    {{".yaml", 5}, cr_yaml_parse},
};

int property_source_parse(const char *path, struct cr_slice text, struct cr_arena *arena,
                          struct cr_flat *out_flat, struct cr_err *err)
{
    for (size_t i = 0; i < CR_COUNT(readers); i++) {
        if (!cr_slice_ends(cr_slice_of(path), readers[i].ending))
            continue;
        int rc = readers[i].parse(text, arena, out_flat, err);
        if (rc < 0)
            (void)cr_err_prefix(err, "%s: ", path);
        return rc;
    }
    return cr_err_set(err, CR_EINVAL, "%s: not a configuration file", path);
}
