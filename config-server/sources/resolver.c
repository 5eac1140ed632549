/* resolver: the order of configuration files, search paths and their patterns. */
#include "resolver.h"

#include <stdint.h>

#include "cr_buf.h"
#include "cr_int.h"
#include "cr_utf8.h"

static const char *const extensions[] = {".properties", ".xml", ".yml", ".yaml"};

struct listing {
    struct resolver_file *files;
    size_t count;
    struct cr_arena *arena;
};

static void add_files(struct listing *listing, struct cr_slice directory, struct cr_slice name,
                      const char *profile)
{
    for (size_t i = 0; i < CR_COUNT(extensions); i++) {
        listing->files[listing->count++] = (struct resolver_file){
            .path = cr_arena_printf(listing->arena, "%.*s%.*s%s%s%s", CR_SLICE_ARG(directory),
                                    CR_SLICE_ARG(name), profile ? "-" : "", profile ? profile : "",
                                    extensions[i]),
            .directory = directory,
            .of_profile = profile != NULL,
        };
    }
}

/* All files of one profile; NULL: those without. */
static void add_profile(struct listing *listing, const struct resolver_query *query,
                        const char *profile)
{
    for (size_t d = query->directories.count; d-- > 0;) {
        struct cr_slice directory = query->directories.items[d];
        for (size_t n = query->names.count; n-- > 0;) {
            if (!cr_slice_is(query->names.items[n], "application"))
                add_files(listing, directory, query->names.items[n], profile);
        }
        add_files(listing, directory, CR_SLICE("application"), profile);
    }
}

int resolver_files(const struct resolver_query *query, struct cr_arena *arena,
                   struct resolver_file **out_files, size_t *out_count, struct cr_err *err)
{
    size_t max = CR_COUNT(extensions);
    if (cr_mul_overflows(max, query->names.count + 1, &max) ||
        cr_mul_overflows(max, query->directories.count, &max) ||
        cr_mul_overflows(max, query->profiles.count + 1, &max) || max > RESOLVER_FILES_MAX)
        return cr_err_set(err, CR_ELIMIT,
                          "%zu names, %zu profiles and %zu search paths make more than %d files",
                          query->names.count, query->profiles.count, query->directories.count,
                          RESOLVER_FILES_MAX);
    struct listing listing = {.arena = arena};
    listing.files = cr_arena_array(arena, max ? max : 1, sizeof(*listing.files));
    if (!listing.files)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    for (size_t p = query->profiles.count; p-- > 0;)
        add_profile(&listing, query, query->profiles.names[p]);
    add_profile(&listing, query, NULL);
    if (cr_arena_failed(arena))
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    *out_files = listing.files;
    *out_count = listing.count;
    return 0;
}

/* --- search paths --- */

struct place {
    struct cr_slice name, profile, label;
};

static void append_replaced(struct cr_buf *out, struct cr_slice text, const struct place *place)
{
    const struct {
        struct cr_slice word, value;
    } words[] = {
        {CR_SLICE("{application}"), place->name},
        {CR_SLICE("{profile}"), place->profile},
        {CR_SLICE("{label}"), place->label},
    };
    while (text.len > 0) {
        size_t i = 0;
        while (i < CR_COUNT(words) && !cr_slice_starts(text, words[i].word))
            i++;
        if (i < CR_COUNT(words)) {
            cr_buf_slice(out, words[i].value);
            text = cr_slice_from(text, words[i].word.len);
        } else {
            cr_buf_char(out, text.ptr[0]);
            text = cr_slice_from(text, 1);
        }
    }
}

/* Segments joined by single slashes, one behind the last; "." and empty ones vanish. False for a
 * path that steps out. */
static bool clean_path(struct cr_slice path, struct cr_buf *out)
{
    struct cr_slice rest = path, segment;
    while (cr_slice_split(&rest, '/', &segment)) {
        if (segment.len == 0 || cr_slice_is(segment, "."))
            continue;
        if (cr_slice_is(segment, "..") || cr_slice_is(segment, ".git"))
            return false;
        cr_buf_slice(out, segment);
        cr_buf_char(out, '/');
    }
    return true;
}

struct collection {
    struct cr_slice *items;
    size_t count;
    struct cr_arena *arena;
    struct cr_err *err;
};

