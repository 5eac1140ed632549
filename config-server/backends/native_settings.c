/* native_settings: rows, and locations to directories. */
#include "native_settings.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cr_buf.h"
#include "cr_url.h"
#include "uri_template.h"

#define SERVER      "spring.cloud.config.server."
#define FIELD(name) offsetof(struct native_settings, name)

enum { DIRECTORY_BYTES = 4096 };

#define OWN_ROWS(place)                                                                            \
    {place "search-locations",                                                                     \
     CR_SETTING_LIST,                                                                              \
     FIELD(locations),                                                                             \
     NULL,                                                                                         \
     0,                                                                                            \
     0,                                                                                            \
     0,                                                                                            \
     "Folders that are served as they are, the last one strongest: file:/dir/ or a path; may "     \
     "have {application}, {profile}, {label}."},                                                   \
        {place "add-label-locations",                                                              \
         CR_SETTING_BOOL,                                                                          \
         FIELD(add_label_locations),                                                               \
         "true",                                                                                   \
         0,                                                                                        \
         0,                                                                                        \
         0,                                                                                        \
         "Also read the folder in each location that is called like the label."},                  \
    {                                                                                              \
        place "version", CR_SETTING_TEXT, FIELD(version), "", 0, 0, 0,                             \
            "The version in answers from plain folders."                                           \
    }

static const struct cr_setting native_rows[] = {
    OWN_ROWS(SERVER "native."),
    {SERVER "native.default-label", CR_SETTING_TEXT, FIELD(default_label), "master", 0, 0, 0,
     "The label of those who ask for none."},
    {SERVER "native.order", CR_SETTING_INT, FIELD(order), "2147483647", INT32_MIN, INT32_MAX, 0,
     "Where several backends are active: the lowest is the strongest."},
};
static const struct cr_setting composite_rows[] = {OWN_ROWS(SERVER "composite[<i>].")};
const struct cr_setting_table native_setting_table = {native_rows, CR_COUNT(native_rows)};
const struct cr_setting_table native_composite_setting_table = {composite_rows,
                                                                CR_COUNT(composite_rows)};

static int no_memory(struct cr_err *err)
{
    return cr_err_set(err, CR_ENOMEM, "out of memory");
}

/* The family composite has one default-label, whose fallback is git's. */
static int read_label(const struct cr_environment *environment, struct native_settings *settings,
                      struct cr_arena *arena, struct cr_err *err)
{
    const char *key = cr_arena_printf(arena, "%sdefault-label", settings->key);
    if (!key)
        return no_memory(err);
    settings->default_label = cr_environment_text(environment, key, "master", arena);
    return settings->default_label ? 0 : no_memory(err);
}

int native_settings_read(const struct cr_environment *environment, const char *element,
                         struct cr_arena *arena, struct native_settings *out_settings,
                         struct cr_err *err)
{
    struct native_settings settings = {0};
    const struct cr_setting_table *table =
        element ? &native_composite_setting_table : &native_setting_table;
    int rc = cr_settings_bind_member(table, environment, element, &settings, arena, err);
    if (rc < 0)
        return rc;
    settings.key =
        element ? cr_arena_printf(arena, SERVER "composite[%s].", element) : SERVER "native.";
    settings.name = element ? cr_arena_printf(arena, "composite[%s]", element) : "native";
    if (!settings.key || !settings.name)
        return no_memory(err);
    rc = read_label(environment, &settings, arena, err);
    if (rc == 0)
        *out_settings = settings;
    return rc;
}

/* --- locations --- */

static int refuse(const char *key, struct cr_slice text, struct cr_err *err, const char *why)
{
    return cr_err_set(err, CR_EINVAL, "%s: '%.*s' %s: write file:/path/to/folder/", key,
                      CR_SLICE_ARG(text), why);
}

