/* environment: reads the candidates of the resolver and turns active documents into sources. */
#include "environment.h"

#include <string.h>

#include "config_import.h"
#include "cr_map.h"
#include "parsed_files.h"
#include "profile_set.h"
#include "property_source.h"
#include "resolver.h"

enum { IMPORT_DEPTH_MAX = 8 };

/* A file that was asked for; absent ones are remembered too. */
struct loaded {
    struct cr_flat flat;
    bool exists;
};

struct builder {
    const struct environment_options *options;
    const struct environment_files *files;
    const struct config_request *request;
    struct cr_arena *arena;
    struct cr_err *err;
    struct cr_map *loaded;  /* path -> struct loaded, in the arena */
    struct cr_map *claimed; /* paths that have their place: no import brings them again */
    int depth;              /* of imports in each other */
    struct profile_set profiles;
    bool ignore_profiles; /* "default" was asked for: files cannot change the profiles */
    struct environment_sources sources;
    size_t capacity;
};

static int out_of_memory(struct builder *builder)
{
    return cr_err_set(builder->err, CR_ENOMEM, "out of memory");
}

/* The documents of a file; CR_ENOTFOUND: it is absent. */
static int parse(struct builder *builder, const char *path, struct cr_flat *out_flat)
{
    CR_AUTO(cr_buf) text = {.max = builder->options->file_max_bytes};
    int rc = builder->files->read(builder->files->ctx, path, &text, builder->err);
    return rc < 0 ? rc
                  : property_source_parse(path, cr_buf_view(&text), builder->arena, out_flat,
                                          builder->err);
}

/* From memory where the file's content was parsed before, whatever it was called; its ending says
 * how it is read. */
static int parse_once(struct builder *builder, const char *path, struct cr_flat *out_flat)
{
    char id[ENVIRONMENT_FILE_ID_SIZE];
    struct parsed_files *parsed = builder->options->parsed;
    if (!parsed || !builder->files->identify)
        return parse(builder, path, out_flat);
    int rc = builder->files->identify(builder->files->ctx, path, id, builder->err);
    if (rc < 0)
        return rc;
    CR_AUTO(cr_buf) key = {0};
    const char *ending = strrchr(path, '.');
    cr_buf_printf(&key, "%s%s", id, ending ? ending : "");
    if (cr_buf_status(&key) < 0)
        return out_of_memory(builder);
    if (parsed_files_get(parsed, cr_buf_view(&key), builder->arena, out_flat))
        return 0;
    rc = parse(builder, path, out_flat);
    if (rc == 0)
        parsed_files_put(parsed, cr_buf_view(&key), out_flat);
    return rc;
}

static int load(struct builder *builder, const char *path, const struct loaded **out_loaded)
{
    struct loaded *loaded = cr_map_get(builder->loaded, cr_slice_of(path));
    if (loaded) {
        *out_loaded = loaded;
        return 0;
    }
    loaded = cr_arena_alloc(builder->arena, sizeof(*loaded));
    if (!loaded)
        return out_of_memory(builder);
    int rc = parse_once(builder, path, &loaded->flat);
    if (rc < 0 && rc != CR_ENOTFOUND)
        return rc;
    loaded->exists = rc == 0;
    if (cr_map_put(builder->loaded, cr_slice_of(path), loaded) < 0)
        return out_of_memory(builder);
    *out_loaded = loaded;
    return 0;
}

/* --- documents --- */

static int refuse_key(struct builder *builder, const char *path, const struct cr_flat_pair *pair,
                      const char *why)
{
    return cr_err_set(builder->err, CR_EINVAL, "%s: line %d: '%.*s' %s", path, pair->line,
                      CR_SLICE_ARG(pair->key), why);
}

/* Boot refuses keys that choose profiles where a profile has chosen the document already. */
static int check_document(struct builder *builder, const char *path, bool of_profile,
                          const struct cr_flat_doc *doc)
{
    if (!builder->options->legacy_profiles) {
        const struct cr_flat_pair *pair = cr_flat_get(doc, "spring.profiles");
        if (!pair)
            pair = cr_flat_get(doc, "spring.profiles[0]");
        if (pair)
            return refuse_key(builder, path, pair, "must be spring.config.activate.on-profile");
    }
    if (builder->ignore_profiles || !(of_profile || cr_profile_doc_conditional(doc)))
        return 0;
    static const char *const keys[] = {"spring.profiles.include",   "spring.profiles.active",
                                       "spring.profiles.default",   "spring.profiles.include[0]",
                                       "spring.profiles.active[0]", "spring.profiles.default[0]"};
    for (size_t i = 0; i < CR_COUNT(keys); i++) {
        const struct cr_flat_pair *pair = cr_flat_get(doc, keys[i]);
        if (pair)
            return refuse_key(builder, path, pair, "is not allowed in a document of a profile");
    }
    return 0;
}

