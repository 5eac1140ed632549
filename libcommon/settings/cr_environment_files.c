/* Configuration files and profiles: which files there are, which profiles are active, and the order
 * of the documents that they switch on. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cr_environment_private.h"
#include "cr_file.h"
#include "cr_profile.h"
#include "cr_properties.h"
#include "cr_properties_xml.h"
#include "cr_yaml.h"

enum { LOCATIONS_MAX = 64, FILES_MAX = 1024, SCRATCH_MAX = 256 * 1024 * 1024 };

struct location {
    const char *path; /* of a directory without the last slash, or of a file */
    bool file;
    bool optional;
};

/* Precedence, highest first. */
enum group { GROUP_PROFILE, GROUP_PLAIN, GROUP_BOOTSTRAP_PROFILE, GROUP_BOOTSTRAP, GROUPS };

struct file {
    const char *path;
    enum group group;
    struct cr_flat flat;
};

struct loader {
    struct cr_environment *environment;
    struct cr_arena *scratch; /* what is needed while loading only */
    const struct cr_environment_options *options;
    struct cr_err *err;
    struct location locations[LOCATIONS_MAX]; /* weakest first */
    size_t location_count;
    struct file files[FILES_MAX]; /* within a group highest first */
    size_t file_count;
};

static const struct {
    const char *extension;
    int (*parse)(struct cr_slice text, struct cr_arena *arena, struct cr_flat *out_flat,
                 struct cr_err *err);
} formats[] = {
    /* of one directory, highest first */
    {".properties", cr_properties_parse},
    {".xml", cr_properties_xml_parse},
    {".yml", cr_yaml_parse},
    {".yaml", cr_yaml_parse},
};

static int add_location(struct loader *l, struct cr_slice text)
{
    struct location location = {.optional = false};
    if (cr_slice_starts(text, CR_SLICE("optional:"))) {
        location.optional = true;
        text = cr_slice_from(text, sizeof "optional:" - 1);
    }
    if (cr_slice_starts(text, CR_SLICE("classpath:")))
        return 0; /* there is none */
    if (cr_slice_starts(text, CR_SLICE("file:")))
        text = cr_slice_from(text, sizeof "file:" - 1);
    while (text.len > 1 && cr_slice_ends(text, CR_SLICE("/"))) {
        text.len--;
        location.optional = true; /* an empty directory is as good as none */
    }
    if (l->location_count == LOCATIONS_MAX)
        return cr_err_set(l->err, CR_ELIMIT, "more than %d configuration locations", LOCATIONS_MAX);
    char *path = cr_arena_slice(l->scratch, text);
    if (!path)
        return cr_environment_no_memory(l->err);
    struct stat status;
    bool there = stat(path, &status) == 0;
    location.path = path;
    location.file = there ? !S_ISDIR(status.st_mode) : !location.optional;
    if (!there && !location.optional)
        return cr_err_set(l->err, CR_EINVAL,
                          "configuration location '%.150s' does not exist: create it, or put "
                          "'optional:' before it",
                          path);
    l->locations[l->location_count++] = location;
    return 0;
}

/* Adds the locations that a key lists; CR_ENOTFOUND when it is not set. */
static int add_locations_of(struct loader *l, const char *key)
{
    const char *const *items = NULL;
    size_t count = 0;
    int rc = cr_environment_list(l->environment, key, l->scratch, &items, &count, l->err);
    for (size_t i = 0; i < count && !rc; i++) {
        rc = add_location(l, cr_slice_of(items[i]));
        if (rc)
            cr_err_prefix(l->err, "'%s': ", key);
    }
    return rc;
}

static int find_locations(struct loader *l)
{
    int rc = add_locations_of(l, "spring.config.location");
    if (rc == CR_ENOTFOUND) {
        rc = 0;
        for (size_t i = 0; i < l->options->directory_count && !rc; i++) {
            const char *path =
                cr_arena_printf(l->scratch, "optional:%s/", l->options->directories[i]);
            rc = path ? add_location(l, cr_slice_of(path)) : cr_environment_no_memory(l->err);
        }
    }
    if (rc)
        return rc;
    rc = add_locations_of(l, "spring.config.additional-location");
    return rc == CR_ENOTFOUND ? 0 : rc;
}

