/* resource_name: the profile goes between stem and extension. */
#include "resource_name.h"

const char *resource_name(struct cr_slice directory, struct cr_slice path, struct cr_slice profile,
                          struct cr_arena *arena)
{
    ptrdiff_t slash = cr_slice_find_last(path, '/'), dot = cr_slice_find_last(path, '.');
    size_t end = dot > slash ? (size_t)dot : path.len;
    return cr_arena_printf(arena, "%.*s%.*s%s%.*s%.*s", CR_SLICE_ARG(directory),
                           CR_SLICE_ARG(cr_slice_sub(path, 0, end)), profile.len > 0 ? "-" : "",
                           CR_SLICE_ARG(profile), CR_SLICE_ARG(cr_slice_from(path, end)));
}

static bool segment_is_allowed(struct cr_slice segment)
{
    static const char *const names[] = {"", ".", "..", "WEB-INF", "META-INF"};
    for (size_t i = 0; i < CR_COUNT(names); i++) {
        if (cr_slice_equal_nocase(segment, cr_slice_of(names[i])))
            return false;
    }
    /* On some file systems ".GIT" is the same. */
    return !cr_slice_equal_nocase(segment, CR_SLICE(".git"));
}

bool resource_name_is_allowed(struct cr_slice path)
{
    struct cr_slice rest = path, segment;
    if (cr_slice_search(path, CR_SLICE(":/")) >= 0 || cr_slice_starts(path, CR_SLICE("url:")))
        return false;
    for (size_t i = 0; i < path.len; i++) {
        if ((unsigned char)path.ptr[i] < ' ' || path.ptr[i] == '\\')
            return false;
    }
    while (cr_slice_split(&rest, '/', &segment)) {
        if (!segment_is_allowed(segment))
            return false;
    }
    return path.len > 0;
}