static enum cr_wire_kind wire_kind(enum cr_flat_kind kind)
{
    static const enum cr_wire_kind kinds[] = {
        [CR_FLAT_STRING] = CR_WIRE_STRING,
        [CR_FLAT_BOOL] = CR_WIRE_BOOL,
        [CR_FLAT_INT] = CR_WIRE_NUMBER,
        [CR_FLAT_DOUBLE] = CR_WIRE_NUMBER,
    };
    return kinds[kind];
}

static const struct cr_wire_property *wire_properties(struct builder *builder,
                                                      const struct cr_flat_doc *doc)
{
    struct cr_wire_property *properties =
        cr_arena_array(builder->arena, doc->count ? doc->count : 1, sizeof(*properties));
    for (size_t i = 0; properties && i < doc->count; i++) {
        const struct cr_flat_pair *pair = &doc->pairs[i];
        properties[i] = (struct cr_wire_property){
            .key = pair->key,
            .text = pair->text,
            .kind = wire_kind(pair->kind),
            .line = pair->line > 0 ? (unsigned)pair->line : 0,
            .column = pair->column > 0 ? (unsigned)pair->column : 0,
        };
    }
    return properties;
}

/* Spring's names; the path of the server's own work tree in them is left out, as there is none. */
static const char *source_name(struct builder *builder, const struct resolver_file *file,
                               const struct cr_flat *flat, size_t index)
{
    const char *uri = builder->options->uri;
    if (flat->count == 1)
        return uri ? cr_arena_printf(builder->arena, "%s/%s", uri, file->path)
                   : cr_arena_printf(builder->arena, "file:%s", file->path);
    return cr_arena_printf(builder->arena,
                           "%s%sConfig resource 'file [%s]' via location '%s%.*s' (document #%zu)",
                           uri ? uri : "", uri ? "/" : "", file->path,
                           uri ? "" : "file:", CR_SLICE_ARG(file->directory), index);
}

static bool is_shared(const char *path)
{
    struct cr_slice whole = cr_slice_of(path);
    return cr_slice_starts(cr_slice_from(whole, (size_t)(cr_slice_find_last(whole, '/') + 1)),
                           CR_SLICE("application"));
}

static int add_source(struct builder *builder, const struct resolver_file *file,
                      const struct cr_flat *flat, size_t index)
{
    if (builder->sources.count == builder->capacity)
        return cr_err_set(builder->err, CR_ELIMIT, "%s: more than %zu property sources", file->path,
                          builder->capacity);
    const char *name = source_name(builder, file, flat, index);
    const struct cr_wire_property *properties = wire_properties(builder, &flat->docs[index]);
    if (!name || !properties)
        return out_of_memory(builder);
    builder->sources.own |= !is_shared(file->path);
    builder->sources.items[builder->sources.count++] = (struct cr_wire_source){
        .name = cr_slice_of(name), .properties = properties, .count = flat->docs[index].count};
    return 0;
}

/* --- imports --- */

static int add_file(struct builder *builder, const struct resolver_file *file);

/* As at Spring's, what is taken lies in one of the directories, or below one. */
static bool is_in_a_directory(const struct builder *builder, const char *path)
{
    for (size_t i = 0; i < builder->options->directories.count; i++) {
        if (cr_slice_starts(cr_slice_of(path), builder->options->directories.items[i]))
            return true;
    }
    return false;
}

static int claim(struct builder *builder, const char *path, bool *out_is_new)
{
    *out_is_new = !cr_map_get(builder->claimed, cr_slice_of(path));
    if (*out_is_new && cr_map_put(builder->claimed, cr_slice_of(path), builder) < 0)
        return out_of_memory(builder);
    return 0;
}

static int add_imported(struct builder *builder, const char *path, struct cr_slice location,
                        bool of_profile)
{
    const struct resolver_file file = {path, location, of_profile};
    bool is_new = false;
    if (!path)
        return out_of_memory(builder);
    int rc = claim(builder, path, &is_new);
    return rc < 0 || !is_new ? rc : add_file(builder, &file);
}

/* A file that is imported brings those of its profiles. */
static int add_import(struct builder *builder, const char *importing, struct cr_slice location)
{
    struct cr_profiles active = profile_set_view(&builder->profiles);
    const char *path = NULL;
    int rc = config_import_path(importing, location, builder->arena, &path);
    if (rc == CR_ENOTFOUND || (rc == 0 && !is_in_a_directory(builder, path)))
        return 0;
    if (rc < 0)
        return out_of_memory(builder);
    for (size_t i = active.count; rc == 0 && i-- > 0;)
        rc = add_imported(builder, config_import_of_profile(path, active.names[i], builder->arena),
                          location, true);
    return rc < 0 ? rc : add_imported(builder, path, location, false);
}

/* The last one is the strongest. */
static int add_imports_of(struct builder *builder, const char *importing,
                          const struct cr_flat_pair *pair)
{
    struct cr_slice rest = pair->text;
    int rc = 0;
    while (rc == 0 && rest.ptr) {
        ptrdiff_t comma = cr_slice_find_last(rest, ',');
        struct cr_slice item = cr_slice_from(rest, (size_t)(comma + 1));
        rest = comma < 0 ? (struct cr_slice){0} : cr_slice_sub(rest, 0, (size_t)comma);
        rc = add_import(builder, importing, cr_slice_trim(item));
    }
    return rc;
}