/* Reads and parses a file that may be absent. */
static int add_file(struct loader *l, const char *path, enum group group, size_t format)
{
    CR_AUTO(cr_buf) text = {.max = CR_FLAT_BYTES_MAX};
    int rc = cr_file_read(path, &text, l->err);
    if (rc == CR_ENOTFOUND)
        return 0;
    if (rc)
        return rc;
    if (l->file_count == FILES_MAX)
        return cr_err_set(l->err, CR_ELIMIT, "more than %d configuration files", FILES_MAX);
    struct file file = {.path = path, .group = group};
    rc = formats[format].parse(cr_buf_view(&text), l->scratch, &file.flat, l->err);
    if (rc) {
        cr_err_prefix(l->err, "'%s': ", path);
        return rc;
    }
    l->files[l->file_count++] = file;
    return 0;
}

/* A name that a group of files has: "application-dev". */
struct name {
    const char *base;
    const char *profile; /* or NULL */
    enum group group;
};

static int add_path(struct loader *l, struct cr_slice base, const struct name *name, size_t format)
{
    if (cr_slice_starts(base, CR_SLICE("./")))
        base = cr_slice_from(base, 2);
    const char *path =
        cr_arena_printf(l->scratch, "%.*s%s%s%s", CR_SLICE_ARG(base), name->profile ? "-" : "",
                        name->profile ? name->profile : "", formats[format].extension);
    return path ? add_file(l, path, name->group, format) : cr_environment_no_memory(l->err);
}

/* The files of that name in one location, highest first. A location that is a file stands for
 * "application" under another name. */
static int add_files_in(struct loader *l, const struct location *location, const struct name *name)
{
    struct cr_slice path = cr_slice_of(location->path);
    bool bootstrap = name->group == GROUP_BOOTSTRAP || name->group == GROUP_BOOTSTRAP_PROFILE;
    int rc = 0;
    for (size_t i = 0; i < CR_COUNT(formats) && !rc; i++) {
        struct cr_slice extension = cr_slice_of(formats[i].extension);
        if (location->file) {
            if (!bootstrap && cr_slice_ends(path, extension))
                rc = add_path(l, cr_slice_sub(path, 0, path.len - extension.len), name, i);
            continue;
        }
        char *base = cr_arena_printf(l->scratch, "%s/%s", location->path, name->base);
        rc = base ? add_path(l, cr_slice_of(base), name, i) : cr_environment_no_memory(l->err);
    }
    return rc;
}

static int add_files_named(struct loader *l, const struct name *name)
{
    if (strchr(name->base, '/'))
        return cr_err_set(l->err, CR_EINVAL,
                          "'spring.config.name' = '%.100s': a name without '/' is expected",
                          name->base);
    int rc = 0;
    for (size_t i = l->location_count; i > 0 && !rc; i--)
        rc = add_files_in(l, &l->locations[i - 1], name);
    return rc;
}

static const char *const default_names[] = {"application"};

/* The files of one group and profile; of several names the later ones are stronger. */
static int add_group(struct loader *l, enum group group, const char *profile)
{
    if (group == GROUP_BOOTSTRAP || group == GROUP_BOOTSTRAP_PROFILE)
        return add_files_named(l, &(struct name){"bootstrap", profile, group});
    const char *const *names = default_names;
    size_t count = CR_COUNT(default_names);
    int rc = cr_environment_list(l->environment, "spring.config.name", l->scratch, &names, &count,
                                 l->err);
    if (rc == CR_ENOTFOUND)
        rc = 0;
    for (size_t i = count; i > 0 && !rc; i--)
        rc = add_files_named(l, &(struct name){names[i - 1], profile, group});
    return rc;
}

static int add_profile(struct loader *l, const char *name)
{
    struct cr_environment *environment = l->environment;
    struct cr_profiles active = {environment->profiles, environment->profile_count};
    if (cr_profiles_contain(&active, cr_slice_of(name)))
        return 0;
    if (strpbrk(name, "/ ()&|!"))
        return cr_err_set(l->err, CR_EINVAL, "profile '%.100s': not a usable name", name);
    if (environment->profile_count == CR_PROFILES_MAX)
        return cr_err_set(l->err, CR_ELIMIT, "more than %d profiles", CR_PROFILES_MAX);
    const char *copy = cr_arena_text(environment->arena, name);
    if (!copy)
        return cr_environment_no_memory(l->err);
    environment->profiles[environment->profile_count++] = copy;
    return 0;
}

static int add_profiles_of(struct loader *l, const struct cr_environment *view, const char *key)
{
    const char *const *items = NULL;
    size_t count = 0;
    int rc = cr_environment_list(view, key, l->scratch, &items, &count, l->err);
    for (size_t i = 0; i < count && !rc; i++)
        rc = add_profile(l, items[i]);
    return rc == CR_ENOTFOUND ? 0 : rc;
}

