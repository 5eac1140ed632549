/* Makes an environment: the sources from outside in Spring's order. */
#include <stdlib.h>

#include "cr_environment.h"
#include "cr_environment_private.h"
#include "cr_json.h"

enum { ARENA_MAX = 64 * 1024 * 1024, ARGUMENTS_MAX = 4096, VARIABLES_MAX = 65536 };

/* "--a=1 --a=2" is "1,2", as Spring has it. */
static int put_argument(struct cr_environment *environment, struct cr_source *source,
                        struct cr_slice key, struct cr_slice text, struct cr_err *err)
{
    struct cr_arena *arena = environment->arena;
    const char *name = cr_arena_slice(arena, key);
    const char *origin = cr_arena_printf(arena, "--%.*s", CR_SLICE_ARG(key));
    const struct cr_environment_pair *seen = cr_source_get(source, key);
    const char *value = seen ? cr_arena_printf(arena, "%s,%.*s", seen->text, CR_SLICE_ARG(text))
                             : cr_arena_slice(arena, text);
    if (cr_source_put(environment, source, name, value, origin))
        return cr_environment_no_memory(err);
    return 0;
}

static int add_arguments(struct cr_environment *environment,
                         const struct cr_environment_options *options, struct cr_err *err)
{
    if (options->argument_count > ARGUMENTS_MAX)
        return cr_err_set(err, CR_ELIMIT, "more than %d arguments", ARGUMENTS_MAX);
    struct cr_source *source = cr_environment_add_source(
        environment, CR_SOURCE_ARGUMENTS, "commandLineArgs", options->argument_count);
    if (!source)
        return cr_environment_no_memory(err);
    for (size_t i = 0; i < options->argument_count; i++) {
        struct cr_slice argument = cr_slice_of(options->arguments[i]);
        struct cr_slice body = cr_slice_from(argument, 2);
        ptrdiff_t equals = cr_slice_find(body, '=');
        struct cr_slice key = cr_slice_sub(body, 0, equals < 0 ? body.len : (size_t)equals);
        struct cr_slice text =
            equals < 0 ? CR_SLICE("true") : cr_slice_from(body, (size_t)equals + 1);
        if (!cr_slice_starts(argument, CR_SLICE("--")) || key.len == 0)
            return cr_err_set(err, CR_EINVAL, "argument '%.120s': expected --key=value",
                              argument.ptr);
        int rc = put_argument(environment, source, key, text, err);
        if (rc)
            return rc;
    }
    return 0;
}

static int add_variables(struct cr_environment *environment,
                         const struct cr_environment_options *options, struct cr_err *err)
{
    size_t count = 0;
    while (options->variables && options->variables[count])
        count++;
    if (count > VARIABLES_MAX)
        return cr_err_set(err, CR_ELIMIT, "more than %d environment variables", VARIABLES_MAX);
    struct cr_arena *arena = environment->arena;
    struct cr_source *source =
        cr_environment_add_source(environment, CR_SOURCE_VARIABLES, "systemEnvironment", count);
    if (!source)
        return cr_environment_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        struct cr_slice variable = cr_slice_of(options->variables[i]);
        ptrdiff_t equals = cr_slice_find(variable, '=');
        if (equals <= 0)
            continue;
        const char *name = cr_arena_slice(arena, cr_slice_sub(variable, 0, (size_t)equals));
        const char *text = cr_arena_slice(arena, cr_slice_from(variable, (size_t)equals + 1));
        const char *origin = cr_arena_printf(arena, "variable %s", name ? name : "");
        if (cr_source_put(environment, source, name, text, origin))
            return cr_environment_no_memory(err);
    }
    return 0;
}

struct flattener {
    struct cr_environment *environment;
    struct cr_source *source; /* NULL while counting */
    size_t count;
    struct cr_buf path;
};