/* "file:/x", "file:///x", "/x", "x": the path, decoded where it is a URL. */
static int path_of(const char *key, struct cr_slice text, struct cr_arena *arena,
                   struct cr_slice *out_path, struct cr_err *err)
{
    struct cr_slice path = text;
    if (cr_slice_starts(text, CR_SLICE("file:"))) {
        path = cr_slice_from(text, 5);
        if (cr_slice_starts(path, CR_SLICE("//")))
            path = cr_slice_from(path, 2);
        if (cr_url_decode(path, arena, &path) < 0)
            return refuse(key, text, err, "has a malformed percent-escape");
    } else if (cr_slice_find(text, ':') >= 0) {
        return refuse(key, text, err, "is no folder of this machine");
    }
    *out_path = path;
    return path.len > 0 ? 0 : refuse(key, text, err, "names no folder");
}

/* Segments joined by single slashes, with one at both ends. */
static int clean(const char *key, struct cr_slice text, struct cr_slice path, struct cr_buf *out,
                 struct cr_err *err)
{
    struct cr_slice segment;
    cr_buf_char(out, '/');
    while (cr_slice_split(&path, '/', &segment)) {
        if (segment.len == 0 || cr_slice_is(segment, "."))
            continue;
        if (cr_slice_is(segment, ".."))
            return refuse(key, text, err, "has '..' in it");
        cr_buf_slice(out, segment);
        cr_buf_char(out, '/');
    }
    return 0;
}

static int make_absolute(const char *key, struct cr_slice text, struct cr_slice path,
                         struct cr_buf *out, struct cr_err *err)
{
    char here[DIRECTORY_BYTES];
    CR_AUTO(cr_buf) joined = {0};
    if (!cr_slice_starts(path, CR_SLICE("/"))) {
        if (!getcwd(here, sizeof(here)))
            return cr_err_errno(err, CR_EIO, errno, "%s: the working directory", key);
        cr_buf_text(&joined, here);
        cr_buf_char(&joined, '/');
    }
    cr_buf_slice(&joined, path);
    int rc = clean(key, text, cr_buf_view(&joined), out, err);
    return rc == 0 && (cr_buf_status(out) < 0 || cr_buf_status(&joined) < 0) ? no_memory(err) : rc;
}

int native_location_parse(const char *key, struct cr_slice text, struct cr_arena *arena,
                          struct native_location *out_location, struct cr_err *err)
{
    struct cr_slice path = {0};
    CR_AUTO(cr_buf) whole = {0};
    int rc = uri_template_check(key, text, err);
    if (rc == 0)
        rc = path_of(key, text, arena, &path, err);
    if (rc == 0)
        rc = make_absolute(key, text, path, &whole, err);
    if (rc < 0)
        return rc;
    struct cr_slice all = cr_buf_view(&whole);
    ptrdiff_t brace = cr_slice_find(all, '{');
    size_t root = all.len;
    if (brace >= 0)
        root = (size_t)cr_slice_find_last(cr_slice_sub(all, 0, (size_t)brace), '/') + 1;
    struct cr_slice below = cr_slice_from(all, root);
    out_location->root = cr_arena_slice(arena, cr_slice_sub(all, 0, root));
    out_location->below = (struct cr_slice){cr_arena_slice(arena, below), below.len};
    return out_location->root && out_location->below.ptr ? 0 : no_memory(err);
}

int native_settings_check(const struct native_settings *settings, struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    const char *key = arena ? cr_arena_printf(arena, "%ssearch-locations", settings->key) : NULL;
    if (!key)
        return no_memory(err);
    if (settings->locations.count == 0)
        return cr_err_set(err, CR_EINVAL,
                          "%s: not set: name the folders that are served, for example "
                          "file:/srv/config/",
                          key);
    if (settings->locations.count > NATIVE_LOCATIONS_MAX)
        return cr_err_set(err, CR_EINVAL, "%s: more than %d folders: leave some out", key,
                          NATIVE_LOCATIONS_MAX);
    if (strlen(settings->version) > NATIVE_VERSION_BYTES_MAX)
        return cr_err_set(err, CR_EINVAL, "%sversion: more than %d bytes long: write a shorter one",
                          settings->key, NATIVE_VERSION_BYTES_MAX);
    for (size_t i = 0; i < settings->locations.count; i++) {
        struct native_location location;
        int rc = native_location_parse(key, cr_slice_of(settings->locations.items[i]), arena,
                                       &location, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}