static int add_doc(struct loader *l, struct cr_environment *to, const struct file *file,
                   size_t index)
{
    char name[600];
    char number[40] = "";
    if (file->flat.count > 1)
        snprintf(number, sizeof number, " (document #%zu)", index);
    snprintf(name, sizeof name, "applicationConfig: [file:%.500s]%s", file->path, number);
    return cr_environment_add_doc(to, CR_SOURCE_FILE, name, file->path, &file->flat.docs[index],
                                  l->err);
}

/* What profiles are chosen by: the sources from outside and the documents without conditions. */
static int add_plain_docs(struct loader *l, struct cr_environment *view)
{
    int rc = 0;
    for (size_t i = 0; i < l->file_count; i++)
        for (size_t j = l->files[i].flat.count; j > 0 && !rc; j--)
            if (!cr_profile_doc_conditional(&l->files[i].flat.docs[j - 1]))
                rc = add_doc(l, view, &l->files[i], j - 1);
    return rc;
}

static int choose_profiles(struct loader *l)
{
    struct cr_environment *environment = l->environment;
    struct cr_environment view = {
        .arena = l->scratch,
        .sources = environment->sources,
        .source_count = environment->source_count,
        .source_capacity = environment->source_count, /* so that adding copies the table */
    };
    int rc = add_plain_docs(l, &view);
    if (rc == 0)
        rc = add_profiles_of(l, &view, "spring.profiles.active");
    if (rc == 0 && environment->profile_count == 0)
        rc = add_profiles_of(l, &view, "spring.profiles.default");
    if (rc == 0 && environment->profile_count == 0)
        rc = add_profile(l, "default");
    return rc ? rc : add_profiles_of(l, &view, "spring.profiles.include");
}

static int add_profile_groups(struct loader *l)
{
    struct cr_environment *environment = l->environment;
    int rc = 0;
    for (size_t i = environment->profile_count; i > 0 && !rc; i--) {
        rc = add_group(l, GROUP_PROFILE, environment->profiles[i - 1]);
        if (rc == 0)
            rc = add_group(l, GROUP_BOOTSTRAP_PROFILE, environment->profiles[i - 1]);
    }
    return rc;
}

static int add_active_docs_of(struct loader *l, const struct file *file)
{
    struct cr_environment *environment = l->environment;
    struct cr_profiles active = {environment->profiles, environment->profile_count};
    for (size_t i = file->flat.count; i > 0; i--) {
        bool on = false;
        int rc = cr_profile_doc_active(&file->flat.docs[i - 1], &active, &on, l->err);
        if (rc) {
            cr_err_prefix(l->err, "'%s': ", file->path);
            return rc;
        }
        if (on)
            rc = add_doc(l, environment, file, i - 1);
        if (rc)
            return rc;
    }
    return 0;
}

static int add_active_docs(struct loader *l)
{
    int rc = 0;
    for (int group = 0; group < GROUPS; group++)
        for (size_t i = 0; i < l->file_count && !rc; i++)
            if ((int)l->files[i].group == group)
                rc = add_active_docs_of(l, &l->files[i]);
    return rc;
}

/* The sources between environment and files. */
static int add_remotes(struct cr_environment *environment,
                       const struct cr_environment_options *options, struct cr_err *err)
{
    for (size_t i = 0; i < options->remote_count; i++) {
        const struct cr_environment_remote *remote = &options->remotes[i];
        const char *name = cr_arena_printf(environment->arena, "configserver:%s", remote->name);
        if (!name)
            return cr_environment_no_memory(err);
        int rc =
            cr_environment_add_doc(environment, CR_SOURCE_REMOTE, name, name, &remote->doc, err);
        if (rc)
            return rc;
    }
    return 0;
}

static int load_files(struct loader *l)
{
    int rc = find_locations(l);
    if (rc == 0)
        rc = add_group(l, GROUP_PLAIN, NULL);
    if (rc == 0)
        rc = add_group(l, GROUP_BOOTSTRAP, NULL);
    if (rc == 0)
        rc = choose_profiles(l);
    if (rc == 0)
        rc = add_profile_groups(l);
    if (rc == 0)
        rc = add_remotes(l->environment, l->options, l->err);
    return rc ? rc : add_active_docs(l);
}

int cr_environment_add_files(struct cr_environment *environment,
                             const struct cr_environment_options *options, struct cr_err *err)
{
    CR_AUTO_ARENA scratch = cr_arena_new(SCRATCH_MAX);
    struct loader *l = scratch ? cr_arena_alloc(scratch, sizeof *l) : NULL;
    if (!l)
        return cr_environment_no_memory(err);
    l->environment = environment;
    l->scratch = scratch;
    l->options = options;
    l->err = err;
    return load_files(l);
}