/* Depth is bounded by the JSON parser. */
static int flatten(struct flattener *f, const struct cr_tree *tree)
{
    enum cr_tree_kind kind = cr_tree_kind(tree);
    size_t length = f->path.len;
    size_t index = 0;
    int rc = 0;
    if (kind != CR_TREE_OBJECT && kind != CR_TREE_ARRAY) {
        f->count++;
        if (!f->source)
            return 0;
        struct cr_arena *arena = f->environment->arena;
        return cr_source_put(f->environment, f->source,
                             cr_arena_slice(arena, cr_buf_view(&f->path)),
                             cr_arena_slice(arena, cr_tree_slice(tree)), "SPRING_APPLICATION_JSON");
    }
    for (const struct cr_tree *n = cr_tree_first(tree); n && !rc; n = cr_tree_next(n)) {
        if (kind == CR_TREE_ARRAY) {
            cr_buf_printf(&f->path, "[%zu]", index++);
        } else {
            cr_buf_text(&f->path, length > 0 ? "." : "");
            cr_buf_slice(&f->path, cr_tree_key(n));
        }
        rc = cr_buf_status(&f->path);
        if (rc == 0)
            rc = flatten(f, n);
        f->path.len = length;
        if (f->path.data)
            f->path.data[length] = '\0';
    }
    return rc;
}

/* spring.application.json of the arguments, else SPRING_APPLICATION_JSON: both are relaxed
 * spellings of one key, and arguments and variables are the only sources so far. */
static int add_json(struct cr_environment *environment, struct cr_err *err)
{
    const struct cr_environment_pair *pair =
        cr_environment_find(environment, CR_SLICE("spring.application.json"), NULL);
    if (!pair || !pair->text[0])
        return 0;
    CR_AUTO_ARENA scratch = cr_arena_new(ARENA_MAX);
    const struct cr_tree *tree = NULL;
    if (!scratch)
        return cr_environment_no_memory(err);
    int rc = cr_json_parse(cr_slice_of(pair->text), scratch, &tree, err);
    if (rc == 0 && cr_tree_kind(tree) != CR_TREE_OBJECT)
        rc = cr_err_set(err, CR_EPARSE, "expected a JSON object");
    if (rc) {
        cr_err_prefix(err, "SPRING_APPLICATION_JSON: ");
        return rc;
    }
    struct flattener f = {.environment = environment, .path = {.max = CR_FLAT_KEY_MAX}};
    rc = flatten(&f, tree);
    if (rc == 0) {
        f.source = cr_environment_add_source(environment, CR_SOURCE_JSON, "spring.application.json",
                                             f.count);
        rc = f.source ? flatten(&f, tree) : CR_ENOMEM;
    }
    cr_buf_free(&f.path);
    return rc ? cr_err_set(err, rc, "SPRING_APPLICATION_JSON: too large") : 0;
}

/* Arguments, JSON, variables: the JSON was found in one of the others, so it moves up one place. */
static void order_json(struct cr_environment *environment)
{
    struct cr_source *sources = environment->sources;
    size_t last = environment->source_count - 1;
    if (sources[last].kind != CR_SOURCE_JSON)
        return;
    struct cr_source json = sources[last];
    sources[last] = sources[last - 1];
    sources[last - 1] = json;
}

static int load(struct cr_environment *environment, const struct cr_environment_options *options,
                struct cr_err *err)
{
    static int (*const steps[])(struct cr_environment * environment,
                                const struct cr_environment_options *options,
                                struct cr_err *err) = {add_arguments, add_variables};
    for (size_t i = 0; i < CR_COUNT(steps); i++) {
        int rc = steps[i](environment, options, err);
        if (rc)
            return rc;
    }
    int rc = add_json(environment, err);
    if (rc)
        return rc;
    order_json(environment);
    rc = cr_environment_add_files(environment, options, err);
    if (rc || !options->defaults)
        return rc;
    return cr_environment_add_doc(environment, CR_SOURCE_DEFAULTS, "defaultProperties", "default",
                                  options->defaults, err);
}

int cr_environment_load(const struct cr_environment_options *options,
                        struct cr_environment **out_environment, struct cr_err *err)
{
    CR_AUTO_ENVIRONMENT environment = calloc(1, sizeof *environment);
    if (!environment)
        return cr_environment_no_memory(err);
    atomic_init(&environment->references, 1);
    environment->arena = cr_arena_new(ARENA_MAX);
    if (!environment->arena)
        return cr_environment_no_memory(err);
    int rc = load(environment, options, err);
    if (rc)
        return rc;
    *out_environment = cr_steal(&environment);
    return 0;
}
