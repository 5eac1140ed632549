/* What clients ask the config server for: of what is taken, nothing leads out of the repository.
 *
 * An input is three lines: name, profiles and label, each as after its one percent-decoding;
 * without a third line there is no label. */
#include <string.h>

#include "config_request.h"
#include "cr_utf8.h"
#include "fuzz.h"
#include "resolver.h"

/* No step up and no escape from the root, whatever directory the path is put behind. */
static void stays_inside(struct cr_slice path)
{
    struct cr_slice rest = path, segment;
    FUZZ_HOLDS(cr_utf8_valid(path) && !memchr(path.ptr, '\0', path.len));
    FUZZ_HOLDS(!cr_slice_starts(path, CR_SLICE("/")));
    FUZZ_HOLDS(cr_slice_find(path, '\\') < 0 && cr_slice_find(path, '#') < 0);
    while (cr_slice_split(&rest, '/', &segment))
        FUZZ_HOLDS(!cr_slice_is(segment, ".."));
}

/* Names and profiles; a label's blanks are its own, and one that is asked for twice counts twice.
 */
static void check_distinct(const struct config_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        FUZZ_HOLDS(cr_slice_trim(list->items[i]).len == list->items[i].len);
        for (size_t k = 0; k < i; k++)
            FUZZ_HOLDS(!cr_slice_equal(list->items[i], list->items[k]));
    }
}

static void check_list(const struct config_list *list, size_t max)
{
    FUZZ_HOLDS(list->count > 0 && list->count <= max);
    for (size_t i = 0; i < list->count; i++)
        FUZZ_HOLDS(list->items[i].len > 0 && cr_slice_find(list->items[i], ',') < 0);
}

static void check_directories(const struct config_request *request, struct cr_arena *arena,
                              struct config_list *out_directories)
{
    static const struct cr_slice paths[] = {
        {"cfg/{application}", 17}, {"{profile}", 9}, {"x/{label}/*", 11}};
    const struct resolver_places places = {
        {paths, CR_COUNT(paths)}, request->name_list, request->profile_list, request->label};
    struct cr_err err = {0};
    int rc = resolver_directories(&places, arena, out_directories, &err);
    FUZZ_HOLDS(rc == 0 || rc == CR_EINVAL || rc == CR_ELIMIT || rc == CR_ENOMEM);
    FUZZ_HOLDS(rc == 0 || err.text[0]);
    for (size_t i = 0; rc == 0 && i < out_directories->count; i++) {
        struct cr_slice directory = out_directories->items[i];
        stays_inside(directory);
        FUZZ_HOLDS(i == 0 ? directory.len == 0 : directory.ptr[directory.len - 1] == '/');
    }
}

static void check_files(const struct config_request *request, struct cr_arena *arena)
{
    struct config_list directories = {0};
    check_directories(request, arena, &directories);
    const char *names[CONFIG_REQUEST_PROFILES_MAX];
    for (size_t i = 0; i < request->profile_list.count; i++)
        names[i] = cr_arena_slice(arena, request->profile_list.items[i]);
    const struct resolver_query query = {
        request->name_list, {names, request->profile_list.count}, directories};
    struct resolver_file *files = NULL;
    size_t count = 0;
    struct cr_err err = {0};
    int rc = resolver_files(&query, arena, &files, &count, &err);
    FUZZ_HOLDS(rc == 0 || ((rc == CR_ELIMIT || rc == CR_ENOMEM) && err.text[0]));
    for (size_t i = 0; i < count; i++)
        stays_inside(cr_slice_of(files[i].path));
}

static void check_path(struct cr_slice path, struct cr_arena *arena)
{
    struct cr_slice taken = {0};
    struct cr_err err = {0};
    int rc = config_request_path(path, arena, &taken, &err);
    FUZZ_HOLDS(rc == 0 || ((rc == CR_EINVAL || rc == CR_ENOMEM) && err.text[0]));
    if (rc == 0)
        stays_inside(taken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CR_AUTO_ARENA arena = cr_arena_new(FUZZ_ARENA_MAX);
    struct cr_slice rest = fuzz_slice(data, size), name = {"", 0}, profiles = {"", 0}, label = {0};
    struct config_request request = {0};
    struct cr_err err = {0};
    (void)cr_slice_split(&rest, '\n', &name);
    if (cr_slice_split(&rest, '\n', &profiles) && rest.ptr)
        label = rest;
    check_path(fuzz_slice(data, size), arena);
    int rc = config_request_parse(name, profiles, label, arena, &request, &err);
    FUZZ_HOLDS(rc == 0 || rc == CR_EINVAL || rc == CR_ENOMEM);
    FUZZ_HOLDS(rc == 0 || (err.code == rc && err.text[0] && !request.name.ptr));
    if (rc < 0)
        return 0;
    check_list(&request.name_list, CONFIG_REQUEST_NAMES_MAX);
    check_list(&request.profile_list, CONFIG_REQUEST_PROFILES_MAX);
    check_distinct(&request.name_list);
    check_distinct(&request.profile_list);
    if (label.ptr)
        check_list(&request.label_list, CONFIG_REQUEST_LABELS_MAX);
    FUZZ_HOLDS((label.ptr != NULL) == (request.label.ptr != NULL));
    stays_inside(request.name);
    check_files(&request, arena);
    return 0;
}