static int collect(struct collection *found, struct cr_slice path, const struct place *place)
{
    CR_AUTO(cr_buf) replaced = {.max = CR_FLAT_KEY_MAX};
    CR_AUTO(cr_buf) cleaned = {.max = CR_FLAT_KEY_MAX};
    append_replaced(&replaced, path, place);
    if (!clean_path(cr_buf_view(&replaced), &cleaned))
        return cr_err_set(found->err, CR_EINVAL, "search path '%.*s' leaves the repository",
                          CR_SLICE_ARG(path));
    if (cr_buf_status(&replaced) < 0 || cr_buf_status(&cleaned) < 0)
        return cr_err_set(found->err, CR_ELIMIT, "search path '%.*s' is too long",
                          CR_SLICE_ARG(path));
    struct cr_slice directory = cr_buf_view(&cleaned);
    for (size_t i = 0; i < found->count; i++) {
        if (cr_slice_equal(found->items[i], directory))
            return 0;
    }
    if (found->count == RESOLVER_DIRECTORIES_MAX)
        return cr_err_set(found->err, CR_ELIMIT, "more than %d search paths",
                          RESOLVER_DIRECTORIES_MAX);
    const char *kept = cr_arena_slice(found->arena, directory);
    if (!kept)
        return cr_err_set(found->err, CR_ENOMEM, "out of memory");
    found->items[found->count++] = (struct cr_slice){kept, directory.len};
    return 0;
}

/* One configured path for each profile and name that it asks for. */
static int collect_all(struct collection *found, struct cr_slice path,
                       const struct resolver_places *places)
{
    bool by_profile = cr_slice_search(path, CR_SLICE("{profile}")) >= 0;
    bool by_name = cr_slice_search(path, CR_SLICE("{application}")) >= 0;
    size_t profile_count = by_profile ? places->profiles.count : 1;
    size_t name_count = by_name ? places->names.count : 1;
    for (size_t p = 0; p < profile_count; p++) {
        for (size_t n = 0; n < name_count; n++) {
            struct place place = {.label = places->label};
            if (by_profile)
                place.profile = places->profiles.items[p];
            if (by_name)
                place.name = places->names.items[n];
            int rc = collect(found, path, &place);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

int resolver_directories(const struct resolver_places *places, struct cr_arena *arena,
                         struct config_list *out_directories, struct cr_err *err)
{
    struct collection found = {.arena = arena, .err = err};
    found.items = cr_arena_array(arena, RESOLVER_DIRECTORIES_MAX, sizeof(*found.items));
    if (!found.items)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = collect_all(&found, CR_SLICE("/"), places);
    for (size_t i = 0; rc == 0 && i < places->search_paths.count; i++)
        rc = collect_all(&found, places->search_paths.items[i], places);
    if (rc < 0)
        return rc;
    *out_directories = (struct config_list){found.items, found.count};
    return 0;
}

/* --- patterns --- */

bool resolver_is_pattern(struct cr_slice text)
{
    return cr_slice_find(text, '*') >= 0 || cr_slice_find(text, '?') >= 0;
}

/* Where the character at `at` ends; a byte that is no UTF-8 counts as one. */
static size_t character_end(struct cr_slice text, size_t at)
{
    struct cr_slice rest = cr_slice_from(text, at);
    (void)cr_utf8_next(&rest);
    return text.len - rest.len;
}

/* Linear: on a mismatch only the last star is tried again. */
static bool segment_matches(struct cr_slice pattern, struct cr_slice text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.len && pattern.ptr[p] == '?') {
            p++;
            t = character_end(text, t);
        } else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = resume = character_end(text, resume);
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

static struct cr_slice without_slashes(struct cr_slice path)
{
    while (path.len > 0 && path.ptr[path.len - 1] == '/')
        path.len--;
    return path;
}

/* The same loop over segments, "**" being the star. */
bool resolver_pattern_matches(struct cr_slice pattern, struct cr_slice path)
{
    struct cr_slice pattern_rest = without_slashes(pattern), rest = without_slashes(path);
    struct cr_slice star = {0}, resume = {0};
    bool starred = false;
    while (rest.ptr) {
        struct cr_slice after_pattern = pattern_rest, after = rest, wanted = {0}, segment;
        bool more = cr_slice_split(&after_pattern, '/', &wanted);
        (void)cr_slice_split(&after, '/', &segment);
        if (more && cr_slice_is(wanted, "**")) {
            starred = true;
            star = pattern_rest = after_pattern;
            resume = rest;
        } else if (more && segment_matches(wanted, segment)) {
            pattern_rest = after_pattern;
            rest = after;
        } else if (starred) {
            (void)cr_slice_split(&resume, '/', &segment);
            pattern_rest = star;
            rest = resume;
        } else {
            return false;
        }
    }
    struct cr_slice wanted;
    while (cr_slice_split(&pattern_rest, '/', &wanted)) {
        if (!cr_slice_is(wanted, "**"))
            return false;
    }
    return true;
}