static int add_imports(struct builder *builder, const char *importing,
                       const struct cr_flat_doc *doc)
{
    int rc = 0;
    if (builder->depth == IMPORT_DEPTH_MAX)
        return cr_err_set(builder->err, CR_ELIMIT, "%s: files import each other deeper than %d",
                          importing, IMPORT_DEPTH_MAX);
    builder->depth++;
    for (size_t i = doc->count; rc == 0 && i-- > 0;) {
        if (config_import_is_key(doc->pairs[i].key))
            rc = add_imports_of(builder, importing, &doc->pairs[i]);
    }
    builder->depth--;
    return rc;
}

/* Recursion is bounded by IMPORT_DEPTH_MAX. */
static int add_file(struct builder *builder, const struct resolver_file *file)
{
    const struct loaded *loaded = NULL;
    int rc = load(builder, file->path, &loaded);
    if (rc < 0 || !loaded || !loaded->exists)
        return rc;
    struct cr_profiles active = profile_set_view(&builder->profiles);
    for (size_t i = loaded->flat.count; rc == 0 && i-- > 0;) {
        bool is_active = false;
        rc = check_document(builder, file->path, file->of_profile, &loaded->flat.docs[i]);
        if (rc < 0)
            return rc;
        rc = cr_profile_doc_active(&loaded->flat.docs[i], &active, &is_active, builder->err);
        if (rc < 0)
            (void)cr_err_prefix(builder->err, "%s: ", file->path);
        if (rc == 0 && is_active)
            rc = add_imports(builder, file->path, &loaded->flat.docs[i]);
        if (rc == 0 && is_active)
            rc = add_source(builder, file, &loaded->flat, i);
    }
    return rc;
}

/* What the unconditional documents of files without a profile add to the profiles. */
static int include_profiles(struct builder *builder)
{
    struct resolver_query query = {.names = builder->request->name_list,
                                   .directories = builder->options->directories};
    struct resolver_file *files;
    size_t count;
    int rc = resolver_files(&query, builder->arena, &files, &count, builder->err);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const struct loaded *loaded = NULL;
        rc = load(builder, files[i].path, &loaded);
        for (size_t d = rc == 0 && loaded ? loaded->flat.count : 0; rc == 0 && d-- > 0;) {
            if (!cr_profile_doc_conditional(&loaded->flat.docs[d]))
                rc = profile_set_read(&builder->profiles, &loaded->flat.docs[d], builder->err);
        }
    }
    return rc < 0 ? rc : profile_set_expand(&builder->profiles, builder->err);
}

static int start_profiles(struct builder *builder)
{
    const struct config_list *asked = &builder->request->profile_list;
    int rc = 0;
    profile_set_init(&builder->profiles, builder->arena);
    for (size_t i = 0; rc == 0 && i < asked->count; i++)
        rc = profile_set_add(&builder->profiles, asked->items[i], builder->err);
    builder->ignore_profiles = cr_slice_is(asked->items[0], "default");
    return rc;
}

static int build(struct builder *builder)
{
    int rc = start_profiles(builder);
    if (rc == 0 && !builder->ignore_profiles)
        rc = include_profiles(builder);
    if (rc < 0)
        return rc;
    struct resolver_query query = {.names = builder->request->name_list,
                                   .profiles = profile_set_view(&builder->profiles),
                                   .directories = builder->options->directories};
    struct resolver_file *files;
    size_t count;
    rc = resolver_files(&query, builder->arena, &files, &count, builder->err);
    builder->capacity = CR_WIRE_ENVIRONMENT_SOURCES_MAX;
    builder->sources.items =
        cr_arena_array(builder->arena, builder->capacity, sizeof(*builder->sources.items));
    if (rc == 0 && !builder->sources.items)
        return out_of_memory(builder);
    bool is_new;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = claim(builder, files[i].path, &is_new);
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = add_file(builder, &files[i]);
    return rc;
}

int environment_build(const struct environment_options *options,
                      const struct environment_files *files, const struct config_request *request,
                      struct cr_arena *arena, struct environment_sources *out_sources,
                      struct cr_err *err)
{
    CR_AUTO_MAP loaded = cr_map_new(RESOLVER_FILES_MAX * 2, NULL);
    CR_AUTO_MAP claimed = cr_map_new(RESOLVER_FILES_MAX * 2, NULL);
    struct builder builder = {
        .options = options,
        .files = files,
        .request = request,
        .arena = arena,
        .err = err,
        .loaded = loaded,
        .claimed = claimed,
    };
    if (!loaded || !claimed)
        return out_of_memory(&builder);
    int rc = build(&builder);
    if (rc == 0)
        *out_sources = builder.sources;
    return rc;
}
