/* Raw paths of requests to the config server: of what is taken, no segment leads anywhere else.
 *
 * An input is a path as it stands in the request line; a first line before it is the prefix. */
#include <string.h>

#include "config_path.h"
#include "config_request.h"
#include "flat_path.h"
#include "fuzz.h"

static void check_segment(struct cr_slice segment)
{
    FUZZ_HOLDS(segment.len > 0);
    FUZZ_HOLDS(!cr_slice_is(segment, ".") && !cr_slice_is(segment, ".."));
    for (size_t i = 0; i < segment.len; i++) {
        unsigned char c = (unsigned char)segment.ptr[i];
        FUZZ_HOLDS(c >= ' ' && c != 0x7f && c != '/' && c != '\\');
    }
}

/* No step up, no escape from the root. */
static void check_file(const struct config_path *path, struct cr_arena *arena)
{
    struct cr_slice file = {0}, segment;
    struct cr_err err = {0};
    struct cr_slice rest = config_path_rest(path, path->count > 3 ? 3 : 0, arena);
    int rc = config_request_path(rest, arena, &file, &err);
    FUZZ_HOLDS(rc == 0 || ((rc == CR_EINVAL || rc == CR_ENOMEM) && err.text[0]));
    if (rc < 0)
        return;
    FUZZ_HOLDS(!cr_slice_starts(file, CR_SLICE("/")) && cr_slice_find(file, '#') < 0);
    while (cr_slice_split(&file, '/', &segment))
        FUZZ_HOLDS(!cr_slice_is(segment, ".."));
}

static void check_flat(struct cr_slice file)
{
    struct flat_path flat = {0};
    if (!flat_path_split(file, &flat))
        return;
    FUZZ_HOLDS(flat.name.len + flat.profiles.len + 5 <= file.len);
    FUZZ_HOLDS(cr_slice_find(flat.profiles, '-') < 0);
    FUZZ_HOLDS(flat.view == CONFIG_VIEW_YAML || flat.view == CONFIG_VIEW_PROPERTIES ||
               flat.view == CONFIG_VIEW_JSON);
}

static void check_request(const struct config_path *path, struct cr_arena *arena)
{
    struct config_request request = {0};
    struct cr_err err = {0};
    struct cr_slice label = {0};
    if (path->count > 2)
        label = path->segments[2];
    int rc =
        config_request_parse(path->segments[0], path->segments[1], label, arena, &request, &err);
    FUZZ_HOLDS(rc == 0 || (err.code == rc && err.text[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CR_AUTO_ARENA arena = cr_arena_new(FUZZ_ARENA_MAX);
    struct cr_slice raw = fuzz_slice(data, size), prefix = {"", 0};
    struct config_path path;
    struct cr_err err = {0};
    if (memchr(data, '\n', size))
        (void)cr_slice_split(&raw, '\n', &prefix);
    int rc = config_path_parse(raw, prefix, arena, &path, &err);
    FUZZ_HOLDS(rc == 0 || rc == CR_EINVAL || rc == CR_ENOTFOUND || rc == CR_ELIMIT ||
               rc == CR_ENOMEM);
    FUZZ_HOLDS(rc == 0 || (err.code == rc && err.text[0]));
    if (rc < 0)
        return 0;
    FUZZ_HOLDS(path.count > 0 && path.count <= CONFIG_PATH_SEGMENTS_MAX);
    for (size_t i = 0; i < path.count; i++)
        check_segment(path.segments[i]);
    check_flat(path.segments[path.count - 1]);
    check_file(&path, arena);
    if (path.count > 1)
        check_request(&path, arena);
    return 0;
}
