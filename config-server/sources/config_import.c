/* config_import: from the words of an import to a path in the repository. */
#include "config_import.h"

#include "cr_buf.h"
#include "resource_name.h"

bool config_import_is_key(struct cr_slice key)
{
    static const struct cr_slice name = {"spring.config.import", 20};
    struct cr_slice rest = cr_slice_from(key, name.len);
    return cr_slice_starts(key, name) && (rest.len == 0 || rest.ptr[0] == '[');
}

static struct cr_slice without(struct cr_slice text, struct cr_slice prefix)
{
    return cr_slice_starts(text, prefix) ? cr_slice_from(text, prefix.len) : text;
}

static bool has_known_ending(struct cr_slice path)
{
    static const char *const endings[] = {".properties", ".xml", ".yml", ".yaml"};
    for (size_t i = 0; i < CR_COUNT(endings); i++) {
        if (cr_slice_ends(path, cr_slice_of(endings[i])))
            return true;
    }
    return false;
}

/* Segments of a relative path behind the directory that is in out; false where it steps out. */
static bool append_relative(struct cr_slice path, struct cr_buf *out)
{
    struct cr_slice segment;
    bool first = true;
    while (cr_slice_split(&path, '/', &segment)) {
        if (cr_slice_is(segment, "."))
            continue;
        if (segment.len == 0 || cr_slice_is(segment, "..") ||
            cr_slice_equal_nocase(segment, CR_SLICE(".git")))
            return false;
        if (!first)
            cr_buf_char(out, '/');
        cr_buf_slice(out, segment);
        first = false;
    }
    return !first;
}

int config_import_path(const char *importing, struct cr_slice text, struct cr_arena *arena,
                       const char **out_path)
{
    struct cr_slice from = cr_slice_of(importing);
    CR_AUTO(cr_buf) path = {.max = CR_FLAT_KEY_MAX};
    text = without(cr_slice_trim(text), CR_SLICE("optional:"));
    text = without(text, CR_SLICE("file:"));
    if (cr_slice_find(text, ':') >= 0 || !has_known_ending(text))
        return CR_ENOTFOUND;
    cr_buf_slice(&path, cr_slice_sub(from, 0, (size_t)(cr_slice_find_last(from, '/') + 1)));
    if (!append_relative(text, &path) || cr_buf_status(&path) < 0)
        return CR_ENOTFOUND;
    *out_path = cr_arena_slice(arena, cr_buf_view(&path));
    return *out_path ? 0 : CR_ENOMEM;
}

const char *config_import_of_profile(const char *path, const char *profile, struct cr_arena *arena)
{
    return resource_name(CR_SLICE(""), cr_slice_of(path), cr_slice_of(profile), arena);
}
